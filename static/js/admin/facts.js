/* Rows of facts: another one in place, another order, and a row that goes.
 * Django's own script finds the new row through the event 'formset:added'. */

const rowsOf = (group) => [...group.querySelectorAll(":scope > .fact-rows > .fact")];
const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

/** Add a row to a group and return it. It takes over what the last one says. */
function addRow(group) {
  // One for all groups of the kind.
  const total = group.closest("form").elements.namedItem(
    `${group.dataset.prefix}-TOTAL_FORMS`,
  );
  const number = Number(total.value);
  const above = rowsOf(group).at(-1);
  const made = document.createElement("ol");
  made.innerHTML = group.querySelector("template").innerHTML.replaceAll("__prefix__", number);
  const row = made.firstElementChild;
  group.querySelector(".fact-rows").append(row);
  total.value = String(number + 1);
  if (above) takeOver(above, row);
  withHandle(row);
  row.dispatchEvent(
    new CustomEvent("formset:added", {
      bubbles: true,
      detail: { formsetName: group.dataset.prefix },
    }),
  );
  count(group);
  return row;
}

/** Return source and certainty of a row, whether its inputs are there or not. */
function evidenceOf(row) {
  const { source, sourceName, certainty } = row.dataset;
  if (row.matches(".is-closed")) return { source, sourceName, certainty };
  const chosen = field(row, "source")?.selectedOptions[0];
  return {
    source: chosen?.value,
    sourceName: chosen?.text,
    certainty: field(row, "certainty")?.value,
  };
}

function takeOver(above, row) {
  const { source, sourceName, certainty } = evidenceOf(above);
  const own = field(row, "source");
  if (own && source) own.append(new Option(sourceName, source, true, true));
  if (certainty && field(row, "certainty")) field(row, "certainty").value = certainty;
  const last = Math.max(
    ...rowsOf(row.closest(".facts")).map((other) => Number(field(other, "position")?.value) || 0),
  );
  if (last > 0 && field(row, "position")) field(row, "position").value = String(last + 1);
}

function count(group) {
  const there = rowsOf(group).filter((row) => !row.classList.contains("is-removed"));
  group.querySelector(".facts-number").textContent = String(there.length);
}

function firstInput(row) {
  return row.querySelector(
    ".fact-line :is(input:not([type=hidden]), textarea, select):not([hidden])",
  );
}

/** Number the rows of a group from one, in the order in which they stand. */
function renumber(group) {
  rowsOf(group).forEach((row, place) => {
    const position = field(row, "position");
    if (position && position.value !== String(place + 1)) {
      position.value = String(place + 1);
      position.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

function move(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  renumber(row.closest(".facts"));
  row.querySelector(".fact-handle").focus();
}

let dragged = null;

function withHandle(row) {
  if (row.querySelector(":scope .fact-handle") || !field(row, "position")) return;
  const isClosed = row.matches(".is-closed");
  const tools = row.querySelector(":scope > .fact-tools");
  if (!isClosed && !tools?.querySelector(".fact-position")) return;
  // Not a button: Firefox drags none.
  const handle = document.createElement("span");
  handle.className = "fact-handle";
  handle.textContent = "⠿";
  handle.title = texts.move;
  handle.draggable = true;
  if (isClosed) {
    // For the mouse alone: a hundred lines are a hundred stops of the Tab key.
    handle.setAttribute("aria-hidden", "true");
    row.prepend(handle);
    return;
  }
  handle.setAttribute("role", "button");
  handle.tabIndex = 0;
  handle.setAttribute("aria-label", texts.move);
  tools.prepend(handle);
}

const form = document.getElementById("profile_form");
const texts = { move: form?.querySelector("[data-move]")?.dataset.move ?? "Move" };

for (const group of document.querySelectorAll(".facts")) {
  const button = group.querySelector(".add-fact button");
  if (button) {
    button.hidden = false;
    button.nextElementSibling.hidden = false;
    button.addEventListener("click", () => firstInput(addRow(group))?.focus());
  }
  rowsOf(group).forEach(withHandle);
  group.addEventListener("formset:added", (event) => withHandle(event.target));

  // Paste-States asks for rows this way; modules stay independent of each other.
  group.addEventListener("desk:add-row", (event) => event.detail.use(addRow(group)));

  group.addEventListener("change", (event) => {
    const row = event.target.closest(".fact");
    if (!row) return;
    if (event.target.name?.endsWith("-DELETE")) {
      row.classList.toggle("is-removed", event.target.checked);
      count(group);
    }
    if (event.target.name?.endsWith("-position")) {
      const place = (other) => Number(field(other, "position")?.value) || 0;
      const ordered = rowsOf(group).sort((a, b) => place(a) - place(b));
      group.querySelector(":scope > .fact-rows").append(...ordered);
      event.target.focus();
    }
  });
  group.addEventListener("keydown", (event) => {
    const row = event.target.closest(".fact");
    if (event.target.matches(".fact-handle") && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      move(row, event.key === "ArrowUp" ? -1 : 1);
    }
  });
  group.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.(".fact-handle")) return;
    dragged = event.target.closest(".fact");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  group.addEventListener("dragover", (event) => {
    const row = event.target.closest(".fact");
    if (!dragged || !row || row === dragged || row.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const box = row.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) row.before(dragged);
    else row.after(dragged);
  });
  group.addEventListener("drop", (event) => event.preventDefault());
  group.addEventListener("dragend", () => {
    if (dragged) renumber(group);
    dragged = null;
  });
}

// A text is an answer: the coverage of its section follows.
for (const section of document.querySelectorAll(".section-answer")) {
  section.addEventListener("input", (event) => {
    const coverage = field(section, "coverage");
    if (event.target.matches("textarea[name*=prose]") && event.target.value && coverage?.value === "unknown")
      coverage.value = "reported";
  });
}
