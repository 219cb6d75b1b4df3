/* Lets the public pages know, in this browser alone, that staff read them here: they show
 * pencils then (`js/pencils.js`). Forgotten when the person signs out. */

const KNOWN = "desk-pencils";
const { address } = document.getElementById("about-pencils").dataset;

localStorage.setItem(KNOWN, address);
document
  .getElementById("logout-form")
  ?.addEventListener("submit", () => localStorage.removeItem(KNOWN));
