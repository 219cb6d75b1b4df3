/* Sends a form once: the second click of a double click would write a comment twice, or
 * be told that somebody else has just done what the first click did. */

const DOUBLE = 1500;
const sentAt = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (event.timeStamp - (sentAt.get(form) ?? -DOUBLE) < DOUBLE) event.preventDefault();
  else sentAt.set(form, event.timeStamp);
});
