/* Keeps what was typed until it is saved: a copy in this tab's session storage, for
 * this user, this edition and this version of it. When the session ends while somebody
 * types, the form comes back after signing in. Copies of others are thrown away. */

const BEFORE = "desk:";
const form = document.getElementById("profile_form");
const about = form?.querySelector("#about-form");

if (form && about) {
  const own = `${BEFORE}${about.dataset.user}:`;
  const key = `${own}${location.pathname}`;
  for (const name of Object.keys(sessionStorage))
    if (name.startsWith(BEFORE) && !name.startsWith(own)) sessionStorage.removeItem(name);

  const left = new Set(["csrfmiddlewaretoken", "copy"]);
  const inputs = () =>
    [...form.elements].filter(
      (input) =>
        input.name && !left.has(input.name) && !("notKept" in input.dataset) &&
        !["submit", "button"].includes(input.type),
    );
  const entered = () => inputs().map((input) => [input.name, read(input)]);
  const read = (input) => {
    if (input.type === "checkbox" || input.type === "radio")
      return { value: input.value, checked: input.checked };
    if (input.tagName === "SELECT")
      return {
        chosen: [...input.selectedOptions].map((option) => [option.value, option.text]),
      };
    return { value: input.value };
  };
  const text = () => JSON.stringify(entered());

  const notice = form.querySelector(".unsaved");
  const copy = form.elements.namedItem("copy");
  copy.value = crypto.randomUUID?.().replaceAll("-", "") ?? String(Date.now());

  // A page that came back with errors, or with a colleague's changes, holds more than
  // was there when the form was opened: it is unsaved from the start.
  const wasRefused = "refused" in about.dataset;
  const atFirst = wasRefused ? "" : text();
  const first = new WeakMap();
  const remember = (root) => {
    for (const input of inputs())
      if (root.contains(input)) first.set(input, JSON.stringify(read(input)));
  };
  remember(form);
  // To open a fact is no change.
  form.addEventListener("desk:opened", (event) => remember(event.target));
  let isLeaving = false;
  let later = 0;

  const isDirty = () =>
    wasRefused || inputs().some((input) => first.get(input) !== JSON.stringify(read(input)));
  const say = (dirty) => {
    notice.textContent = dirty ? notice.dataset.text : "";
  };
  const keep = () => {
    clearTimeout(later);
    if (isLeaving) return;
    const dirty = isDirty();
    say(dirty);
    try {
      if (dirty)
        sessionStorage.setItem(key, JSON.stringify({ copy: copy.value, entered: entered() }));
      else sessionStorage.removeItem(key);
    } catch {
      // No room or no storage: the warning on leaving remains.
    }
  };
  const keepSoon = () => {
    clearTimeout(later);
    later = setTimeout(keep, 400);
  };

  const stored = JSON.parse(sessionStorage.getItem(key) ?? "null");
  const isSaved = (name) =>
    document.cookie.split("; ").some((cookie) => cookie === `desk-saved=${name}`);
  if (stored && (isSaved(stored.copy) || wasRefused)) sessionStorage.removeItem(key);
  else if (stored && JSON.stringify(stored.entered) !== atFirst) restore(stored);
  if (wasRefused) keep();

  /** Open the facts whose inputs were there, as lines hold no text. */
  async function openRows(was) {
    const rows = new Set(was.map(([input]) => /^.+-\d+(?=-)/.exec(input)?.[0]));
    const closed = was.filter(([input]) => input.endsWith("-CLOSED"));
    for (const [input] of closed) rows.delete(input.slice(0, -"-CLOSED".length));
    const lines = [...rows].map((id) => id && document.getElementById(id));
    const opening = [];
    for (const line of lines)
      if (line?.matches(".is-closed"))
        line.dispatchEvent(
          new CustomEvent("desk:open", {
            bubbles: true,
            detail: { use: (opened) => opening.push(opened) },
          }),
        );
    await Promise.all(opening);
  }

  async function restore({ entered: was, copy: name }) {
    copy.value = name;
    await openRows(was);
    // Rows first, so that there are inputs to fill.
    for (const [input, { value }] of was) {
      if (!input.endsWith("-TOTAL_FORMS")) continue;
      const total = form.elements.namedItem(input);
      const group = total?.closest(".facts");
      for (let missing = Number(value) - Number(total?.value); group && missing > 0; missing--)
        group.dispatchEvent(new CustomEvent("desk:add-row", { detail: { use() {} } }));
    }
    const byName = Map.groupBy
      ? Map.groupBy(inputs(), (input) => input.name)
      : inputs().reduce((map, input) => map.set(input.name, [...(map.get(input.name) ?? []), input]), new Map());
    const seen = new Map();
    for (const [input, value] of was) {
      const number = seen.get(input) ?? 0;
      seen.set(input, number + 1);
      const target = byName.get(input)?.[number];
      if (target) write(target, value);
    }
    document.dispatchEvent(new CustomEvent("desk:restored"));
    const box = document.getElementById("restored");
    box.hidden = false;
    box.querySelector("button").addEventListener("click", () => {
      isLeaving = true;
      sessionStorage.removeItem(key);
      location.reload();
    });
    keep();
  }

  function write(input, { value, checked, chosen }) {
    if (checked !== undefined) input.checked = checked;
    else if (chosen) {
      for (const option of input.options) option.selected = false;
      for (const [optionValue, label] of chosen) {
        const option = [...input.options].find((candidate) => candidate.value === optionValue);
        if (option) option.selected = true;
        else input.append(new Option(label, optionValue, true, true));
      }
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else input.value = value;
  }

  form.addEventListener("input", keepSoon);
  form.addEventListener("change", keepSoon);
  form.addEventListener("formset:added", keepSoon);
  // Select2 tells only jQuery of a choice.
  window.django?.jQuery?.(form).on("change", "select", keepSoon);
  form.addEventListener("submit", () => {
    keep();
    isLeaving = true;
  });
  window.addEventListener("pagehide", () => {
    keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && isDirty()) event.preventDefault();
  });
}
