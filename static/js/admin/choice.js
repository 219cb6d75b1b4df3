/* Choosing a record by typing: an ARIA combobox over each select that would hold too
 * many options. The select stays in the form and keeps the choice; this only shows it.
 * A match is active at once where what is typed is the name, code or acronym of exactly
 * one record, or the beginning of exactly one: 'cri', Tab chooses Costa Rica. Where
 * several fit, or a name is only spelled alike, somebody has to choose.
 * What is typed and not chosen is sent with the form, which refuses it. */

const about = document.getElementById("about-choice").dataset;
const WAIT = 120;
let built = 0;

/** Return the result that the term means beyond doubt, if there is one. */
function certain(results, term) {
  if (!term.trim()) return undefined;
  const exact = results.filter(({ how }) => how === "exact");
  if (exact.length) return exact.length === 1 ? exact[0] : undefined;
  return results.length === 1 && results[0].how === "fits" ? results[0] : undefined;
}

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** Records made beside this form and not saved yet: their names by kind and value. */
const made = new Map();

function remember(kind, option) {
  if (!option.value.startsWith("new:")) return;
  if (!made.has(kind)) made.set(kind, new Map());
  if (made.get(kind).has(option.value)) return;
  made.get(kind).set(option.value, option.text);
  for (const select of document.querySelectorAll(`select[data-of="${kind}"]:not(.record-choice)`))
    select.append(new Option(option.text, option.value));
}

function madeFor(kind, term) {
  return [...(made.get(kind) ?? [])]
    .filter(([, text]) => fold(text).includes(fold(term)))
    .map(([id, text]) => ({ id, text, how: fold(text) === fold(term) ? "exact" : "fits" }));
}

class Choice {
  constructor(select, input) {
    this.select = select;
    this.input = input;
    this.several = select.multiple;
    this.options = [];
    this.active = -1;
    this.asked = 0;
    this.build();
    const typed = input.value;
    this.show();
    if (typed) {
      // The form came back: what stands here was not chosen.
      input.value = typed;
      this.say(about.chooseOne);
    }
    // Django's popups and our own modules change the select; jQuery hears both.
    (window.django?.jQuery ?? null)?.(select).on("change", () => {
      // Django's script also tells of a change when the page was loaded.
      if (this.keys() !== this.shownKeys) this.show();
    });
  }

  build() {
    const { select, input } = this;
    built += 1;
    this.list = Object.assign(document.createElement("ul"), {
      id: `choice-list-${built}`,
      className: "choice-list",
      hidden: true,
    });
    this.list.setAttribute("role", "listbox");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    for (const name of ["aria-describedby", "aria-required", "aria-invalid"])
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    const label = document.querySelector(`label[for="${select.id}"]`);
    const name = label?.textContent.trim() ?? "";
    if (label) {
      label.htmlFor = input.id;
      input.removeAttribute("aria-label");
    }
    this.list.setAttribute("aria-label", name || input.getAttribute("aria-label"));
    this.box = document.createElement("div");
    this.box.className = "choice";
    if (this.several) {
      this.chips = document.createElement("ul");
      this.chips.className = "choice-chosen";
      this.chips.setAttribute("aria-label", name);
      this.box.append(this.chips);
    }
    this.problem = Object.assign(document.createElement("p"), {
      className: "choice-problem",
      hidden: true,
    });
    this.problem.setAttribute("role", "status");
    select.hidden = true;
    select.after(this.box);
    this.box.append(input, this.list, this.problem);

    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("click", () => {
      if (this.list.hidden) this.ask("");
    });
    input.addEventListener("blur", () => this.left());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options[Number(option.dataset.number)]);
    });
    this.chips?.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.remove(button.value);
    });
    // The page that makes a new record begins with the name that was typed.
    select
      .closest(".related-widget-wrapper")
      ?.querySelector(".add-related")
      ?.addEventListener("click", ({ currentTarget: link }) => {
        const address = new URL(link.href);
        address.searchParams.set("typed", this.isSettled() ? "" : input.value.trim());
        link.href = address.href;
      });
    select.form?.addEventListener("formdata", ({ formData }) => {
      const isChosen = this.isSettled();
      if (isChosen || !this.input.value.trim()) formData.delete(input.name);
      if (!isChosen && !this.several) formData.set(select.name, "");
    });
  }

  chosen() {
    return [...this.select.selectedOptions].filter((option) => option.value);
  }

  keys() {
    return this.chosen()
      .map((option) => option.value)
      .join();
  }

  /** What the box shows when nothing is typed beside what is chosen. */
  shown() {
    return this.several ? "" : (this.chosen()[0]?.text ?? "");
  }

  isSettled() {
    return this.input.value.trim() === this.shown().trim();
  }

  /** Show what the select holds. */
  show() {
    this.say("");
    this.input.value = this.shown();
    this.shownKeys = this.keys();
    for (const option of this.chosen()) remember(this.select.dataset.of, option);
    if (!this.several) return;
    this.chips.replaceChildren(
      ...this.chosen().map((option) => {
        const chip = document.createElement("li");
        const button = Object.assign(document.createElement("button"), {
          type: "button",
          value: option.value,
          textContent: "×",
        });
        button.setAttribute("aria-label", `${about.remove} ${option.text}`);
        chip.append(option.text, button);
        return chip;
      }),
    );
    this.chips.hidden = !this.chips.children.length;
  }

  typed() {
    this.say("");
    clearTimeout(this.later);
    this.asked += 1;
    this.waiting = true;
    this.activate(-1);
    this.later = setTimeout(() => this.ask(this.input.value), WAIT);
  }

  async ask(term) {
    this.asked += 1;
    const asked = this.asked;
    const { appLabel, modelName, fieldName } = this.select.dataset;
    const query = new URLSearchParams({
      term,
      app_label: appLabel,
      model_name: modelName,
      field_name: fieldName,
    });
    let results = [];
    try {
      const answer = await fetch(`${this.select.getAttribute("data-ajax--url")}?${query}`, {
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      ({ results } = await answer.json());
      results = [...madeFor(this.select.dataset.of, term), ...results];
    } catch {
      if (asked === this.asked) this.say(about.failed);
      return;
    }
    if (asked !== this.asked) return;
    this.waiting = false;
    const there = new Set(this.several ? this.chosen().map((option) => option.value) : []);
    const isNew = (result) => !there.has(String(result.id));
    const meant = certain(results, term);
    this.meant = meant && isNew(meant) ? meant : undefined;
    this.options = results.filter(isNew);
    if (document.activeElement === this.input) this.open(term);
    else this.left();
  }

  open(term) {
    const option = (result, number) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${number}`;
      item.dataset.number = String(number);
      item.textContent = result.text;
      item.setAttribute("role", "option");
      return item;
    };
    this.items = this.options.map(option);
    const alike = this.items.filter((item, number) => this.options[number].how === "alike");
    this.list.replaceChildren(...this.items.filter((item) => !alike.includes(item)));
    if (alike.length) {
      const group = document.createElement("li");
      const list = document.createElement("ul");
      const heading = Object.assign(document.createElement("span"), {
        className: "choice-alike",
        textContent: about.didYouMean,
      });
      heading.setAttribute("aria-hidden", "true");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", about.didYouMean);
      list.setAttribute("role", "presentation");
      list.append(...alike);
      group.append(heading, list);
      this.list.append(group);
    }
    const isEmpty = !this.options.length;
    this.list.hidden = isEmpty;
    this.input.setAttribute("aria-expanded", String(!isEmpty));
    this.say(isEmpty && term.trim() ? about.noMatch : "");
    this.activate(this.options.indexOf(this.meant));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.active = -1;
  }

  activate(number) {
    this.list.querySelector("[aria-selected]")?.removeAttribute("aria-selected");
    this.active = number;
    const option = this.items?.[number];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        this.ask(this.isSettled() ? "" : this.input.value);
        return;
      }
      const number = this.options.length;
      const down = (this.active + 1) % number;
      const up = (Math.max(this.active, 0) - 1 + number) % number;
      this.activate(event.key === "ArrowDown" ? down : up);
    } else if (event.key === "Enter") {
      // Never sends the form from here: one chooses, or has chosen.
      event.preventDefault();
      if (isOpen && this.active >= 0) this.choose(this.options[this.active]);
    } else if (event.key === "Tab") {
      if (isOpen && this.active >= 0) this.choose(this.options[this.active]);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      this.close();
      this.show();
    } else if (event.key === "Backspace" && this.several && !this.input.value) {
      const last = this.chosen().at(-1);
      if (last) this.remove(last.value);
    }
  }

  choose({ id, text }) {
    clearTimeout(this.later);
    this.asked += 1;
    this.waiting = false;
    this.meant = undefined;
    let option = [...this.select.options].find((candidate) => candidate.value === String(id));
    if (!option) {
      option = new Option(text, id);
      this.select.append(option);
    }
    if (!this.several) this.select.value = String(id);
    option.selected = true;
    this.close();
    this.tell();
  }

  remove(value) {
    const option = [...this.select.options].find((candidate) => candidate.value === value);
    if (option) option.selected = false;
    this.tell();
    this.input.focus();
  }

  tell() {
    this.show();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** The box lost the focus: take what it means beyond doubt, or say that it is no choice. */
  left() {
    this.close();
    if (this.waiting || this.isSettled()) return;
    if (this.meant) {
      this.choose(this.meant);
      return;
    }
    if (!this.several && this.shown()) {
      this.select.value = "";
      for (const option of this.select.selectedOptions) option.selected = false;
      this.select.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (this.input.value.trim()) this.say(about.chooseOne);
  }

  say(text) {
    this.problem.textContent = text ?? "";
    this.problem.hidden = !text;
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

function build(root) {
  for (const select of root.querySelectorAll("select.record-choice:not([hidden])")) {
    const input = select.parentElement.querySelector(":scope > input.choice-box");
    if (input) new Choice(select, input);
  }
}

build(document);
document.addEventListener("formset:added", (event) => build(event.target));
