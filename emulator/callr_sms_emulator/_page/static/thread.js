// What: the SMS with one number, as a phone shows them. Only those around the visible ones are in the page.

import { get, post, remove, session } from "./api.js";
import { announce, attempt, backButton, button, h, HIDDEN, latest, linked, state, throttle } from "./dom.js";
import { day, full, number, plural, smsCount, statusKind, statusWord, time } from "./format.js";
import { clock, emit, Keyed, on, reconcile } from "./model.js";
import { go, route } from "./route.js";

const PAGE = 60, MOST = 240, GUESS = 76, NEAR = 600;

class SmsThread extends HTMLElement {
  #keyed = new Keyed();
  #number = "";
  #items = [];
  #start = 0;
  #total = 0;
  #info = null;
  #busy = false;
  #again = false; // it was scrolled meanwhile
  #load = latest((offset, limit) => get(`/conversations/${encodeURIComponent(this.#number)}`, { offset, limit }));

  connectedCallback() {
    this.title_ = h("h1");
    this.sub = h("p.sub");
    this.list = h("ol.messages", { "aria-label": "SMS of the conversation" });
    this.scroll = h("div.scroll", { tabindex: "0", role: "region", "aria-label": "Conversation", onscroll: throttle(() => this.#scrolled(), 60) }, this.list);
    this.newer = button("Newest ↓", () => this.#open(0, true), { class: "newest", hidden: true });
    this.compose = document.createElement("compose-box");
    this.append(
      h("div.head", backButton("Back to the conversations", () => go({ number: "", sms: "" })),
        h("div.names", this.title_, this.sub), h("span.spacer"),
        button("Delete", () => emit("delete", {
          title: `Delete the conversation with ${number(this.#number)}?`, text: `${smsCount(this.#total)} and their webhook deliveries are`, work: () => this.#delete(),
        }), { class: "ghost writes" })),
      this.scroll, this.newer, this.compose);
    on("route", () => this.routed());
    const refresh = throttle(() => this.#refresh(), 50);
    on("sms-changed", refresh);
    on("refresh", refresh);
    on("sms-event", (data) => this.#status(data));
    on("move-sms", (step) => this.#move(step));
    document.addEventListener("visibilitychange", () => this.#markRead());
  }

  get newest() { return this.#items.at(-1)?.hash ?? ""; }

  async routed() {
    if (!session.token) return;
    if (route.number !== this.#number) {
      this.#number = route.number;
      this.#items = [];
      this.#info = null;
      this.#total = 0;
      this.#paint();
      if (route.number) {
        this.compose.to(route.number);
        await this.#open(await this.#position(), !route.sms);
      }
    } else if (route.sms && route.number && !this.#items.some((each) => each.hash === route.sms)) {
      await this.#open(await this.#position());
    }
    this.#paint();
    if (route.sms) this.#show(route.sms);
  }

  async #position() {
    if (!route.sms) return 0;
    const found = await attempt(() => get(`/sms/${encodeURIComponent(route.sms)}`));
    return Math.max(0, (found?.position ?? 0) - PAGE / 2);
  }

  // Shows a window that ends so many SMS before the newest.
  async #open(offset, toEnd = false) {
    const wanted = this.#number;
    try {
      const found = await this.#load(offset, PAGE);
      if (!found || wanted !== this.#number) return;
      this.#take(found, found.sms, found.total - offset - found.sms.length);
    } catch (error) {
      if (error.status !== 404) return;
      this.#items = [];
      this.#total = 0;
      this.#info = { total: 0, missing: true };
    }
    this.#paint();
    if (toEnd) this.scroll.scrollTop = this.scroll.scrollHeight;
    this.#markRead();
    emit("thread-newest", this.newest);
  }

  #take(info, items, start) {
    this.#info = info;
    this.#total = info.total;
    this.#items = items;
    this.#start = Math.max(0, start);
  }

  get #end() { return this.#start + this.#items.length; }
  get #atEnd() { return this.#end >= this.#total; }
  get #isNearBottom() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 120; }

  async #refresh() {
    if (!this.#number || !session.token) return;
    const wasAtEnd = this.#atEnd, wasNear = this.#isNearBottom, before = this.#total, known = new Set(this.#items.map((each) => each.hash));
    const limit = Math.max(PAGE, Math.min(MOST, this.#items.length + (wasAtEnd ? 20 : 0)));
    const offset = wasAtEnd ? 0 : Math.max(0, this.#total - this.#end);
    let found;
    try { found = await this.#load(offset, limit); } catch (error) {
      if (error.status === 404) { this.#take({ total: 0, missing: true }, [], 0); this.#paint(); }
      return;
    }
    if (!found) return;
    const shift = wasAtEnd ? 0 : found.total - before;
    if (shift > 0) { found = await this.#load(offset + shift, limit).catch(() => {}); if (!found) return; }
    const anchor = this.#anchor();
    this.#take(found, found.sms, found.total - (offset + Math.max(0, shift)) - found.sms.length);
    this.#paint();
    if (wasAtEnd && wasNear) this.scroll.scrollTop = this.scroll.scrollHeight;
    else this.#restore(anchor);
    const fresh = found.sms.filter((each) => !known.has(each.hash));
    if (wasAtEnd && before && fresh.length) {
      announce(fresh.length === 1 ? `${fresh[0].type === "IN" ? "Incoming" : "Sent"} SMS: ${fresh[0].text}` : `${fresh.length} new SMS`);
    }
    this.#markRead();
    emit("thread-newest", this.newest);
  }

  #status({ hash, status }) {
    const found = this.#items.find((each) => each.hash === hash);
    if (!found || !status || found.status === status) return;
    found.status = status;
    this.#paint();
  }

  #markRead() {
    if (document.hidden || session.readOnly || !this.#info?.unread || !this.#atEnd) return;
    this.#info.unread = 0;
    post("/conversations/read", { number: this.#number }).then(() => emit("refresh-list"), () => {});
  }

  async #delete() {
    const wanted = this.#number;
    await remove("/sms", { type: "OUT", to: wanted });
    await remove("/sms", { type: "IN", from: wanted });
    go({ number: "", sms: "" });
    emit("refresh");
  }

  // --- the window ---

  async #scrolled() {
    if (!this.#items.length) return;
    this.#again = this.#busy;
    if (this.#busy) return;
    const top = this.scroll.scrollTop, bottom = top + this.scroll.clientHeight;
    const above = this.#start * GUESS, height = this.scroll.scrollHeight, below = (this.#total - this.#end) * GUESS;
    this.newer.hidden = this.#atEnd && this.#isNearBottom;
    this.#busy = true;
    try {
      if (bottom < above - NEAR || top > height - below + NEAR) await this.#jump(top, height);
      else if (this.#start > 0 && top < above + NEAR) await this.#extend(-1);
      else if (!this.#atEnd && bottom > height - below - NEAR) await this.#extend(1);
    } finally {
      this.#busy = false;
      if (this.#again) this.#scrolled();
    }
  }

  async #jump(top, height) {
    const offset = Math.max(0, Math.round(this.#total * (1 - top / height)) - PAGE / 2);
    const found = await this.#load(offset, PAGE).catch(() => {});
    if (!found || this.scroll.scrollTop !== top) return; // it was scrolled on: where it is now counts
    this.#take(found, found.sms, found.total - offset - found.sms.length);
    this.#paint();
    const { scrollHeight, clientHeight } = this.scroll;
    const middle = (this.#start * GUESS + scrollHeight - (this.#total - this.#end) * GUESS - clientHeight) / 2;
    this.scroll.scrollTop = this.#atEnd ? scrollHeight : this.#start ? middle : 0;
  }

  async #extend(direction) {
    const offset = direction < 0 ? this.#total - this.#start : Math.max(0, this.#total - this.#end - PAGE);
    const found = await this.#load(offset, direction < 0 ? PAGE : Math.min(PAGE, this.#total - this.#end)).catch(() => {});
    if (!found || found.total !== this.#total) { this.#total = found?.total ?? this.#total; return; }
    const anchor = this.#anchor();
    let items = direction < 0 ? [...found.sms, ...this.#items] : [...this.#items, ...found.sms];
    let start = direction < 0 ? this.#start - found.sms.length : this.#start;
    if (items.length > MOST) {
      if (direction < 0) items = items.slice(0, MOST);
      else { start += items.length - MOST; items = items.slice(-MOST); }
    }
    this.#take(found, items, start);
    this.#paint();
    this.#restore(anchor);
  }

  // The first SMS that is visible, and where: it stays there when others are added above.
  #anchor() {
    const edge = this.scroll.getBoundingClientRect().top;
    const node = [...this.list.querySelectorAll(".msg")].find((each) => each.getBoundingClientRect().bottom > edge);
    return node ? { hash: node.dataset.hash, top: node.getBoundingClientRect().top } : null;
  }

  #restore(anchor) {
    const node = anchor && this.#node(anchor.hash);
    if (node) this.scroll.scrollTop += node.getBoundingClientRect().top - anchor.top;
  }

  #node(hash) { return this.list.querySelector(`.msg[data-hash="${CSS.escape(hash)}"]`); }
  #show(hash) { this.#node(hash)?.scrollIntoView({ block: "nearest" }); }

  #move(step) {
    const index = this.#items.findIndex((each) => each.hash === (route.sms || this.newest));
    const next = this.#items[Math.max(0, Math.min(this.#items.length - 1, index + step))];
    if (next) { go({ sms: next.hash }, { replace: true }); this.#show(next.hash); }
  }

  // --- what is shown ---

  #paint() {
    this.classList.toggle("empty", !this.#number);
    this.title_.textContent = number(this.#number);
    const info = this.#info;
    this.sub.textContent = !info ? " " : info.missing ? "no SMS" :
      `${smsCount(info.total)} · ${plural(info.parts, "part")} sent · ${info.debit} cents`;
    const entries = [];
    let before = "";
    for (const sms of this.#items) {
      const date = sms.date_creation.slice(0, 10);
      if (date !== before) entries.push({ key: `day ${date}`, date: sms.date_creation });
      entries.push({ key: sms.hash, sms, isSelected: sms.hash === (route.sms || this.newest), isChosen: sms.hash === route.sms });
      before = date;
    }
    const nodes = this.#keyed.render(entries, (each) => each.key, (each) => JSON.stringify(each), (each) => (each.sms ? this.#message(each) : this.#day(each)));
    reconcile(this.list, nodes);
    this.list.style.paddingTop = `${this.#start * GUESS + 16}px`;
    this.list.style.paddingBottom = `${(this.#total - this.#end) * GUESS + 16}px`;
    this.newer.hidden = this.#atEnd && this.#isNearBottom;
  }

  #day({ date }) { return h("li.day", `${day(date)} · UTC`); }

  #message({ sms, isSelected, isChosen }) {
    const isOut = sms.type === "OUT", isCostly = sms.parts > 1 && sms.encoding === "UNICODE";
    const open = () => { if (getSelection().isCollapsed) go({ sms: sms.hash }); };
    return h("li", { class: `msg ${isOut ? "out" : "in"}${isSelected ? " selected" : ""}${isChosen ? " chosen" : ""}`, data: { hash: sms.hash } },
      h("div.bub", { dir: "auto", onclick: (event) => { if (!event.target.closest("a")) open(); } }, linked(sms.text)),
      h("button", { type: "button", class: "meta", onclick: () => go({ sms: sms.hash }), title: full(sms.date_creation, clock.now()), "aria-current": isSelected ? "true" : null },
        isOut && h("span", sms.from || "shared number"), isOut && h("span", HIDDEN, "·"),
        isOut && h("span", { class: isCostly ? "costly" : "" }, `${plural(sms.parts, "part")} ${sms.encoding}`), isOut && h("span", HIDDEN, "·"),
        h("time", time(sms.date_creation)),
        isOut && state(statusKind(sms.status), statusWord(sms.status)),
        h("span.unseen", ", show details")));
  }
}
customElements.define("sms-thread", SmsThread);
