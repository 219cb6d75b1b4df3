/* Throws away the copy of a form that was saved. It runs on every staff page, because
 * saving can lead to any of them. */

const cookie = document.cookie.split("; ").find((part) => part.startsWith("desk-saved="));
const name = cookie?.slice("desk-saved=".length);
if (name) {
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith("desk:")) continue;
    const stored = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (stored?.copy === name) sessionStorage.removeItem(key);
  }
}
