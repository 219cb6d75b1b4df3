/* Ticks all facts of a section with the box above them, and the box with all of them. */

const boxes = (section, name) => [
  ...section.querySelectorAll(`input[name="${name}"]:enabled`),
];

function showWhatIsTicked() {
  for (const section of document.querySelectorAll("[data-section]")) {
    const [whole] = boxes(section, "section");
    if (!whole || whole.closest("[data-section]") !== section) continue;
    const facts = boxes(section, "fact");
    const ticked = facts.filter((fact) => fact.checked).length;
    whole.disabled = !facts.length;
    whole.checked = ticked > 0 && ticked === facts.length;
    whole.indeterminate = ticked > 0 && ticked < facts.length;
  }
}

document.addEventListener("change", ({ target }) => {
  if (target.name === "section") {
    const section = target.closest("[data-section]");
    for (const fact of boxes(section, "fact")) fact.checked = target.checked;
  }
  showWhatIsTicked();
});

showWhatIsTicked();
