/* Staff who read the page of a mechanism find a pencil beside each fact and text, which
 * opens the draft there. The page is the same for everybody: only in a browser in which
 * somebody opened the staff's pages (`js/admin/pencils.js`) does this script ask whether
 * that person is still signed in and may correct. */

const KNOWN = "desk-pencils";
const mechanism = /\/mechanisms\/([\w-]+)\/$/.exec(location.pathname)?.[1];
const asked = mechanism && localStorage.getItem(KNOWN);

async function told() {
  const answer = await fetch(asked, { redirect: "manual" });
  if (answer.ok) return answer.json();
  localStorage.removeItem(KNOWN);
  return null;
}

/** Yield each place that can be corrected, and behind what its pencil stands. */
function* places() {
  // What can be reported can be corrected.
  for (const link of document.querySelectorAll("a.report-error")) {
    const named = new URL(link.href).searchParams;
    for (const kind of ["fact", "field"])
      if (named.has(kind)) yield [`${kind}-${named.get(kind)}`, link];
  }
}

if (asked) {
  const staff = await told();
  if (staff) {
    const form = document.createElement("form");
    form.id = "pencils";
    form.method = "post";
    form.action = `${staff.address}${mechanism}/`;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "csrfmiddlewaretoken";
    token.value = staff.token;
    form.append(token);
    document.body.append(form);
    // The text is opened in the language in which it is read.
    form.addEventListener("submit", () =>
      sessionStorage.setItem("desk-language", document.documentElement.lang),
    );
    for (const [at, place] of places()) {
      const pencil = document.createElement("button");
      pencil.className = "pencil";
      pencil.setAttribute("form", form.id);
      pencil.name = "at";
      pencil.value = at;
      pencil.title = staff.label;
      pencil.setAttribute("aria-label", staff.label);
      pencil.textContent = "✎";
      place.before(pencil);
    }
  }
}
