/* Choosing a record by typing: an ARIA combobox over each select that would hold too
 * many options. The select stays in the form and keeps the choice; this only shows it.
 * The first match is active at once, so 'cri', Tab chooses Costa Rica. */

const about = document.getElementById("about-form")?.dataset ?? {};
const WAIT = 120;
let made = 0;

class Choice {
  constructor(select) {
    this.select = select;
    this.several = select.multiple;
    this.options = [];
    this.active = -1;
    this.asked = 0;
    this.build();
    this.show();
    // Django's popups and our own modules change the select; jQuery hears both.
    (window.django?.jQuery ?? null)?.(select).on("change", () => this.show());
  }

  build() {
    const { select } = this;
    made += 1;
    this.list = Object.assign(document.createElement("ul"), {
      id: `choice-list-${made}`,
      className: "choice-list",
      hidden: true,
    });
    this.list.setAttribute("role", "listbox");
    this.input = Object.assign(document.createElement("input"), {
      type: "text",
      id: `${select.id}-box`,
      className: "choice-box vTextField",
      autocomplete: "off",
      spellcheck: false,
    });
    const { input } = this;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    for (const name of ["aria-describedby", "aria-required", "aria-invalid"])
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    const label = document.querySelector(`label[for="${select.id}"]`);
    const name = label?.textContent.trim() ?? "";
    if (label) label.htmlFor = input.id;
    else input.setAttribute("aria-label", select.name);
    this.list.setAttribute("aria-label", name || select.name);
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
    this.box.append(input, this.list, this.problem);
    select.hidden = true;
    select.after(this.box);

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
  }

  chosen() {
    return [...this.select.selectedOptions].filter((option) => option.value);
  }

  /** Show what the select holds. */
  show() {
    this.say("");
    if (!this.several) {
      this.input.value = this.chosen()[0]?.text ?? "";
      return;
    }
    this.chips.replaceChildren(
      ...this.chosen().map((option) => {
        const chip = document.createElement("li");
        const button = Object.assign(document.createElement("button"), {
          type: "button",
          value: option.value,
          textContent: "×",
        });
        button.setAttribute("aria-label", `${about.remove ?? ""} ${option.text}`);
        chip.append(option.text, button);
        return chip;
      }),
    );
    this.chips.hidden = !this.chips.children.length;
    this.input.value = "";
  }

  typed() {
    this.say("");
    clearTimeout(this.later);
    this.asked += 1;
    this.waiting = true;
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
    } catch {
      if (asked === this.asked) this.say(about.failed);
      return;
    }
    if (asked !== this.asked) return;
    this.waiting = false;
    const there = new Set(this.several ? this.chosen().map((option) => option.value) : []);
    this.options = results.filter((result) => !there.has(String(result.id)));
    if (document.activeElement === this.input) this.open(term);
    else if (this.options.length === 1 && term.trim()) this.choose(this.options[0]);
    else this.left();
  }

  open(term) {
    this.list.replaceChildren(
      ...this.options.map((result, number) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${number}`;
        option.dataset.number = String(number);
        option.textContent = result.text;
        option.setAttribute("role", "option");
        return option;
      }),
    );
    const isEmpty = !this.options.length;
    this.list.hidden = isEmpty;
    this.input.setAttribute("aria-expanded", String(!isEmpty));
    this.say(isEmpty && term.trim() ? about.noMatch : "");
    this.activate(isEmpty || !term.trim() ? -1 : 0);
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
    const option = this.list.children[number];
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
        this.ask(this.chosen()[0]?.text === this.input.value ? "" : this.input.value);
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.activate((this.active + step + this.options.length) % this.options.length);
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

  /** The box lost the focus: empty it, or say that what stands there is no choice. */
  left() {
    this.close();
    if (this.waiting) return;
    const text = this.input.value.trim();
    const shown = this.several ? "" : (this.chosen()[0]?.text ?? "");
    if (text === shown.trim()) return;
    if (!this.several && shown) {
      this.select.value = "";
      for (const option of this.select.selectedOptions) option.selected = false;
      this.select.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (text) this.say(about.chooseOne);
  }

  say(text) {
    this.problem.textContent = text ?? "";
    this.problem.hidden = !text;
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

function build(root) {
  for (const select of root.querySelectorAll("select.record-choice:not([hidden])"))
    new Choice(select);
}

build(document);
document.addEventListener("formset:added", (event) => build(event.target));
