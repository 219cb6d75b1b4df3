/* Looks again, once a second, how far the worker is, and goes to the page that follows. */

const shown = document.getElementById("waiting");

async function look() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("waiting");
    if (!now) return location.reload();
    // Only what changed is said again to who listens.
    if (now.textContent !== shown.textContent) shown.innerHTML = now.innerHTML;
  }
  setTimeout(look, 1000);
}

setTimeout(look, 1000);
