/* Keeps what was typed until it is saved: on the server, which offers it to its writer in
 * any window and on any machine, and in this tab's session storage, for as long as the
 * server cannot be reached or nobody is signed in. What only the tab has goes to the
 * server when the form is opened again, and is taken back from there. */

const BEFORE = "desk:";
const PAUSE = 1500;
const about = document.getElementById("about-typed");
const form = about?.form;

if (form) {
  const { user, address } = about.dataset;
  const own = `${BEFORE}${user}:`;
  const key = `${own}${location.pathname}`;
  for (const name of Object.keys(sessionStorage))
    if (name.startsWith(BEFORE) && !name.startsWith(own)) sessionStorage.removeItem(name);

  const token = form.elements.namedItem("csrfmiddlewaretoken").value;
  const isKept = (input) =>
    input.name &&
    input.name !== "csrfmiddlewaretoken" &&
    !input.name.includes("__prefix__") &&
    !("notKept" in input.dataset) &&
    !["submit", "button", "password", "file"].includes(input.type);
  const inputs = () => [...form.elements].filter(isKept);

  /** What a browser would send of the form. */
  const entered = () => {
    const names = new Set(inputs().map((input) => input.name));
    const sent = [...new FormData(form)].filter(([name]) => names.has(name));
    return new URLSearchParams(sent).toString();
  };
  const nothing = new URLSearchParams({ copy: about.value }).toString();

  const read = (input) => {
    if (input.type === "checkbox" || input.type === "radio") return String(input.checked);
    if (input.tagName === "SELECT")
      return JSON.stringify([...input.selectedOptions].map((option) => option.value));
    return input.value;
  };

  // A page that came back with errors, with a colleague's changes or with what was typed
  // before holds more than is stored: it is unsaved from the start.
  const wasRefused = "refused" in about.dataset;
  const first = new WeakMap();
  const remember = (root) => {
    for (const input of inputs()) if (root.contains(input)) first.set(input, read(input));
  };
  remember(form);
  // To open a fact is no change.
  form.addEventListener("desk:opened", (event) => remember(event.target));
  const isDirty = () =>
    wasRefused || inputs().some((input) => first.get(input) !== read(input));

  const notice = form.querySelector(".unsaved");
  let isLeaving = false;
  let later = 0;
  let latest = 0;
  let onServer = nothing;

  async function send(text, keepalive = false) {
    const answer = await fetch(address, {
      method: "POST",
      headers: {
        "X-CSRFToken": token,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: text,
      redirect: "error",
      keepalive,
    });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  async function tell(text, keepalive) {
    if (text === onServer) return;
    const before = onServer;
    onServer = text;
    try {
      await send(text, keepalive);
    } catch {
      // Signed out, offline or too long for a page that closes: the tab has it.
      onServer = before;
    }
  }

  const inTab = () => {
    clearTimeout(later);
    const dirty = isDirty();
    const text = dirty ? entered() : nothing;
    if (notice) notice.textContent = dirty ? notice.dataset.text : "";
    try {
      if (dirty) sessionStorage.setItem(key, JSON.stringify({ copy: about.value, text }));
      else sessionStorage.removeItem(key);
    } catch {
      // No room or no storage: the server has it.
    }
    return text;
  };
  const keepSoon = () => {
    clearTimeout(later);
    clearTimeout(latest);
    later = setTimeout(inTab, 400);
    latest = setTimeout(() => tell(inTab()), PAUSE);
  };
  const keepNow = () => {
    clearTimeout(latest);
    if (!isLeaving) tell(inTab(), true);
  };

  /** Ask for the form as the tab has it. */
  async function takeBack({ copy, text }) {
    try {
      await send(text);
    } catch {
      return;
    }
    sessionStorage.removeItem(key);
    isLeaving = true;
    const taking = document.createElement("form");
    taking.method = "post";
    taking.hidden = true;
    for (const [name, value] of [
      ["csrfmiddlewaretoken", token],
      ["_take", copy],
    ])
      taking.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(taking);
    taking.submit();
  }

  const stored = JSON.parse(sessionStorage.getItem(key) ?? "null");
  const isSaved = (copy) =>
    document.cookie.split("; ").some((cookie) => cookie === `desk-saved=${copy}`);
  if (stored && (isSaved(stored.copy) || wasRefused)) sessionStorage.removeItem(key);
  else if (stored) takeBack(stored);
  if (wasRefused) {
    inTab();
    keepSoon();
  }

  form.addEventListener("input", keepSoon);
  form.addEventListener("change", keepSoon);
  form.addEventListener("formset:added", keepSoon);
  // Select2 tells only jQuery of a choice.
  window.django?.jQuery?.(form).on("change", "select", keepSoon);
  form.addEventListener("submit", () => {
    clearTimeout(latest);
    inTab();
    isLeaving = true;
  });
  document.getElementById("unsaved")?.addEventListener("submit", ({ submitter }) => {
    if (submitter.name === "_throw_away" && submitter.value === about.value) {
      clearTimeout(later);
      clearTimeout(latest);
      sessionStorage.removeItem(key);
    } else keepNow();
    isLeaving = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepNow();
  });
  window.addEventListener("pagehide", keepNow);
  window.addEventListener("beforeunload", (event) => {
    if (notice && !isLeaving && isDirty()) event.preventDefault();
  });
}
