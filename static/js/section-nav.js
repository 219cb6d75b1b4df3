/* Marks in the in-page navigation which section is being read. They are links without
 * this script. */

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
