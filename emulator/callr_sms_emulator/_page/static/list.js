// A list of which only the visible rows are in the page, however long it is. All rows have one height.

import { h } from "./dom.js";
import { Keyed, reconcile } from "./model.js";

const ROW = 64, AROUND = 6;

export class VirtualList extends HTMLElement {
  #keyed = new Keyed();
  #space = h("div.space", { role: "presentation" });
  #rows = h("div.rows", { role: "presentation" });
  #source = { total: 0, item: () => undefined, ensure() {} };
  #active = -1;

  // row: makes the content of a row from an item; key: names it; choose: called when one is chosen.
  setup({ row, key, choose, label }) {
    Object.assign(this, { row, key, choose });
    this.setAttribute("role", "listbox");
    this.setAttribute("aria-label", label);
    this.tabIndex = 0;
    this.#space.append(this.#rows);
    this.append(this.#space);
    this.addEventListener("scroll", () => this.render(), { passive: true });
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    new ResizeObserver(() => this.render()).observe(this);
  }

  set source(source) {
    this.#source = source;
    this.scrollTop = 0;
    this.render();
  }

  get source() { return this.#source; }

  render() {
    const { total } = this.#source;
    const first = Math.max(0, Math.floor(this.scrollTop / ROW) - AROUND);
    const last = Math.min(total, Math.ceil((this.scrollTop + this.clientHeight) / ROW) + AROUND);
    this.#source.ensure(first, last);
    this.#space.style.height = `${total * ROW}px`;
    this.#rows.style.transform = `translateY(${first * ROW}px)`;
    const items = [];
    this.#active = -1;
    for (let index = first; index < last; index += 1) {
      const item = this.#source.item(index);
      const isSelected = item !== undefined && this.key(item) === this.selected;
      if (isSelected) this.#active = index;
      items.push({ index, item, isSelected, total });
    }
    const key = ({ index, item }) => (item === undefined ? `#${index}` : this.key(item));
    reconcile(this.#rows, this.#keyed.render(items, key, (each) => `${this.stamp}${JSON.stringify(each)}`, (each) => this.#make(each)));
    if (this.#active >= 0) this.setAttribute("aria-activedescendant", `row-${this.#active}`);
    else this.removeAttribute("aria-activedescendant");
  }

  select(key) {
    this.selected = key;
    this.render();
  }

  // Chooses the next or the previous row.
  move(step) {
    const { total } = this.#source;
    if (!total) return;
    const index = this.#active < 0 ? (step > 0 ? Math.floor(this.scrollTop / ROW) : 0) : this.#active + step;
    this.#choose(Math.max(0, Math.min(total - 1, index)));
  }

  #choose(index) {
    const item = this.#source.item(index);
    if (item === undefined) return;
    const top = index * ROW;
    if (top < this.scrollTop) this.scrollTop = top;
    if (top + ROW > this.scrollTop + this.clientHeight) this.scrollTop = top + ROW - this.clientHeight;
    this.choose(item);
  }

  #make({ index, item, isSelected, total }) {
    return h("div", {
      id: `row-${index}`, class: `row${isSelected ? " selected" : ""}${item === undefined ? " waits" : ""}`, role: "option",
      "aria-selected": String(isSelected), "aria-setsize": String(total), "aria-posinset": String(index + 1), data: { index },
    }, item === undefined ? "" : this.row(item));
  }

  #clicked(event) {
    const row = event.target.closest(".row");
    if (row) this.#choose(Number(row.dataset.index));
  }

  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step) { event.preventDefault(); this.move(step); }
    if (event.key === "Home") { event.preventDefault(); this.#choose(0); }
    if (event.key === "Enter") this.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
  }
}
customElements.define("virtual-list", VirtualList);

// A list whose length is known, loaded in pages where it is looked at.
export class PagedSource {
  #pages = new Map();
  #size = 100;
  #timer = 0;
  constructor(load, changed) { Object.assign(this, { load, changed, total: 0, seen: [0, 0] }); }
  item(index) { return this.#pages.get(Math.floor(index / this.#size))?.[index % this.#size]; }

  ensure(first, last) {
    this.seen = [first, last];
    // A page that is only flown past is not loaded.
    if (!this.#timer && this.#missing().length) this.#timer = setTimeout(() => { this.#timer = 0; this.#missing().forEach((page) => this.#fetch(page)); }, 40);
  }

  #missing() {
    const pages = [];
    for (let page = Math.floor(this.seen[0] / this.#size); page * this.#size < this.seen[1]; page += 1) if (!this.#pages.has(page)) pages.push(page);
    return pages;
  }

  // Reads again what is visible, and forgets the rest.
  async refresh() {
    const first = Math.floor(this.seen[0] / this.#size), last = Math.floor(Math.max(0, this.seen[1] - 1) / this.#size);
    for (const page of this.#pages.keys()) if (page < first || page > last) this.#pages.delete(page);
    const pages = Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => first + index);
    await Promise.all(pages.map((page) => this.#fetch(page)));
  }

  async #fetch(page) {
    if (!this.#pages.has(page)) this.#pages.set(page, []);
    try {
      const found = await this.load(page * this.#size, this.#size);
      this.#pages.set(page, found.items);
      this.total = found.total;
    } catch (error) {
      if (!this.#pages.get(page)?.length) this.#pages.delete(page);
      if (error.status) throw error;
    }
    this.changed();
  }
}

// A list that is read on from where it ended, as far as somebody scrolls.
export class CursorSource {
  #items = [];
  #next = "";
  #busy = false;
  constructor(load, changed) { Object.assign(this, { load, changed }); }
  get total() { return this.#items.length; }
  get isDone() { return this.#next === null; }
  item(index) { return this.#items[index]; }
  ensure(_, last) { if (last + 20 >= this.#items.length) this.#more(); }

  // Reads the beginning again; only for a list that is not scrolled, because the rest is forgotten.
  async refresh() {
    if (this.#busy || this.#next === "") return;
    const found = await this.load(undefined);
    this.#items = found.items;
    this.#next = found.next;
    this.changed();
  }

  async #more() {
    if (this.#busy || this.isDone) return;
    this.#busy = true;
    try {
      const found = await this.load(this.#next || undefined);
      this.#items.push(...found.items);
      this.#next = found.next;
    } catch (error) {
      this.#next = null;
      this.error = error;
    }
    this.#busy = false;
    this.changed();
    if (!this.isDone && this.#items.length < 20) this.#more();
  }
}
