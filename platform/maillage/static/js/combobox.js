// Suggestions under a plain input (ARIA 1.2 combobox with a list). Without script the input is sent as typed.
// <input data-combobox data-source="/address" [data-value-into="id of a hidden input"]>
// The source answers GET ?q=… with [{ "value": …, "label": …, "hint": …, "href": … }]: what has an address is gone to.
// data-longest="30": beyond so many characters it is no name but a story, which is not sent to ask for names.
// data-place-into="id of an input": an option without address is a place, and completes that field.

const MIN_CHARS = 2;
const PAUSE_MS = 180;

class Combobox {
  constructor(input) {
    this.input = input;
    this.options = [];
    this.active = -1;
    this.hidden = input.dataset.valueInto ? document.getElementById(input.dataset.valueInto) : null;
    this.build();
    input.addEventListener("input", () => this.onInput());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => this.close());
    // The press is caught before it takes the focus away from the input.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
  }

  build() {
    const { input } = this;
    const box = document.createElement("div");
    box.className = "combobox";
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `${input.id}-list`, className: "combobox-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.status = document.createElement("div");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    const hadFocus = document.activeElement === input;
    input.before(box);
    box.append(input, this.list, this.status);
    if (hadFocus) input.focus();
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
  }

  onInput() {
    if (this.hidden) this.hidden.value = "";
    clearTimeout(this.timer);
    this.request?.abort();
    const words = this.input.value.trim();
    const longest = Number(this.input.dataset.longest ?? Infinity);
    if (words.length < MIN_CHARS || words.length > longest) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.fetch(words), PAUSE_MS);
  }

  async fetch(words) {
    this.request = new AbortController();
    const address = new URL(this.input.dataset.source, location.href);
    address.searchParams.set("q", words);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: this.request.signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      this.show(await answer.json());
    } catch {
      // Suggestions are a help: without them the words typed are sent as they are.
      this.close();
    }
  }

  show(options) {
    if (document.activeElement !== this.input) return;
    this.options = options;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...options.map((option, index) => this.item(option, index)));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.status.textContent = this.summary(options.length);
  }

  summary(count) {
    if (count === 0) return "Aucune suggestion.";
    return count === 1 ? "1 suggestion." : `${count} suggestions.`;
  }

  item(option, index) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${index}`;
    item.dataset.index = index;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.textContent = option.label;
    item.append(label);
    if (option.hint) {
      const hint = document.createElement("span");
      hint.className = "combobox-hint";
      hint.textContent = option.hint;
      item.append(hint);
    }
    return item;
  }

  onKey(event) {
    if (this.list.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      this.move(moves[event.key]);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  move(step) {
    const { length } = this.options;
    const from = this.active < 0 && step < 0 ? length : this.active;
    this.active = (from + step + length) % length;
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.active));
    });
    const item = this.list.children[this.active];
    this.input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  choose(index) {
    const { value, label, href } = this.options[index];
    if (href) {
      this.close();
      location.assign(href);
      return;
    }
    const place = this.input.dataset.placeInto && document.getElementById(this.input.dataset.placeInto);
    if (place) {
      place.value = label;
      this.input.value = "";
    } else {
      this.input.value = label;
    }
    if (this.hidden) this.hidden.value = value;
    this.close();
    this.input.dispatchEvent(new CustomEvent("combobox:choose", { bubbles: true, detail: { value, label } }));
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

const known = new WeakSet();

function enhance(root) {
  for (const input of root.querySelectorAll("input[data-combobox]")) {
    if (known.has(input)) continue;
    known.add(input);
    new Combobox(input);
  }
}

enhance(document);
document.addEventListener("htmx:load", (event) => enhance(event.target));
