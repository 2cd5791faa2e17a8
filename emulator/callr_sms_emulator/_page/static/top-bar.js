// The account and its world: clock, faults, refused requests, whether the page is live.

import { address, fetchRaw, get, leave, post, remove, session, sessions } from "./api.js";
import { attempt, button, download, h, HIDDEN, throttle } from "./dom.js";
import { plural } from "./format.js";
import { menuButton } from "./menu.js";
import { clock, emit, on } from "./model.js";
import { go, PLAIN, route } from "./route.js";

const ADVANCES = [["1 second", "1s"], ["10 seconds", "10s"], ["1 minute", "1m"], ["1 hour", "1h"], ["1 day", "24h"]];
const RATES = [1, 10, 100, 1000];

class TopBar extends HTMLElement {
  #refused = 0;

  connectedCallback() {
    this.account = menuButton(h("span", h("span.word", "Account "), h("b", "")), () => this.#accounts(), { class: "pill", id: "account" });
    this.clock = menuButton(h("span", h("span.word"), h("b", h("span.date"), h("span"), h("span.zone", " UTC"))), () => this.#clockMenu(), { class: "pill clock" });
    this.faults = this.faultButton(h("span", h("span.word", "Faults "), h("b", "off")), "pill faults");
    this.refused = button([h("span.word", "Refused "), h("b", "0")], () => go({ view: route.view === "refused" ? "" : "refused", sms: "" }), { class: "pill refused" });
    this.live = h("span.pill.live", { role: "status" }, h("i.dot"), h("span"));
    this.more = menuButton("More", () => this.#moreMenu(), { class: "pill more" });
    this.append(h("a.brand", { href: "./", "aria-label": "SMS emulator, all conversations", onclick: (event) => { event.preventDefault(); go({ ...PLAIN, number: "", sms: "", tab: "", view: "" }); } },
      h("span.logo", HIDDEN), h("span.name", "SMS emulator")),
    this.account, h("span.spacer"), this.clock, this.faults, this.refused, this.more, this.live);
    on("refresh", () => this.refresh());
    on("clock", () => this.tick());
    on("faults", () => this.#readFaults());
    on("delivery-event", throttle(() => this.#readWaiting().catch(() => {}), 1000));
    on("refused", () => this.#readRefused());
    on("route", () => this.#paint());
    on("session", () => this.#paint());
    setInterval(() => this.tick(), 1000);
    this.state("wait", "Connecting");
  }

  faultButton(label, kind) { return menuButton(label, () => this.#faultMenu(), { class: kind }); }

  state(kind, text) {
    this.live.className = `pill live ${kind}`;
    if (this.live.lastChild.textContent !== text) this.live.lastChild.textContent = text;
  }

  async refresh() {
    if (!session.token) return;
    await Promise.allSettled([get("/clock").then((found) => { clock.set(found); this.tick(); emit("tick"); }), this.#readFaults(), this.#readRefused(), this.#readWaiting()]);
  }

  tick() {
    const { frozen, rate, isUsual } = clock;
    const text = new Date(clock.now()).toISOString();
    const [word, moment] = this.clock.firstChild.children;
    const [date, time] = moment.children;
    word.textContent = frozen ? "Clock frozen " : rate === 1 ? "Clock " : `Clock ×${rate} `;
    date.textContent = isUsual ? "" : `${text.slice(0, 10)} `;
    time.textContent = text.slice(11, 19);
    this.clock.classList.toggle("on", !isUsual);
  }

  async #readFaults() {
    const rules = await get("/faults");
    this.rules = rules;
    const isOn = rules.length > 0;
    this.faults.classList.toggle("alarm", isOn);
    this.faults.firstChild.lastChild.textContent = isOn ? String(rules.length) : "off";
    emit("faults-known", rules);
  }

  async #readRefused() {
    const { requests, next } = await get("/requests", { refused: "true", limit: 99 }).catch(() => ({ requests: [] }));
    this.#refused = requests.length;
    this.refused.lastChild.textContent = `${this.#refused}${next ? "+" : ""}`;
    this.#paint();
  }

  async #readWaiting() {
    const { deliveries } = await get("/webhooks/deliveries", { limit: 200 });
    const count = deliveries.filter((each) => each.state === "waiting" || each.state === "held").length;
    emit("waiting", count ? `${plural(count, "webhook")} waiting` : "");
  }

  #paint() {
    this.account.firstChild.lastChild.textContent = session.login ?? "none";
    this.refused.classList.toggle("selected", route.view === "refused");
    this.refused.setAttribute("aria-pressed", String(route.view === "refused"));
    this.refused.classList.toggle("some", this.#refused > 0);
  }

  #accounts() {
    const known = Object.keys(sessions()).sort().map((login) => [login, () => emit("enter", login), { checked: login === session.login }]);
    return [...known, known.length > 0 && "-", ["Log in to another account…", () => emit("login")],
      session.login && [`Log out of ${session.login}`, () => { leave(session.login); emit("left"); }]];
  }

  #clockMenu() {
    if (session.readOnly) return [["The clock cannot be set here: read-only", () => {}]];
    const set = (change, words) => () => attempt(async () => { clock.set(await post("/clock", change)); this.tick(); emit("refresh"); }, words);
    return [
      ...ADVANCES.map(([words, advance]) => [`Advance ${words}`, set({ advance }, `Advanced ${words}`)]), "-",
      clock.frozen ? ["Let it run", set({ freeze: false })] : ["Freeze now", set({ freeze: true })],
      ["Set it…", () => emit("clock-set")], "-",
      ...RATES.map((rate) => [rate === 1 ? "Usual speed" : `${rate} times as fast`, set({ rate }), { checked: rate === clock.rate }]), "-",
      ["Show the computer's time again", () => attempt(async () => { clock.set(await remove("/clock")); this.tick(); emit("refresh"); })],
    ];
  }

  #faultMenu() {
    if (session.readOnly) return [["Faults cannot be set here: read-only", () => {}]];
    const isOn = this.rules?.length > 0;
    return [["Add a fault…", () => emit("fault-add")],
      isOn && ["Remove all faults", () => attempt(async () => { await remove("/faults"); emit("faults"); }, "All faults are off"), { danger: true }]];
  }

  #moreMenu() {
    return [["Webhook subscriptions…", () => emit("subscriptions")], ["Export the account", () => this.#export()],
      "Notification" in globalThis && Notification.permission === "default" && ["Notify me of incoming SMS", () => Notification.requestPermission()],
      [`Refused requests (${this.#refused})`, () => go({ view: "refused", sms: "" })], ["Keyboard", () => emit("help")], ["Reference of the API", () => globalThis.open(address("/docs"), "_blank", "noopener")], !session.readOnly && "-",
      !session.readOnly && ["Delete all SMS…", () => emit("clear"), { danger: true }]];
  }

  async #export() {
    await attempt(async () => {
      const response = await fetchRaw("GET", "/export");
      if (!response.ok) throw new Error(`The emulator answers ${response.status}.`);
      download(await response.blob(), `${session.login}.ndjson`);
    }, "The account is exported");
  }
}
customElements.define("top-bar", TopBar);
