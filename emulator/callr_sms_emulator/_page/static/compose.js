// Write as the phone on the other side. The server counts the parts while somebody types.

import { get, post, session } from "./api.js";
import { attempt, button, debounce, h, HIDDEN, latest } from "./dom.js";
import { number, plural } from "./format.js";
import { emit, on } from "./model.js";

export const describe = ({ billing, debit }) => {
  const { parts, capacity, left, encoding } = billing;
  const units = `${capacity - left} of ${capacity} units`;
  return `${plural(parts.length, "part")} ${encoding} · ${parts.length > 1 ? `last part ${units}` : units}${debit ? ` · ${debit} cents if it were sent` : ""}`;
};

// A text field with its count, used here and in the dialog for a new SMS.
export function countedText(label, submit) {
  const count = h("span.count");
  const load = latest((text) => post("/parts", { text }));
  const recount = debounce(async () => {
    const found = area.value ? await load(area.value).catch(() => undefined) : null;
    if (found === null) { count.textContent = ""; return; }
    if (!found) return;
    count.textContent = describe(found);
    const { characters, gsm, parts } = found.billing;
    count.title = characters.map((each) => `${each.text} ${each.name}`).join("\n");
    count.classList.toggle("costly", Boolean(gsm) && gsm.parts < parts.length);
  }, 120);
  const area = h("textarea", {
    rows: "1", "aria-label": label, dir: "auto", oninput: () => { grow(); recount(); },
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submit(); } },
  });
  const grow = () => {
    area.style.height = "auto";
    if (area.scrollHeight) area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  };
  const clear = () => { area.value = ""; count.textContent = ""; grow(); };
  return { area, count, clear };
}

class ComposeBox extends HTMLElement {
  #number = "";

  connectedCallback() {
    this.classList.add("writes");
    this.field = countedText("Write as the other side", () => this.#send());
    this.keywords = h("span.acts", { hidden: true }, ["STOP", "START"].map((word) => button(word, () => this.#send(word))));
    on("refresh", () => this.#read());
    this.append(h("form.box", { onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      this.field.area,
      h("div.line", this.keywords, this.field.count, h("span.spacer"), h("kbd", HIDDEN, "Ctrl ↵"),
        h("button", { type: "submit", class: "primary" }, "Send in"))));
  }

  to(other) {
    this.#number = other;
    this.field.clear();
    const label = `Write as ${number(other)} …`;
    this.field.area.placeholder = label;
    this.field.area.setAttribute("aria-label", label);
    this.hidden = session.readOnly || !/^\+[1-9]\d{6,14}$/.test(other);
    this.#read();
  }

  // The keywords count only where traffic rules are on.
  async #read() {
    if (!this.hidden && session.token) this.keywords.hidden = (await get("/traffic-rules").catch(() => ({ rules: "none" }))).rules === "none";
  }

  async #send(keyword) {
    const text = keyword ?? this.field.area.value;
    if (!text) { this.field.area.focus(); return; }
    const sent = await attempt(() => post("/sms/incoming", { from: this.#number, text }));
    if (sent) { if (!keyword) this.field.clear(); emit("refresh"); }
  }
}
customElements.define("compose-box", ComposeBox);
