/* Marks in the in-page navigation which section is being read, and shows a source
 * beside the number that refers to it. Both are links without this script. */

const links = new Map();
for (const link of document.querySelectorAll(".section-nav a[href^='#']")) {
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (section) links.set(section, link);
}

// The section that crosses a line a fifth down the window is the one being read.
const observer = new IntersectionObserver(
  (entries) => {
    const current = entries.find((entry) => entry.isIntersecting)?.target;
    if (!current) return;
    for (const [section, link] of links) {
      if (section === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  },
  { rootMargin: "-20% 0px -80% 0px" },
);
for (const section of links.keys()) observer.observe(section);

let card = null;
const closeCard = () => {
  card?.remove();
  card = null;
};

function showCard(reference) {
  closeCard();
  const source = document.getElementById(reference.hash.slice(1));
  if (!source) return;
  card = document.createElement("div");
  card.className = "source-card";
  card.setAttribute("aria-hidden", "true"); // the link already leads to the text
  card.append(...[...source.childNodes].map((node) => node.cloneNode(true)));
  for (const link of card.querySelectorAll("a")) link.tabIndex = -1;
  document.body.append(card);
  const place = reference.getBoundingClientRect();
  const left = Math.min(place.left, innerWidth - card.offsetWidth - 16);
  card.style.top = `${place.bottom + scrollY + 6}px`;
  card.style.left = `${Math.max(8, left) + scrollX}px`;
}

document.addEventListener("pointerover", (event) => {
  const reference = event.target.closest?.("[data-source-ref]");
  if (reference) showCard(reference);
  else if (!event.target.closest?.(".source-card")) closeCard();
});
document.addEventListener("focusin", (event) => {
  const reference = event.target.closest("[data-source-ref]");
  if (reference) showCard(reference);
  else closeCard();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeCard();
});
