// Menus below a button: arrow keys move, Escape closes, a click elsewhere too.

import { h, HIDDEN } from "./dom.js";

export function menuButton(label, entries, more = {}) {
  const opener = h("button", { type: "button", class: "ghost", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => open(opener, entries()), ...more }, label, h("span.caret", HIDDEN));
  return opener;
}

let close = () => {};

export function open(opener, entries) {
  const wasMine = opener.getAttribute("aria-expanded") === "true";
  close();
  if (wasMine) return;
  const items = entries.filter(Boolean).map((each) => (each === "-" ? h("hr", { role: "separator" }) : item(each)));
  const menu = h("div.menu", { role: "menu", onkeydown: pressed }, items);
  const choices = items.filter((each) => each.matches("button"));
  (opener.closest("dialog") ?? document.body).append(menu);
  const place = opener.getBoundingClientRect();
  const left = Math.max(8, Math.min(place.left, innerWidth - menu.offsetWidth - 8));
  const below = place.bottom + 4 + menu.offsetHeight < innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? place.bottom + 4 : Math.max(8, place.top - menu.offsetHeight - 4)}px`;
  opener.setAttribute("aria-expanded", "true");
  const outside = (event) => { if (!menu.contains(event.target) && !opener.contains(event.target)) close(); };
  document.addEventListener("pointerdown", outside);
  addEventListener("resize", close, { once: true });
  close = () => {
    document.removeEventListener("pointerdown", outside);
    menu.remove();
    opener.setAttribute("aria-expanded", "false");
    close = () => {};
  };
  choices[0]?.focus();

  function item([label, work, options = {}]) {
    return h("button", {
      type: "button", role: options.checked === undefined ? "menuitem" : "menuitemradio", "aria-checked": options.checked === undefined ? null : String(options.checked),
      class: options.danger ? "danger" : "", tabindex: "-1", onclick: () => { opener.focus(); close(); work(); },
    }, label);
  }

  function pressed(event) {
    const index = choices.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); choices[(index + step + choices.length) % choices.length].focus(); }
    if (event.key === "Tab") close();
    if (event.key === "Escape") { event.stopPropagation(); opener.focus(); close(); }
  }
}
