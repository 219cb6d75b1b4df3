/* Comfort for the filters of a list; the form works without it.
 *
 * - beside the list (wide screens) the filters are always open, also in browsers
 *   that do not know ::details-content;
 * - on phones the opened filters are a sheet over the page, whose button says how many
 *   results there are;
 * - a long facet fetches its options when it is opened, and gets a box that narrows them
 *   by any of their names;
 * - when htmx swaps the results, what was open stays open and scrolled where it was,
 *   the focus stays on its control or goes to the number of results, and that number
 *   is read out. */

const wide = matchMedia("(min-width: 62rem)");
const knowsDetailsContent = CSS.supports("selector(details::details-content)");
const fold = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();

function openBesideList(root) {
  const filters = root.querySelector(".filters");
  if (filters && wide.matches && !knowsDetailsContent) filters.open = true;
}

function addNarrowing(facet) {
  const list = facet.querySelector(".facet-options");
  const label = facet.dataset.narrow;
  if (!label || !list || list.children.length < 12) return;
  if (facet.querySelector("[data-narrow-box]")) return;
  const box = document.createElement("input");
  box.type = "search";
  box.className = "form-control form-control-sm";
  box.dataset.narrowBox = "";
  box.placeholder = label;
  box.setAttribute("aria-label", label);
  box.autocomplete = "off";
  // Without a name it is not sent; its events must not send the form either.
  for (const type of ["input", "change"]) {
    box.addEventListener(type, (event) => event.stopPropagation());
  }
  const { kind, names } = facet.dataset;
  let asking;
  box.addEventListener("input", () => {
    const wanted = fold(box.value);
    clearTimeout(asking);
    show(list, wanted, []);
    if (!wanted || !kind) return;
    asking = setTimeout(async () => {
      const keys = await called(names, kind, box.value);
      if (fold(box.value) === wanted) show(list, wanted, keys);
    }, 150);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  list.before(box);
}

/* An option is shown when its label has the text, or when the site's search knows its
 * record by that name: 'ivory' for Côte d'Ivoire. */
function show(list, wanted, keys) {
  for (const item of list.children) {
    const option = item.querySelector("input");
    const text = fold(item.querySelector("label")?.textContent ?? "");
    const fits = text.includes(wanted) || keys.includes(option?.value);
    item.hidden = !option?.checked && !fits;
  }
}

async function called(address, kind, text) {
  try {
    const answer = await fetch(`${address}?${new URLSearchParams({ kind, q: text })}`);
    return answer.ok ? (await answer.json()).keys : [];
  } catch {
    return []; // the labels are enough to go on
  }
}

const page = document.documentElement;
const isSheet = () => page.classList.contains("has-sheet");

/* The page beneath a sheet can be neither seen nor reached. */
function setSheet(isOpen) {
  page.classList.toggle("has-sheet", isOpen);
  let node = document.getElementById("filters");
  for (; node && node !== document.body; node = node.parentElement) {
    for (const other of node.parentElement.children) {
      if (other !== node) other.inert = isOpen;
    }
  }
}

function closeSheet(next) {
  setSheet(false);
  document.getElementById("filters").open = false;
  next?.focus();
}

/* What is ticked was counted; what is typed is not yet asked. */
function nameButton(isCounted) {
  const button = document.getElementById("show-results");
  if (!button) return;
  button.dataset.plain ??= button.textContent;
  button.textContent = (isCounted && button.dataset.counted) || button.dataset.plain;
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".filters > summary") && !wide.matches) {
    setSheet(!document.getElementById("filters").open);
  }
  const button = event.target.closest("#show-results");
  if (button && isSheet() && button.textContent === button.dataset.counted) {
    event.preventDefault(); // the results of what is ticked stand beneath
    closeSheet(document.getElementById("result-count"));
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isSheet()) {
    closeSheet(document.getElementById("filters-head"));
  }
});
document.addEventListener("input", (event) => {
  if (event.target.matches("#filter-form input:not([type=checkbox])")) nameButton(false);
});

function improve(root) {
  openBesideList(root);
  nameButton(true);
  for (const facet of root.querySelectorAll(".facet")) addNarrowing(facet);
}

improve(document);
wide.addEventListener("change", () => {
  if (wide.matches && isSheet()) setSheet(false);
  openBesideList(document);
});

let open = new Map();
let scrolled = new Map();
let narrowed = new Map();
let focused = "";
let sheetTop = 0;
let hasAsked = false;

// An empty field asks nothing: without it the address is short enough to cite.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = event.detail;
  // What a reader opened comes back with all its options.
  const whole = document.querySelectorAll(".facet[open]:has(li):not(:has(.facet-more))");
  const opened = [...whole].map((facet) => facet.id.replace("facet-", ""));
  if (opened.length && event.target.closest(".results")) parameters.open = opened;
  hasAsked = isSheet() && event.detail.triggeringEvent?.type === "submit";
  if (!event.target.matches(".results form")) return;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});

// What is open belongs to the reader and not to the question.
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const { history } = event.detail;
  const [path, asked = ""] = (history.path ?? "").split("?");
  const kept = asked.split("&").filter((pair) => pair && !pair.startsWith("open="));
  if (history.path) history.path = kept.length ? `${path}?${kept.join("&")}` : path;
});

document.addEventListener("htmx:beforeSwap", () => {
  sheetTop = document.getElementById("filters")?.scrollTop ?? 0;
  focused = document.activeElement?.id ?? "";
  open = new Map();
  for (const details of document.querySelectorAll("main details[id]")) {
    open.set(details.id, details.open);
  }
  scrolled = new Map();
  narrowed = new Map();
  for (const facet of document.querySelectorAll(".facet[id]")) {
    scrolled.set(facet.id, facet.querySelector(".facet-options")?.scrollTop ?? 0);
    narrowed.set(facet.id, facet.querySelector("[data-narrow-box]")?.value ?? "");
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const list = event.detail.target;
  if (list.matches(".facet-options")) {
    improve(document);
    if (document.activeElement === document.body) {
      document.querySelector(`details:has(> fieldset > #${list.id}) summary`).focus();
    }
    return;
  }
  if (hasAsked) open.delete("filters");
  for (const [id, wasOpen] of open) {
    const details = document.getElementById(id);
    if (details && wasOpen) details.open = true;
  }
  improve(document);
  for (const [id, text] of narrowed) {
    const box = document.getElementById(id)?.querySelector("[data-narrow-box]");
    if (!box || !text) continue;
    box.value = text;
    box.dispatchEvent(new Event("input"));
  }
  for (const [id, top] of scrolled) {
    const options = document.getElementById(id)?.querySelector(".facet-options");
    if (options && top) options.scrollTop = top;
  }
  if (isSheet() && hasAsked) closeSheet(document.getElementById("result-count"));
  if (isSheet()) {
    setSheet(true);
    document.getElementById("filters").scrollTop = sheetTop;
  }
  refocus();
  readOut(isSheet() ? "filters-status" : "result-count");
});

// htmx gives the focus back by itself, but not into a facet that was closed.
function refocus() {
  if (document.activeElement !== document.body) return;
  const control = focused && !hasAsked && document.getElementById(focused);
  (control || document.getElementById("result-count"))?.focus({ preventScroll: true });
}

// A live region that arrives with its text is not read: the text must change in it.
function readOut(id) {
  const status = document.getElementById(id);
  if (!status || status.getAttribute("role") !== "status") return;
  const text = document.getElementById("result-count")?.textContent ?? "";
  status.textContent = "";
  setTimeout(() => (status.textContent = text), 100);
}
