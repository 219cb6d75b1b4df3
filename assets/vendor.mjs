// Copies the front-end files of the pinned npm packages into static/vendor/.
//
// Bootstrap is wrapped in the lowest cascade layer, so that static/css/registry.css
// overrides it by order of layers and never by weight of selectors or `!important`.
// An `@import … layer(vendor)` would do the same at the price of a second round trip.
// Of its 232 KB only what pages use is kept: a first visit pays for every byte.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");

const fonts = {
  "source-sans-3-latin.woff2":
    "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
  "source-sans-3-latin-ext.woff2":
    "@fontsource-variable/source-sans-3/files/source-sans-3-latin-ext-wght-normal.woff2",
  // Titles use one weight, so one static file: the variable serif weighs 50 KB more
  // and would break the page's weight budget.
  "source-serif-4-600-latin.woff2":
    "@fontsource/source-serif-4/files/source-serif-4-latin-600-normal.woff2",
  "source-serif-4-600-latin-ext.woff2":
    "@fontsource/source-serif-4/files/source-serif-4-latin-ext-600-normal.woff2",
};

const licences = {
  "bootstrap.txt": "bootstrap/LICENSE",
  "htmx.txt": "htmx.org/LICENSE",
  "source-sans-3.txt": "@fontsource-variable/source-sans-3/LICENSE",
  "source-serif-4.txt": "@fontsource/source-serif-4/LICENSE",
  "world-atlas.txt": "world-atlas/LICENSE",
};

// What of Bootstrap the templates may use beside its rules for plain elements.
// tests/front/test_static_files.py fails for a template that uses more.
const kept = [
  ...["btn", "btn-sm", "form-control", "form-control-sm", "form-label", "form-select"],
  ...["form-check-input", "h4", "visually-hidden"],
  ...[0, 1, 2, 3, 4, 5].flatMap((step) => [`mt-${step}`, `mb-${step}`]),
];
const elements = (
  "a abbr address blockquote body br button caption code dd details dialog div dl dt em " +
  "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html i iframe img " +
  "input kbd label legend li main mark nav ol optgroup option output p pre progress s " +
  "samp section select small span strong sub summary sup svg table tbody td textarea " +
  "tfoot th thead time tr ul"
).split(" ");

async function used(css) {
  const [{ css: left }] = await new PurgeCSS().purge({
    css: [{ raw: css }],
    content: [{ raw: "", extension: "list" }],
    defaultExtractor: () => ({ classes: kept, tags: elements }),
    dynamicAttributes: ["data-bs-theme", "disabled", "hidden", "href", "list", "multiple"].concat(
      ["readonly", "role", "size", "title", "type"],
    ),
    keyframes: true,
    variables: true,
  });
  return left.replace(/(:root(,\[data-bs-theme=light\])?|\[data-bs-theme=dark\])\{\}/g, "");
}

async function bootstrapInLayer(name) {
  const css = await readFile(join(modules, "bootstrap/dist/css", name), "utf8");
  const bare = css
    .replace(/^@charset "UTF-8";/, "")
    // The map is not shipped, and hashed static files must all resolve.
    .replace(/\/\*# sourceMappingURL=.*?\*\//, "")
    .trim();
  const [, banner, all] = bare.match(/^(\/\*![\s\S]*?\*\/)?([\s\S]*)$/);
  const rules = await used(all);
  await writeFile(
    join(vendor, name),
    `@charset "UTF-8";${banner ?? ""}@layer vendor{${rules}}\n`,
  );
}

async function version(name) {
  const file = join(modules, name, "package.json");
  return JSON.parse(await readFile(file, "utf8")).version;
}

await rm(vendor, { recursive: true, force: true });
await mkdir(join(vendor, "fonts"), { recursive: true });
await mkdir(join(vendor, "LICENCES"), { recursive: true });

await bootstrapInLayer("bootstrap.min.css");
await bootstrapInLayer("bootstrap.rtl.min.css");
await cp(
  join(modules, "htmx.org/dist/htmx.min.js"),
  join(vendor, "htmx.min.js"),
);
for (const [name, source] of Object.entries(fonts)) {
  await cp(join(modules, source), join(vendor, "fonts", name));
}
for (const [name, source] of Object.entries(licences)) {
  await cp(join(modules, source), join(vendor, "LICENCES", name));
}

const { devDependencies } = JSON.parse(
  await readFile(join(root, "package.json"), "utf8"),
);
for (const name of Object.keys(devDependencies)) {
  console.log(`${name} ${await version(name)}`);
}

await import("./worldmap.mjs");
