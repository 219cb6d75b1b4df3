/* Reads a pasted list of States and adds a row for each that is wanted. */

const box = document.querySelector(".paste-states");

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

if (box) {
  const form = box.closest("form");
  const group = document.getElementById("memberships-group");
  const preview = box.querySelector("#paste-preview");
  const apply = box.querySelector("#paste-apply");
  const done = box.querySelector("#paste-done");
  const text = box.querySelector("#paste-text");
  const words = preview.dataset;
  box.querySelector(".paste-form").hidden = false;

  /** States of rows with inputs: those that are held, or those that were removed. */
  const statesOf = (rows) =>
    new Set(
      [...group.querySelectorAll(rows)]
        .filter((row) => row.querySelector("[name$='-is_current']")?.checked)
        .map((row) => row.querySelector("[name$='-state']")?.value),
    );

  const chosen = () => {
    const found = new Map();
    for (const input of preview.querySelectorAll("input:checked, select")) {
      const option = input.selectedOptions?.[0] ?? input;
      if (option.value) found.set(option.value, option.dataset.name);
    }
    return found;
  };
  const recount = () => {
    const number = chosen().size;
    apply.hidden = number === 0;
    apply.textContent = `${apply.dataset.text} ${number}`;
  };

  function row(reading, { there, removed }, states) {
    const state = String(reading.state);
    const isThere =
      reading.state && (there.has(state) || (reading.role && !removed.has(state)));
    const cell = element("td");
    let how = reading.how;
    if (isThere || reading.twice) {
      cell.textContent = reading.name;
      how = isThere ? words.there : words.twice;
    } else if (reading.state) {
      const tick = element("input", { type: "checkbox", checked: true, value: reading.state });
      tick.dataset.name = reading.name;
      tick.dataset.notKept = "";
      cell.append(element("label", {}, tick, " ", reading.name));
    } else {
      how = words.unknown;
      const asOption = (named) => {
        const option = new Option(named.name, named.state);
        option.dataset.name = named.name;
        return option;
      };
      const groups = [
        [words.didYouMean, reading.suggestions],
        [words.all, states],
      ].filter(([, offered]) => offered.length);
      const select = element(
        "select",
        {},
        new Option(words.leaveOut, ""),
        ...groups.map(([label, offered]) =>
          element("optgroup", { label }, ...offered.map(asOption)),
        ),
      );
      select.setAttribute("aria-label", `${words.choose} ${reading.text}`);
      select.dataset.notKept = "";
      cell.append(select);
    }
    const name = element("th", { scope: "row", textContent: reading.text });
    const made = element("tr", {}, name, cell, element("td", { textContent: how }));
    if (!reading.state) made.className = "is-unknown";
    return made;
  }

  async function look() {
    done.textContent = "";
    const body = new FormData();
    body.set("text", text.value);
    let rows = [];
    let states = [];
    try {
      const answer = await fetch(box.dataset.url, {
        method: "POST",
        body,
        headers: {
          Accept: "application/json",
          "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value,
        },
      });
      if (!answer.ok && answer.status !== 400) throw new Error(String(answer.status));
      if (answer.ok) ({ rows, states } = await answer.json());
    } catch {
      preview.replaceChildren(element("p", { textContent: words.failed }));
      return;
    }
    if (!rows.length) {
      preview.replaceChildren(element("p", { textContent: words.none }));
    } else {
      const onPage = {
        there: statesOf(".fact:not(.is-removed)"),
        removed: statesOf(".fact.is-removed"),
      };
      const heads = words.heading
        .split("|")
        .map((head) => element("th", { scope: "col", textContent: head }));
      preview.replaceChildren(
        element(
          "table",
          {},
          element("thead", {}, element("tr", {}, ...heads)),
          element("tbody", {}, ...rows.map((reading) => row(reading, onPage, states))),
        ),
      );
    }
    recount();
  }

  function add() {
    const role = box.querySelector("#paste-role").value;
    const certainty = box.querySelector("#paste-certainty").value;
    const source = box.querySelector("#paste-source").selectedOptions[0];
    const states = chosen();
    for (const [state, name] of states) {
      group.dispatchEvent(
        new CustomEvent("desk:add-row", {
          detail: {
            use(made) {
              const put = (suffix, value, label) => {
                const select = made.querySelector(`select[name$="-${suffix}"]`);
                if (!select || !value) return;
                if (![...select.options].some((option) => option.value === value))
                  select.append(new Option(label, value));
                select.value = value;
                select.dispatchEvent(new Event("change", { bubbles: true }));
              };
              put("state", state, name);
              put("role", role);
              put("certainty", certainty);
              put("source", source?.value, source?.text);
            },
          },
        }),
      );
    }
    done.textContent = `${done.dataset.text} ${[...states.values()].join(", ")}`;
    preview.replaceChildren();
    text.value = "";
    recount();
    text.focus();
  }

  box.querySelector("#paste-read").addEventListener("click", look);
  apply.addEventListener("click", add);
  preview.addEventListener("change", recount);
}
