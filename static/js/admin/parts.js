/* The parts of the form as tabs (ARIA: tablist, arrow keys, one stop for Tab). The
 * open one stands in the address, so that a link or a reload comes back to it.
 * Without this script the parts stand one below the other, and the tabs are links. */

const nav = document.querySelector(".parts-nav");
const tabs = [...(nav?.querySelectorAll("a[href^='#part-']") ?? [])];
const panels = new Map(
  tabs.map((tab) => [tab, document.getElementById(tab.hash.slice(1))]),
);

function open(tab, { focus = false, remember = true } = {}) {
  for (const [other, panel] of panels) {
    const isOpen = other === tab;
    other.setAttribute("aria-selected", String(isOpen));
    other.tabIndex = isOpen ? 0 : -1;
    panel.hidden = !isOpen;
  }
  if (focus) tab.focus();
  if (remember && location.hash !== tab.hash) history.replaceState(null, "", tab.hash);
}

/** Open the part that holds an element, such as an input with an error. */
function reveal(element) {
  const panel = element?.closest(".form-part");
  const tab = tabs.find((candidate) => panels.get(candidate) === panel);
  if (tab) open(tab);
  for (let box = element?.closest("details"); box; box = box.parentElement?.closest("details"))
    box.open = true;
}

function ofAddress() {
  const name = decodeURIComponent(location.hash.slice(1));
  const target =
    name &&
    (document.getElementById(name) ??
      document.querySelector(`.fact[data-uid="${CSS.escape(name.replace(/^fact-/, ""))}"]`));
  return tabs.find((tab) => panels.get(tab) === target || panels.get(tab)?.contains(target || null));
}

const KEYS = {
  ArrowRight: (i) => i + (document.dir === "rtl" ? -1 : 1),
  ArrowLeft: (i) => i + (document.dir === "rtl" ? 1 : -1),
  Home: () => 0,
  End: () => tabs.length - 1,
};

if (tabs.length > 1) {
  nav.classList.add("is-tabs");
  const list = nav.querySelector("ul");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", nav.getAttribute("aria-label"));
  for (const [tab, panel] of panels) {
    tab.parentElement.setAttribute("role", "presentation");
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = -1;
  }
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (!tab || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(tab, { focus: true });
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target.closest("[role=tab]"));
    if (at < 0 || !(event.key in KEYS)) return;
    event.preventDefault();
    open(tabs[(KEYS[event.key](at) + tabs.length) % tabs.length], { focus: true });
  });
  window.addEventListener("hashchange", () => {
    const tab = ofAddress();
    if (tab) open(tab, { remember: false });
  });

  const wrong = document.querySelector(".form-part .errorlist");
  if (wrong) {
    reveal(wrong);
    wrong.parentElement.querySelector("input, select, textarea")?.focus();
  } else {
    open(ofAddress() ?? tabs[0], { remember: false });
  }
  // A browser that goes to an anchor scrolls past the head of the page.
  if (!wrong) window.scrollTo(0, 0);
}

// The tab survives saving: the answer is a redirect, which keeps the fragment.
const form = nav?.closest("form");
form?.addEventListener("submit", () => {
  form.action = location.pathname + location.search + location.hash;
});
