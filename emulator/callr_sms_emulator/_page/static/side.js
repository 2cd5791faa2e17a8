// Who: the conversations, or what a search has found.

import { get, post, session } from "./api.js";
import { attempt, button, debounce, h, throttle } from "./dom.js";
import { full, initials, number, plural, short, statusKind, statusWord } from "./format.js";
import { CursorSource, PagedSource } from "./list.js";
import { clock, emit, on } from "./model.js";
import { go, isSearch, link, route } from "./route.js";

const STATUSES = ["CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED", "ERROR", "FAILED", "EXPIRED"];
const otherSide = (sms) => (sms.type === "OUT" ? sms.to : sms.from);

class SidePane extends HTMLElement {
  #unread = 0;
  #sms = 0;

  connectedCallback() {
    this.search = h("input", {
      type: "search", id: "search", placeholder: "Search SMS", "aria-label": "Search the SMS", autocomplete: "off", spellcheck: "false",
      oninput: debounce(() => go({ q: this.search.value.trim(), view: "" }, { replace: true }), 200),
    });
    this.status = h("select", { "aria-label": "Status", onchange: () => go({ status: this.status.value, unread: "", view: "" }) },
      h("option", { value: "" }, "Any status"), STATUSES.map((each) => h("option", { value: each }, statusWord(each))));
    this.filters = h("div", { class: "filters", role: "group", "aria-label": "Filter" });
    this.list = document.createElement("virtual-list");
    this.note = h("p", { class: "note", hidden: true });
    this.count = h("span");
    this.waiting = h("span");
    this.append(
      h("div", { class: "search" }, h("label", {}, h("span", { class: "glass", "aria-hidden": "true" }), this.search, h("kbd", { "aria-hidden": "true" }, "/")),
        button("+", () => emit("compose-new"), { class: "ghost plus writes", "aria-label": "New incoming SMS", title: "New incoming SMS" })),
      this.filters, this.note, this.list,
      h("div", { class: "foot" }, this.count, this.waiting, h("span", { class: "spacer" }),
        button("? keys", () => emit("help"), { class: "quiet" })),
    );
    this.list.setup({
      label: "Conversations", key: (item) => item.number ?? item.hash, row: (item) => (item.number ? this.#conversation(item) : this.#result(item)),
      choose: (item) => (item.number ? go({ number: item.number, sms: "", view: "" }) : go({ number: otherSide(item), sms: item.hash, view: "" })),
    });
    on("route", (before) => this.#routed(before));
    on("refresh", () => this.refresh());
    on("sms-changed", throttle(() => this.refresh(), 250));
    on("tick", () => { this.list.stamp = new Date(clock.now()).toISOString().slice(0, 10); this.list.render(); });
    on("move", (step) => this.list.move(step));
    this.#routed(null);
  }

  async refresh() {
    if (!session.token) return;
    if (!isSearch() || this.list.scrollTop < 64) await attempt(() => this.list.source.refresh?.());
  }

  #routed(before) {
    if (document.activeElement !== this.search) this.search.value = route.q;
    this.status.value = route.status;
    const same = before && ["q", "type", "status", "unread"].every((key) => before[key] === route[key]);
    if (!same) this.#reset();
    this.list.select(isSearch() ? route.sms : route.number);
    this.#paint();
  }

  #reset() {
    if (!session.token) return;
    const changed = () => { this.#paint(); this.list.render(); };
    if (isSearch()) {
      this.#count().catch(() => {});
      const { q, type, status } = route;
      this.list.source = new CursorSource(async (cursor) => {
        const found = await get("/sms", { q, type, status, cursor, limit: 100 });
        return { items: found.sms, next: found.next };
      }, changed);
      return;
    }
    const unread = route.unread ? "true" : "false";
    this.list.source = new PagedSource(async (offset, limit) => {
      const found = await this.#count({ offset, limit, unread });
      return { items: found.conversations, total: found.total };
    }, changed);
    this.list.source.refresh().catch(() => {});
  }

  async #count(query = { limit: 1 }) {
    const found = await get("/conversations", query);
    this.#unread = found.unread;
    this.#sms = found.sms;
    emit("counted", { unread: found.unread, sms: found.sms });
    return found;
  }

  #paint() {
    const chip = (label, change, isOn) => button(label, () => go({ q: "", type: "", status: "", unread: "", view: "", ...change }), {
      class: `chip${isOn ? " selected" : ""}`, "aria-pressed": String(isOn) });
    const plain = !isSearch();
    this.filters.replaceChildren(
      chip("All", {}, plain && !route.unread),
      chip(this.#unread ? `Unread ${this.#unread}` : "Unread", { unread: "1" }, plain && Boolean(route.unread)),
      chip("Incoming", { type: "IN" }, route.type === "IN"),
      this.status,
    );
    if (plain && this.#unread && !session.readOnly) {
      this.filters.append(button("Mark all read", () => attempt(async () => { await post("/conversations/read"); emit("refresh"); }), { class: "quiet" }));
    }
    this.status.classList.toggle("selected", Boolean(route.status));
    const { total, isDone, error } = this.list.source;
    const nothing = isSearch() ? isDone && !total : this.#sms > 0 && !total && route.unread;
    this.note.hidden = !nothing && !error;
    this.note.textContent = error ? error.message : isSearch() ? "No SMS matches. A search finds words, whole or in part, in texts, numbers, hashes and user data." : "Everything is read.";
    this.list.setAttribute("aria-label", isSearch() ? "Search results" : "Conversations");
    this.count.textContent = isSearch() ? `${plural(total, "result")}${isDone ? "" : " and more"}` : plural(this.#sms, "SMS", "SMS");
  }

  showWaiting(text) { this.waiting.textContent = text; }

  #conversation(item) {
    const { last } = item, kind = statusKind(last.status);
    return h("div", { class: `conv${item.unread ? " unread" : ""}`, title: full(last.date_creation, clock.now()) },
      h("span", { class: "av", "aria-hidden": "true" }, initials(item.number)),
      h("span", { class: "no" }, number(item.number)),
      h("time", {}, short(last.date_creation, clock.now())),
      h("span", { class: "text", dir: "auto" }, kind === "bad" && h("i", { class: "dot bad", title: statusWord(last.status) }), kind === "bad" && h("span", { class: "hidden-visually" }, `${statusWord(last.status)}: `), last.text.slice(0, 120)),
      item.unread ? h("span", { class: "badge" }, item.unread > 99 ? "99+" : String(item.unread), h("span", { class: "hidden-visually" }, " unread")) : h("span"));
  }

  #result(sms) {
    return h("div", { class: "conv result", title: full(sms.date_creation, clock.now()), data: { href: link({ sms: sms.hash }) } },
      h("span", { class: `av ${sms.type === "IN" ? "came" : ""}`, "aria-hidden": "true" }, sms.type === "IN" ? "in" : "out"),
      h("span", { class: "no" }, number(otherSide(sms))),
      h("time", {}, short(sms.date_creation, clock.now())),
      h("span", { class: "text", dir: "auto" }, this.#found(sms.text)),
      h("span", { class: `dot ${statusKind(sms.status)}`, title: statusWord(sms.status) }));
  }

  // The piece of a text where the first word was found, with the word marked.
  #found(text) {
    const word = route.q.split(/\s+/)[0]?.toLowerCase();
    const place = word ? text.toLowerCase().indexOf(word) : -1;
    if (place < 0) return text.slice(0, 120);
    const start = Math.max(0, place - 16);
    return [start ? "…" : "", text.slice(start, place), h("mark", {}, text.slice(place, place + word.length)), text.slice(place + word.length, place + 100)];
  }
}
customElements.define("side-pane", SidePane);
