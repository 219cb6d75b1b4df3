/* Loaded before the style sheets: sets the theme that the reader chose, else the
 * system's. Bootstrap's own components need the attribute; our tokens would follow
 * the system without it, which is what happens when scripts are off. */
(() => {
  const key = "registry-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the system's theme still applies
    }
  };

  const apply = () => {
    const theme = chosen() ?? (system.matches ? "dark" : "light");
    root.dataset.bsTheme = theme;
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-pressed", String(theme === "dark"));
      button.hidden = false;
    }
  };

  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-theme-switch]")) return;
      const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
      const followsSystem = (next === "dark") === system.matches;
      try {
        if (followsSystem) localStorage.removeItem(key);
        else localStorage.setItem(key, next);
        apply();
      } catch {
        root.dataset.bsTheme = next; // for this page only
      }
    });
  });
})();
