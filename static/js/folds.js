/* Opens the folds around what an address points to, where the browser does not do so
 * itself; and on wide screens all folds, where it cannot show what is in a closed one. */

function reveal() {
  const target = document.querySelector(":target");
  const closed = [];
  for (let at = target; at; at = at.parentElement) {
    if (at.matches("details:not([open])")) closed.push(at);
  }
  for (const details of closed) details.open = true;
  if (closed.length) target.scrollIntoView();
}

reveal();
addEventListener("hashchange", reveal);

const showsClosed = CSS.supports("selector(details::details-content)");
if (!showsClosed && matchMedia("(min-width: 48rem)").matches) {
  for (const fold of document.querySelectorAll(".fold")) fold.open = true;
}
