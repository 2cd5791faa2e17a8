// Why: everything that is known of one SMS.

import { get, session } from "./api.js";
import { backButton, block, copyButton, h, latest, throttle } from "./dom.js";
import { emit, on } from "./model.js";
import { go, route } from "./route.js";
import { smsPane } from "./inspect-sms.js";
import { requestPane, webhooksPane } from "./inspect-http.js";

const NAMES = { sms: "SMS", webhooks: "Webhooks", request: "Request", json: "JSON" };
const TABS = Object.keys(NAMES);

class SmsInspector extends HTMLElement {
  #newest = "";
  #shown = "";
  #deliveries = new Set();
  #load = latest(async (hash) => {
    const [found, deliveries] = await Promise.all([get(`/sms/${encodeURIComponent(hash)}`), get("/webhooks/deliveries", { sms: hash, limit: 50 })]);
    return { ...found, deliveries: deliveries.deliveries };
  });
  #requests = latest((hash) => get("/requests", { hash, limit: 20 }));

  connectedCallback() {
    this.tabs = TABS.map((each) => h("button", {
      type: "button", role: "tab", id: `tab-${each}`, "aria-controls": "inspector-pane", onclick: () => this.#open(each),
    }, NAMES[each]));
    this.hash = h("span.hash");
    this.pane = h("div.pane", { id: "inspector-pane", role: "tabpanel", tabindex: "0" });
    this.append(
      h("div.tabs", {},
        backButton("Back to the conversation", () => go({ sms: "", tab: "" })),
        h("div", { role: "tablist", "aria-label": "Details of the SMS", onkeydown: (event) => this.#arrow(event) }, this.tabs),
        h("span.spacer"), this.hash),
      this.pane);
    const refresh = throttle(() => this.#refresh(), 200);
    on("route", () => this.#routed());
    on("thread-newest", (hash) => { this.#newest = hash; this.#routed(); });
    on("sms-deleted", (hash) => { if (hash === this.#newest) this.#newest = ""; });
    on("sms-event", ({ hash }) => { if (hash === this.#shown) refresh(); });
    on("delivery-event", ({ delivery }) => { if (this.#deliveries.has(delivery) || route.tab === "webhooks") refresh(); });
    on("refresh", refresh);
    on("clock", refresh);
  }

  get #tab() { return TABS.includes(route.tab) ? route.tab : "sms"; }

  #open(tab) { go({ tab: tab === "sms" ? "" : tab }, { replace: true }); }

  #arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS.at((TABS.indexOf(this.#tab) + step) % TABS.length);
    this.#open(next);
    this.tabs[TABS.indexOf(next)].focus();
  }

  #routed() {
    const linked = route.sms === "latest" ? "" : route.sms; // the newest is looked up first
    const hash = linked || (route.number ? this.#newest : "");
    this.tabs.forEach((each, index) => {
      const isOn = TABS[index] === this.#tab;
      each.setAttribute("aria-selected", String(isOn));
      each.tabIndex = isOn ? 0 : -1;
    });
    this.pane.setAttribute("aria-labelledby", `tab-${this.#tab}`);
    const key = `${hash} ${this.#tab} ${session.login}`;
    if (key === this.key) return;
    this.key = key;
    if (hash !== this.#shown) { this.pane.replaceChildren(); this.pane.scrollTop = 0; }
    this.#shown = hash;
    this.#refresh();
  }

  async #refresh() {
    const hash = this.#shown;
    this.classList.toggle("empty", !hash);
    this.hash.textContent = hash;
    if (!hash || !session.token) { this.pane.replaceChildren(); return; }
    try {
      const found = await this.#load(hash);
      if (!found || hash !== this.#shown) return;
      if (route.sms === hash && found.number !== route.number) go({ number: found.number }, { replace: true });
      this.#deliveries = new Set(found.deliveries.map((each) => each.id));
      this.tabs[1].textContent = found.deliveries.length ? `Webhooks ${found.deliveries.length}` : "Webhooks";
      await this.#paint(found);
    } catch (error) {
      if ([400, 404].includes(error.status) && route.sms === hash) {
        this.pane.replaceChildren(h("p.note", `There is no SMS ${hash} in this account: it was deleted, or it belongs to another one.`));
      }
    }
  }

  async #paint(found) {
    const scroll = this.pane.scrollTop, focused = document.activeElement?.dataset?.focus;
    const content = await this.#content(found);
    if (!content) return;
    const open = new Set([...this.pane.querySelectorAll("details[open]")].map((each) => each.dataset.key));
    this.pane.replaceChildren(...content.filter(Boolean));
    for (const each of this.pane.querySelectorAll("details")) if (open.has(each.dataset.key)) each.open = true;
    this.pane.scrollTop = scroll;
    if (focused) this.pane.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  async #content(found) {
    if (this.#tab === "webhooks") return webhooksPane(found);
    if (this.#tab === "request") {
      const journal = await this.#requests(found.sms.hash).catch((error) => ({ error }));
      return journal && requestPane(found, journal);
    }
    if (this.#tab === "json") {
      const text = JSON.stringify(found.sms, null, 2);
      return [h("div.acts", copyButton(text, "Copy JSON")), block("JSON", text)];
    }
    return smsPane(found, () => emit("refresh"));
  }
}
customElements.define("sms-inspector", SmsInspector);
