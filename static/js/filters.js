/* Comfort for the filters of a list; the form works without it.
 *
 * - beside the list (wide screens) the filters are always open, also in browsers
 *   that do not know ::details-content;
 * - a long facet gets a box that narrows its options by name. */

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
  box.addEventListener("input", () => {
    const wanted = fold(box.value);
    for (const item of list.children) {
      const isChosen = item.querySelector("input")?.checked;
      const text = fold(item.querySelector("label")?.textContent ?? "");
      item.hidden = !isChosen && !text.includes(wanted);
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  list.before(box);
}

function improve(root) {
  openBesideList(root);
  for (const facet of root.querySelectorAll(".facet")) addNarrowing(facet);
}

improve(document);
wide.addEventListener("change", () => openBesideList(document));
document.addEventListener("htmx:afterSettle", () => improve(document));
