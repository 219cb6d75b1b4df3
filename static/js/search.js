/* The site search: "/" leads to it, and suggestions can be walked by keyboard
 * (the combobox pattern of the ARIA Authoring Practices). htmx fetches them;
 * without scripts the form is a plain form, so every ARIA attribute is set here. */

const shortcutKey = "registry-shortcut";

function combobox(input) {
  const list = document.getElementById(input.dataset.suggest);
  const status = document.getElementById(`${list.id}-status`);
  let active = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];

  function activate(index) {
    const all = options();
    active = index;
    all.forEach((option, position) => {
      option.setAttribute("aria-selected", String(position === index));
    });
    if (all[index]) {
      input.setAttribute("aria-activedescendant", all[index].id);
      all[index].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function open(isOpen) {
    const shown = isOpen && options().length > 0;
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    activate(-1);
  }

  list.addEventListener("htmx:afterSwap", () => {
    options().forEach((option, index) => {
      option.id = `${list.id}-${index}`;
    });
    const typing = document.activeElement === input && input.value.trim() !== "";
    open(typing);
    status.textContent = typing ? (options()[0]?.dataset.status ?? "") : "";
  });

  input.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key === "ArrowDown" && last >= 0) {
      event.preventDefault();
      if (list.hidden) open(true);
      activate(active < last ? active + 1 : 0);
    } else if (event.key === "ArrowUp" && last >= 0) {
      event.preventDefault();
      if (list.hidden) open(true);
      activate(active > 0 ? active - 1 : last);
    } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
      event.preventDefault();
      options()[active].click();
    }
  });

  input.addEventListener("focusout", (event) => {
    if (!list.contains(event.relatedTarget)) open(false);
  });
  input.addEventListener("input", () => {
    if (input.value.trim() === "") open(false);
  });
  // A press on an option would first take the focus away and close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

for (const input of document.querySelectorAll("[data-suggest]")) combobox(input);

/* A one-character shortcut disturbs people who speak to their computer, so it can
 * be switched off (WCAG 2.1.4). */
function shortcutIsOn() {
  try {
    return localStorage.getItem(shortcutKey) !== "off";
  } catch {
    return true;
  }
}

const shortcutSwitch = document.querySelector("[data-shortcut-switch]");
if (shortcutSwitch) {
  const draw = () => {
    shortcutSwitch.setAttribute("aria-pressed", String(shortcutIsOn()));
  };
  shortcutSwitch.closest("[data-shortcut]").hidden = false;
  shortcutSwitch.addEventListener("click", () => {
    try {
      localStorage.setItem(shortcutKey, shortcutIsOn() ? "off" : "on");
    } catch {
      return;
    }
    draw();
  });
  draw();
}

document.addEventListener("keydown", (event) => {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || !isPlain || isTyping || !shortcutIsOn()) return;
  const input =
    document.querySelector("main [data-suggest]") ??
    document.querySelector("[data-suggest]");
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
});
