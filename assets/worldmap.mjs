// Draws static/img/world.svg and static/img/world.json from the Natural Earth shapes of
// world-atlas: one path per State or territory, named by its ISO 3166-1 alpha-3 code,
// projected once (Equal Earth: areas compare fairly). Small ones get a centroid instead,
// so that a page can draw a marker that can be seen.
//
// The shapes say nothing about status: names, codes and colours come from the page.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature, merge } from "topojson-client";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const atlas = async (resolution) => {
  const file = require.resolve(`world-atlas/countries-${resolution}.json`);
  const topology = JSON.parse(await readFile(file, "utf8"));
  const { geometries } = topology.objects.countries;
  const named = (name) => geometries.find((g) => g.properties.name === name);
  // Natural Earth draws who holds the ground; a map of States does not. What stands
  // apart inside a Member State without a code of its own goes back to it.
  const parts = { Somaliland: "Somalia", "N. Cyprus": "Cyprus" };
  const features = feature(topology, topology.objects.countries).features;
  for (const [part, whole] of Object.entries(parts)) {
    if (!named(part)) continue;
    features.find((f) => f.properties.name === whole).geometry = merge(topology, [
      named(part),
      named(whole),
    ]);
  }
  return features.filter((f) => !(f.properties.name in parts));
};

const alpha3 = JSON.parse(
  await readFile(join(root, "assets/iso3166.json"), "utf8"),
);

const WIDTH = 960;
// Below this many square units on a map 960 wide a shape cannot be seen or hit.
const SMALL = 12;

// Longitude and latitude of what the 50 m shapes leave out, draw as part of the State
// to which it belongs, or spread over both edges of the map.
const LEFT_OUT = {
  BES: [-68.27, 12.18],
  BVT: [3.36, -54.42],
  CCK: [96.83, -12.19],
  CXR: [105.63, -10.49],
  GIB: [-5.35, 36.14],
  GLP: [-61.55, 16.25],
  GUF: [-53.1, 3.9],
  KIR: [172.98, 1.42],
  MTQ: [-61.02, 14.64],
  MYT: [45.17, -12.83],
  REU: [55.54, -21.13],
  SJM: [17.0, 78.5],
  TKL: [-171.85, -9.2],
  TUV: [179.2, -8.52],
};
// The frame ends above the Antarctic: it is a map of States.
const NOT_DRAWN = new Set(["ATA", "BVT", "HMD", "SGS", "IOT", "ATF", "UMI"]);

const coarse = await atlas("110m");
const fine = await atlas("50m");

const projection = geoEqualEarth().fitWidth(WIDTH, {
  type: "MultiPoint",
  coordinates: [
    [-180, 0],
    [180, 0],
  ],
});
const round = (number) => Math.round(number * 10) / 10;
const path = geoPath(projection).digits(1);
const byCode = (features) =>
  new Map(
    features
      .filter(({ id }) => alpha3[id] && !NOT_DRAWN.has(alpha3[id]))
      // Two features share the number of Australia; the larger is the State.
      .sort((a, b) => path.area(a) - path.area(b))
      .map((shape) => [alpha3[shape.id], shape]),
  );

const coarseShapes = byCode(coarse);
const fineShapes = byCode(fine);

// A path in relative steps is a third shorter than d3's absolute one. Steps between
// rounded points do not drift.
function relative(absolute) {
  let at = [0, 0];
  let start = [0, 0];
  const point = (text) => text.split(",").map((n) => Math.round(Number(n) * 10));
  const step = (to, from) =>
    [to[0] - from[0], to[1] - from[1]].map((n) => n / 10).map(short);
  const short = (n) => String(n).replace(/^(-?)0\./, "$1.");
  const join = ([x, y]) => (y.startsWith("-") ? `${x}${y}` : `${x} ${y}`);
  let out = "";
  for (const [, command, rest] of absolute.matchAll(/([MLZ])([^MLZ]*)/g)) {
    if (command === "Z") {
      out += "z";
      at = start;
      continue;
    }
    const to = point(rest);
    if (command === "L" && to[0] === at[0] && to[1] === at[1]) continue;
    out += `${command.toLowerCase()}${join(step(to, at))}`;
    at = to;
    if (command === "M") start = to;
  }
  // "l" need not be repeated between steps.
  return out
    .replace(/l/g, (_, offset, text) =>
      text.lastIndexOf("l", offset - 1) > lastOther(text, offset) ? " " : "l",
    )
    .replace(/ -/g, "-");
}

function lastOther(text, offset) {
  return Math.max(
    text.lastIndexOf("m", offset - 1),
    text.lastIndexOf("z", offset - 1),
  );
}

// Where a State lies: its largest part and what lies near it. What is far away, or
// beyond the edge of the map, would make its part of the world the whole of it.
const NEAR = 60;
const sizeOf = ([[left, above], [right, below]]) => (right - left) * (below - above);
function boxOf(absolute) {
  // The parts as drawn: a shape that crosses the edge of the map is cut there.
  const parts = absolute
    .split("M")
    .slice(1)
    .map((text) => text.replace("Z", "").split("L").map((at) => at.split(",").map(Number)))
    .map((points) => [points.map(([x]) => x), points.map(([, y]) => y)])
    .map(([x, y]) => [
      [Math.min(...x), Math.min(...y)],
      [Math.max(...x), Math.max(...y)],
    ])
    .sort((one, other) => sizeOf(other) - sizeOf(one));
  let [[left, above], [right, below]] = parts[0];
  for (let grown = true; grown; ) {
    grown = false;
    for (const [[l, a], [r, b]] of parts) {
      const apart = Math.max(l - right, left - r, a - below, above - b);
      const isInside = l >= left && r <= right && a >= above && b <= below;
      if (apart > NEAR || isInside) continue;
      [left, right] = [Math.min(left, l), Math.max(right, r)];
      [above, below] = [Math.min(above, a), Math.max(below, b)];
      grown = true;
    }
  }
  return [left, above, right, below].map(round);
}

const shapes = {};
const markers = {};
for (const code of Object.values(alpha3).sort()) {
  if (NOT_DRAWN.has(code)) continue;
  const shape = coarseShapes.get(code) ?? fineShapes.get(code);
  if (LEFT_OUT[code]) {
    markers[code] = projection(LEFT_OUT[code]).map(round);
  } else if (shape) {
    const d = path(shape);
    const area = path.area(fineShapes.get(code) ?? shape);
    // What only the fine drawing has is mostly islets: below this size a marker says
    // it all and the path would be ballast.
    if (d && (coarseShapes.has(code) || area >= SMALL / 4)) {
      shapes[code] = { d: relative(d), box: boxOf(d) };
    }
    if (area < SMALL) {
      markers[code] = path.centroid(fineShapes.get(code) ?? shape).map(round);
    }
  } else {
    console.warn(`${code}: no shape and no place`);
  }
}

// Land without a code (Kosovo in this data): drawn with the rest, never named.
const uncoded = coarse
  .filter(({ id }) => !id)
  .map((shape) => relative(path(shape)));
const top = Math.floor(projection([0, 84])[1]) - 4;
const bottom = Math.ceil(projection([0, -57])[1]) + 2;
const viewBox = `0 ${top} ${WIDTH} ${bottom - top}`;

const folder = join(root, "static/img");
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, "world.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">\n` +
    '<g id="land">\n' +
    Object.entries(shapes)
      .map(([code, { d }]) => `<path id="${code}" d="${d}"/>\n`)
      .join("") +
    uncoded.map((d) => `<path d="${d}"/>\n`).join("") +
    "</g>\n</svg>\n",
);
await writeFile(
  join(folder, "world.json"),
  `${JSON.stringify({
    viewBox,
    shapes: Object.fromEntries(
      Object.entries(shapes).map(([code, { box }]) => [code, box]),
    ),
    markers,
  })}\n`,
);
console.log(
  `world map: ${Object.keys(shapes).length} shapes, ${Object.keys(markers).length} markers`,
);
