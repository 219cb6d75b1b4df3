/* Tells the others that this form is open, and says who else has it open. */

const banner = document.getElementById("presence");
const EVERY = 30_000;

function show(texts) {
  const now = texts.join("\n");
  const before = [...banner.children].map((line) => line.textContent).join("\n");
  if (now === before) return;
  banner.replaceChildren(
    ...texts.map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }),
  );
}

async function tell() {
  const form = banner.closest("form");
  try {
    const answer = await fetch(banner.dataset.url, {
      method: "POST",
      headers: {
        "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value,
        Accept: "application/json",
      },
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      show([banner.dataset.signedOut]);
      return;
    }
    if (!answer.ok) return;
    const { others, version } = await answer.json();
    const opened = Number(form.elements.namedItem("version").value);
    show(version === opened ? others : [...others, banner.dataset.overtaken]);
  } catch {
    // Offline for a moment; the next time tells.
  }
}

if (banner) {
  setInterval(() => {
    if (document.visibilityState === "visible") tell();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") tell();
  });
}
