// What to see before there is anything to see: the commands that send the first SMS.

import { base, session } from "./api.js";
import { block, copyButton, h, HIDDEN } from "./dom.js";
import { clientCall } from "./inspect-http.js";
import { on } from "./model.js";

const TO = "+33612345678", TEXT = "Your code is 4711";

class EmptyState extends HTMLElement {
  #sms = null;

  connectedCallback() {
    on("counted", ({ sms }) => { if (sms !== this.#sms) { this.#sms = sms; this.paint(); } });
    on("session", () => this.paint());
    this.paint();
  }

  paint() {
    if (this.#sms === null) { this.replaceChildren(); return; } // not known yet
    if (this.#sms) {
      this.replaceChildren(h("div.welcome.few", h("span.logo", HIDDEN), h("p", "Choose a conversation"), h("p.small", h("kbd", "j"), " and ", h("kbd", "k"), " move, ", h("kbd", "/"), " searches, ", h("kbd", "?"), " shows all keys")));
      return;
    }
    const user = session.isPublished ? `${session.login}:${session.login}` : `${session.login ?? "LOGIN"}`;
    const curl = `curl -u ${user} ${new URL("rest/v1.1/sms", base).href} \\\n    -H "Content-Type: application/json" \\\n    -d '{"to": "${TO}", "body": "${TEXT}"}'`;
    const client = clientCall({ to: TO, body: TEXT });
    const example = (title, text) => h("section", h("div.line", h("h2", title), copyButton(text, "Copy", { "aria-label": `Copy: ${title}` })), block(title, text));
    this.replaceChildren(h("div.welcome", h("span.logo", HIDDEN), h("h1", "No SMS yet"), h("p", "What your program sends appears here at once. No phone gets it, and nobody is billed."), example("With curl", curl), example("With the Python client", client)));
  }
}
customElements.define("empty-state", EmptyState);
