/* Texts in four languages on one line: buttons choose the language that is shown.
 * Without this script all of them stand one below the other. */

const CHOSEN = "desk-language";

function choose(field, code) {
  for (const part of field.querySelectorAll(".language"))
    part.hidden = part.dataset.language !== code;
  for (const button of field.querySelectorAll(".language-switch button")) {
    const isChosen = button.dataset.language === code;
    button.setAttribute("aria-pressed", String(isChosen));
    // One stop for the Tab key; the arrows go on from there.
    button.tabIndex = isChosen ? 0 : -1;
  }
}

function mark(part) {
  const input = part.querySelector("input, textarea");
  const button = part.parentElement.querySelector(
    `.language-switch [data-language="${part.dataset.language}"]`,
  );
  button?.classList.toggle("is-filled", input.value.trim() !== "");
}

function fold(field) {
  if (field.querySelector(":scope > .language-switch")) return;
  const parts = [...field.querySelectorAll(".language")];
  const buttons = document.createElement("div");
  buttons.className = "language-switch";
  for (const part of parts) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.language = part.dataset.language;
    button.textContent = part.dataset.language.toUpperCase();
    button.title = part.querySelector(".language-of").textContent;
    // The group says of which text.
    button.setAttribute("aria-label", button.title);
    buttons.append(button);
  }
  field.prepend(buttons);
  field.classList.add("is-folded");
  buttons.addEventListener("click", (event) => {
    const code = event.target.closest("button")?.dataset.language;
    if (!code) return;
    choose(field, code);
    sessionStorage.setItem(CHOSEN, code);
    field.querySelector(`.language[data-language="${code}"] :is(input, textarea)`).focus();
  });
  buttons.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const all = [...buttons.children];
    const isForward = (event.key === "ArrowRight") === (document.dir !== "rtl");
    const next = all.indexOf(event.target) + (isForward ? 1 : -1) + all.length;
    const button = all[next % all.length];
    choose(field, button.dataset.language);
    button.focus();
  });
  field.addEventListener("input", (event) => {
    const part = event.target.closest(".language");
    if (part) mark(part);
  });
  parts.forEach(mark);
  const wrong = parts.find((part) => part.querySelector(".errorlist"));
  const wanted = parts.find((part) => part.dataset.language === sessionStorage.getItem(CHOSEN));
  choose(field, (wrong ?? wanted ?? parts[0]).dataset.language);
}

function foldAll(root) {
  root.querySelectorAll(".languages").forEach(fold);
}

foldAll(document);
document.addEventListener("formset:added", (event) => foldAll(event.target));
