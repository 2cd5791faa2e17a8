// Who: the conversations, or what a search has found.

import { get, post, remove, session } from "./api.js";
import { attempt, button, debounce, h, HIDDEN, throttle } from "./dom.js";
import { full, initials, number, plural, short, smsCount, statusKind, statusWord, STEPS } from "./format.js";
import { CursorSource, PagedSource } from "./list.js";
import { clock, emit, Keyed, on, reconcile } from "./model.js";
import { go, isSearch, PLAIN, route } from "./route.js";

const otherSide = (sms) => (sms.type === "OUT" ? sms.to : sms.from);

class SidePane extends HTMLElement {
  #chips = new Keyed();
  #unread = 0;
  #sms = 0;

  connectedCallback() {
    this.search = h("input", {
      type: "search", id: "search", placeholder: "Search SMS", "aria-label": "Search the SMS", autocomplete: "off", spellcheck: "false",
      oninput: debounce(() => go({ q: this.search.value.trim(), view: "" }, { replace: true }), 200),
    });
    this.status = h("select", { "aria-label": "Status", onchange: () => go({ status: this.status.value, unread: "", view: "" }) },
      h("option", { value: "" }, "Any status"), Object.keys(STEPS).map((each) => h("option", { value: each }, statusWord(each))));
    this.since = h("input", { type: "date", title: "Since this day, UTC", onchange: () => go({ since: this.since.value, unread: "", view: "" }) });
    this.sinceBox = h("label", "Since", this.since);
    this.filters = h("div.filters", { role: "group", "aria-label": "Filter" });
    this.list = document.createElement("virtual-list");
    this.note = h("p.note", { hidden: true });
    this.count = h("span");
    this.waiting = h("span");
    this.readAll = button("Mark all read", () => attempt(async () => { await post("/conversations/read"); emit("refresh"); }), { class: "quiet writes" });
    this.deleteFound = button("Delete these…", () => this.#deleteFound(), { class: "quiet writes" });
    this.append(
      h("div.search", h("label", this.search, h("kbd", HIDDEN, "/")),
        button("+", () => emit("compose-new"), { class: "ghost plus writes", "aria-label": "New incoming SMS", title: "New incoming SMS" })),
      this.filters, this.note, this.list,
      h("div.foot", this.count, this.waiting, h("span.spacer"), button("?", () => emit("help"), { class: "quiet", "aria-label": "Keyboard" }), this.readAll, this.deleteFound),
    );
    this.list.setup({
      label: "Conversations", key: (item) => item.number ?? item.hash, row: (item) => (item.number ? this.#conversation(item) : this.#result(item)),
      choose: (item) => (item.number ? go({ number: item.number, sms: "", view: "" }) : go({ number: otherSide(item), sms: item.hash, view: "" })),
    });
    on("route", (before) => this.#routed(before));
    on("refresh", () => this.refresh());
    on("sms-changed", throttle(() => this.refresh(), 200));
    on("tick", () => { this.list.stamp = new Date(clock.now()).toISOString().slice(0, 10); this.list.render(); });
    on("waiting", (text) => { this.waiting.textContent = text; });
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
    this.since.value = route.since;
    const same = before && Object.keys(PLAIN).every((key) => before[key] === route[key]);
    if (!same) this.#reset();
    this.list.select(isSearch() ? route.sms : route.number);
    this.#paint();
  }

  #reset() {
    if (!session.token) return;
    const changed = () => { this.#paint(); this.list.render(); };
    if (isSearch()) {
      this.#count().catch(() => {});
      const wanted = this.#search;
      this.list.source = new CursorSource(async (cursor) => {
        const found = await get("/sms", { ...wanted, cursor, limit: 100 });
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

  get #search() {
    const { q, type, status, since } = route;
    return { q, type, status, since: since && `${since} 00:00:00` };
  }

  #deleteFound() {
    const wanted = this.#search, { total, isDone } = this.list.source;
    emit("delete", { title: "Delete all SMS that match the search?", text: `${isDone ? "" : "More than "}${smsCount(total)} and their webhook deliveries are`,
      work: async () => { await remove("/sms", wanted); go({ sms: "" }); this.#reset(); emit("refresh"); } });
  }

  async #count(query = { limit: 1 }) {
    const found = await get("/conversations", query);
    this.#unread = found.unread;
    this.#sms = found.sms;
    emit("counted", { unread: found.unread, sms: found.sms });
    return found;
  }

  #paint() {
    const plain = !isSearch(), { total, isDone, error } = this.list.source;
    const chips = [["All", {}, plain && !route.unread], [this.#unread ? `Unread ${this.#unread}` : "Unread", { unread: "1" }, plain && Boolean(route.unread)],
      ["Incoming", { type: "IN" }, route.type === "IN"]];
    // What stays the same stays in its place, with its focus and its open list.
    reconcile(this.filters, [...this.#chips.render(chips, ([label]) => label.slice(0, 6), JSON.stringify, ([label, change, isOn]) =>
      button(label, () => go({ ...PLAIN, view: "", ...change }), { class: isOn ? "selected" : "", "aria-pressed": String(isOn) })), this.status, this.sinceBox]);
    this.status.classList.toggle("selected", Boolean(route.status));
    this.sinceBox.classList.toggle("selected", Boolean(route.since));
    this.readAll.hidden = !plain || !this.#unread;
    this.deleteFound.hidden = plain || !total;
    const nothing = isSearch() ? isDone && !total : this.#sms > 0 && !total && route.unread;
    this.note.hidden = !nothing && !error;
    this.note.textContent = error ? error.message : isSearch() ? "No SMS matches. A search finds words, whole or in part, in texts, numbers, hashes and user data." : "Everything is read.";
    this.list.setAttribute("aria-label", isSearch() ? "Search results" : "Conversations");
    this.count.textContent = isSearch() ? `${plural(total, "result")}${isDone ? "" : " and more"}` : smsCount(this.#sms);
  }

  #conversation(item) {
    const { last } = item, kind = statusKind(last.status);
    return h("div", { class: `conv${item.unread ? " unread" : ""}`, title: full(last.date_creation, clock.now()) },
      h("span.av", HIDDEN, initials(item.number)),
      h("span.no", number(item.number)),
      h("time", short(last.date_creation, clock.now())),
      h("span.text", { dir: "auto" }, kind === "bad" && h("i.dot.bad", { title: statusWord(last.status) }), kind === "bad" && h("span.unseen", `${statusWord(last.status)}: `), last.text.slice(0, 120)),
      item.unread ? h("span.badge", item.unread > 99 ? "99+" : String(item.unread), h("span.unseen", " unread")) : h("span"));
  }

  #result(sms) {
    return h("div.conv.result", { title: full(sms.date_creation, clock.now()) },
      h("span", { class: `av ${sms.type === "IN" ? "came" : ""}`, "aria-hidden": "true" }, sms.type === "IN" ? "in" : "out"),
      h("span.no", number(otherSide(sms))),
      h("time", short(sms.date_creation, clock.now())),
      h("span.text", { dir: "auto" }, this.#found(sms.text)),
      h("span", { class: `dot ${statusKind(sms.status)}`, title: statusWord(sms.status) }));
  }

  // The piece of a text where the first word was found, with the word marked.
  #found(text) {
    const word = route.q.split(/\s+/)[0]?.toLowerCase();
    const place = word ? text.toLowerCase().indexOf(word) : -1;
    if (place < 0) return text.slice(0, 120);
    const start = Math.max(0, place - 16);
    return [start ? "…" : "", text.slice(start, place), h("mark", text.slice(place, place + word.length)), text.slice(place + word.length, place + 100)];
  }
}
customElements.define("side-pane", SidePane);
