/* A fact is a line until somebody opens it; its inputs are fetched then, and take the
 * place of the line. Without this script the line's link opens the fact on the server. */

const form = document.getElementById("profile_form");
const about = form?.querySelector("#about-form")?.dataset;

function focusFirst(row) {
  row
    .querySelector(".fact-line :is(input:not([type=hidden]), textarea, select):not([hidden])")
    ?.focus();
}

/** Replace the line of a fact by its inputs; return the row, null where that failed. */
async function open(line) {
  if (!line.matches(".is-closed")) return line;
  const [, kind, number] = /^(.+)-(\d+)$/.exec(line.id);
  line.setAttribute("aria-busy", "true");
  let drawn;
  try {
    const answer = await fetch(`${about.facts}${kind}/${number}/${line.dataset.uid}/`, {
      redirect: "error",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    drawn = await answer.text();
  } catch {
    line.querySelector(".fact-said-by").textContent = about.notOpened;
    return null;
  } finally {
    line.removeAttribute("aria-busy");
  }
  const made = document.createElement("ol");
  made.innerHTML = drawn;
  const row = made.firstElementChild;
  line.replaceWith(row);
  row.dispatchEvent(
    new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: kind } }),
  );
  row.dispatchEvent(new CustomEvent("desk:opened", { bubbles: true }));
  // It may have been moved before it was opened.
  const position = (of) => of.querySelector('[name$="-position"]');
  if (position(row)) position(row).value = position(line).value;
  return row;
}

form?.addEventListener("click", async (event) => {
  const line = event.target.closest(".fact.is-closed");
  if (!line || event.ctrlKey || event.metaKey || event.target.closest(".fact-handle")) return;
  event.preventDefault();
  const row = await open(line);
  if (row) focusFirst(row);
});

// Other modules ask for rows this way.
form?.addEventListener("desk:open", (event) => event.detail.use(open(event.target)));

/* An address can name a fact or an input, as the pencils of the page do. */
async function openNamed() {
  const [, uid, input] =
    /^#(?:fact-([0-9a-f-]{36})|(id_\w+))$/.exec(location.hash) ?? [];
  if (input) {
    const named = document.getElementById(input);
    // Of a text in several languages the one that is shown.
    const shown = named?.closest(".languages")?.querySelector(".language:not([hidden])");
    const place = shown?.querySelector("input, textarea") ?? named;
    place?.scrollIntoView({ block: "center" });
    place?.focus();
  }
  const line = uid && form.querySelector(`.fact[data-uid="${uid}"]`);
  const row = line && (await open(line));
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  const text = row.closest(".section-answer")?.querySelector(".language:not([hidden]) textarea");
  if (text) text.focus();
  else focusFirst(row);
}

if (form && about) {
  openNamed();
  window.addEventListener("hashchange", openNamed);
}
