// The requests that were refused, each with the reason and what was nearest to right.

import { get, session } from "./api.js";
import { button, h, throttle } from "./dom.js";
import { requestCard } from "./inspect-http.js";
import { on } from "./model.js";
import { go, route } from "./route.js";

class RefusedLog extends HTMLElement {
  connectedCallback() {
    this.list = h("div.cards", { tabindex: "0", role: "region", "aria-label": "Refused requests" });
    this.append(h("div.head", button("‹", () => go({ view: "" }), { class: "ghost back shown", "aria-label": "Back" }), h("div.names", h("h1", "Refused requests"), h("p.sub", "What the account asked for, and why it did not get it"))), this.list);
    const refresh = throttle(() => this.refresh(), 300);
    on("route", () => { if (route.view === "refused" && !this.isShown) refresh(); this.isShown = route.view === "refused"; });
    on("refused", refresh);
    on("refresh", refresh);
  }

  async refresh() {
    if (route.view !== "refused" || !session.token) return;
    try {
      const { requests, forgotten } = await get("/requests", { refused: "true", limit: 50 });
      const open = new Set([...this.list.querySelectorAll("details[open]")].map((each) => each.dataset.key));
      const cards = requests.map((each) => requestCard(each, open.has(`r${each.id}`)));
      this.list.replaceChildren(...(cards.length ? cards : [h("div.nothing", h("p", "No request was refused."))]));
      if (forgotten) this.list.append(h("p.small", "Older requests are no longer in the journal."));
    } catch (error) {
      this.list.replaceChildren(h("p.note", error.message));
    }
  }
}
customElements.define("refused-log", RefusedLog);
