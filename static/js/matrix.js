/* Arrow keys in a matrix: the table becomes a grid with one stop for Tab. Without this
 * script each cell that leads somewhere is a link. */

const table = document.querySelector(".matrix");

if (table) {
  const rows = [...table.tBodies]
    .flatMap((body) => [...body.rows])
    .map((row) => [...row.querySelectorAll("td")])
    .filter((cells) => cells.length);
  const inside = (cell) => cell.querySelector("a") ?? cell;

  table.setAttribute("role", "grid");
  for (const cell of rows.flat()) inside(cell).tabIndex = -1;
  let [row, column] = [0, 0];
  inside(rows[0][0]).tabIndex = 0;

  const go = (toRow, toColumn) => {
    const last = rows[0].length - 1;
    inside(rows[row][column]).tabIndex = -1;
    row = Math.min(Math.max(toRow, 0), rows.length - 1);
    column = Math.min(Math.max(toColumn, 0), last);
    const target = inside(rows[row][column]);
    target.tabIndex = 0;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    const found = rows.findIndex((cells) => cells.includes(cell));
    if (found < 0) return;
    inside(rows[row][column]).tabIndex = -1;
    [row, column] = [found, rows[found].indexOf(cell)];
    inside(cell).tabIndex = 0;
  });

  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || !event.target.closest("td")) return;
    const onwards = getComputedStyle(table).direction === "rtl" ? -1 : 1;
    const far = event.ctrlKey ? rows.length : 0;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - onwards],
      ArrowRight: [row, column + onwards],
      Home: [row - far, 0],
      End: [row + far, rows[0].length],
    };
    const to = moves[event.key];
    if (!to || (event.ctrlKey && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    go(...to);
  });
}
