// What several parts of the page need to know: the clock of the account, and what happens in it.

import { parse } from "./format.js";

export const clock = {
  shown: Date.now(), at: performance.now(), rate: 1, frozen: false,
  set({ now, frozen, rate }) { Object.assign(this, { shown: parse(now), at: performance.now(), frozen, rate }); },
  now() { return this.shown + (this.frozen ? 0 : (performance.now() - this.at) * this.rate); },
  get isUsual() { return !this.frozen && this.rate === 1 && Math.abs(this.now() - Date.now()) < 5000; },
};

export const emit = (name, detail) => dispatchEvent(new CustomEvent(name, { detail }));
export const on = (name, work) => addEventListener(name, (event) => work(event.detail));

// Puts children in order and leaves those that stay where they are, with their focus.
export function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const each of [...parent.childNodes]) if (!wanted.has(each)) each.remove();
  let cursor = parent.firstChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

// Elements by key, made again only when what they show has changed.
export class Keyed {
  #known = new Map();
  render(items, keyOf, signOf, make) {
    const next = new Map();
    for (const item of items) {
      const key = keyOf(item), sign = signOf(item), old = this.#known.get(key);
      next.set(key, old?.sign === sign ? old : { sign, node: make(item) });
    }
    this.#known = next;
    return [...next.values()].map(({ node }) => node);
  }
}
