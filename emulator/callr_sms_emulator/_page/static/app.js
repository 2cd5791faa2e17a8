// The whole page: logs in, follows the events, and passes on what happens.

import "./side.js";
import "./thread.js";
import "./compose.js";
import "./inspector.js";
import "./top-bar.js";
import "./dialogs.js";
import "./login.js";
import "./refused.js";
import "./empty.js";
import { ApiError, enter, get, leave, logInPublished, session, sessions } from "./api.js";
import { byId, h, throttle } from "./dom.js";
import { clock, emit, on } from "./model.js";
import { go, isSearch, PLAIN, route } from "./route.js";
import { EventStream } from "./stream.js";

const LAST = "callr-sms-emulator-login";
const bar = document.querySelector("top-bar"), side = document.querySelector("side-pane"), login = document.querySelector("log-in");
const banner = byId("banner"), faultBar = byId("fault-bar");
const refresh = throttle(() => emit("refresh"), 250);

const stream = new EventStream({
  open() {
    bar.state("live", "Live");
    banner.hidden = true;
    emit("refresh");
    openLatest();
  },
  lost(pause) {
    bar.state("lost", "Offline");
    banner.hidden = false;
    banner.firstElementChild.textContent = `The emulator does not answer. Trying again every ${Math.ceil(pause / 1000)} s; what you see is from before.`;
  },
  event(name, data) {
    if (name.startsWith("sms.")) happened(name, data);
    else if (name === "delivery.attempt") emit("delivery-event", data);
    else if (name === "clock.changed") { clock.set(data); emit("clock"); refresh(); }
    else if (name === "faults.changed") emit("faults");
    else if (name === "request.refused") emit("refused");
    else refresh();
  },
});

function happened(name, data) {
  if (name === "sms.deleted") emit("sms-deleted", data.hash);
  else emit("sms-event", data);
  if (name === "sms.mt.status_update") { refreshSide(); return; }
  changed();
  if (name === "sms.mo" && document.hidden && "Notification" in globalThis && Notification.permission === "granted") notify(data.hash);
}
const changed = () => emit("sms-changed"); // the thread and the list, and nothing else
const refreshSide = throttle(() => side.refresh(), 500);

async function notify(hash) {
  const { sms } = await get(`/sms/${hash}`).catch(() => ({}));
  if (!sms) return;
  const shown = new Notification(`SMS from ${sms.from}`, { body: sms.text, tag: hash });
  shown.onclick = () => { focus(); go({ number: sms.from, sms: hash, view: "" }); shown.close(); };
}

// /view/latest opens the newest SMS: for people, and for tests that look at the page.
async function openLatest() {
  if (route.sms !== "latest") return;
  const { sms: [newest] } = await get("/sms", { limit: 1 });
  go(newest ? { sms: newest.hash, number: newest.type === "OUT" ? newest.to : newest.from } : { sms: "" }, { replace: true });
}

async function openLinked() {
  if (!route.sms || route.sms === "latest" || route.number) return;
  const found = await get(`/sms/${encodeURIComponent(route.sms)}`).catch(() => null);
  if (found) go({ number: found.number }, { replace: true });
}

function begin() {
  document.body.classList.toggle("read-only", session.readOnly);
  localStorage.setItem(LAST, session.login);
  login.hidden = true;
  emit("session");
  emit("route", null);
  openLinked();
  bar.state("wait", "Connecting");
  stream.start();
}

async function start() {
  const wanted = route.account || localStorage.getItem(LAST) || Object.keys(sessions())[0];
  if (wanted && enter(wanted)) { begin(); return; }
  try {
    if (!route.account && await logInPublished()) { begin(); return; }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    bar.state("lost", "Offline");
    banner.hidden = false;
    banner.firstElementChild.textContent = error.message;
    setTimeout(start, 2000);
    return;
  }
  login.show(route.account);
}

function arrange() {
  const pane = route.sms ? "why" : route.number || route.view ? "what" : "who";
  document.body.dataset.pane = pane;
  document.body.classList.toggle("in-thread", Boolean(route.number) && !route.view);
  document.body.classList.toggle("in-refused", route.view === "refused");
}

function changeAccount() {
  go({ ...PLAIN, account: session.login, number: "", sms: "", tab: "", view: "" });
  begin();
}

on("route", arrange);
on("enter", (name) => { if (name !== session.login && enter(name)) changeAccount(); });
on("entered", changeAccount);
on("login", () => login.show());
on("left", () => { stream.stop(); const [other] = Object.keys(sessions()); if (other && enter(other)) changeAccount(); else login.show(); });
on("session-ended", async () => {
  const ended = session.login;
  stream.stop();
  leave(ended);
  if (await logInPublished().catch(() => false) && session.login === ended) begin();
  else login.show(ended);
});
on("sms-deleted", (hash) => { if (route.sms === hash) go({ sms: "" }, { replace: true }); });
on("refresh-list", () => refreshSide());
on("counted", ({ unread }) => {
  document.title = `${unread ? `(${unread}) ` : ""}Inbox · CALLR SMS emulator`;
});
on("faults-known", (rules) => {
  faultBar.hidden = !rules.length;
  faultBar.firstElementChild.textContent = `${rules.length === 1 ? "A fault is" : `${rules.length} faults are`} on: requests or webhooks of this account go wrong on purpose.`;
});
byId("fault-off").replaceWith(bar.faultButton("Faults…", "ghost writes"));
byId("retry").addEventListener("click", () => stream.retry());
setInterval(() => emit("tick"), 60000);

// The keys. In a field they are text, and with Ctrl, Alt or Meta they are the browser's.
const TABS = { 1: "", 2: "webhooks", 3: "request", 4: "json" };

function back() {
  if (document.activeElement?.matches("input, textarea")) { document.activeElement.blur(); return; }
  if (route.sms) go({ sms: "", tab: "" });
  else if (route.view) go({ view: "" });
  else if (route.number) go({ number: "" });
  else if (isSearch() || route.unread) go(PLAIN);
}

const KEYS = {
  j: () => emit("move", 1), k: () => emit("move", -1), J: () => emit("move-sms", 1), K: () => emit("move-sms", -1),
  "/": () => byId("search").select(),
  n: () => emit("compose-new"), c: () => document.querySelector("compose-box textarea")?.focus(),
  r: () => go({ view: route.view === "refused" ? "" : "refused", sms: "" }), "?": () => emit("help"), Escape: back, Delete: () => byId("delete-sms")?.click(),
  Enter: () => document.querySelector(".msg.selected .meta")?.click(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open], .menu, log-in:not([hidden])")) return;
  const isField = event.target.matches("input, textarea, select");
  if (isField && event.key !== "Escape") return;
  if (event.key === "Enter" && event.target.matches("button, a, summary")) return;
  const work = KEYS[event.key] ?? (event.key in TABS ? () => go({ tab: TABS[event.key] }, { replace: true }) : null);
  if (!work) return;
  event.preventDefault();
  work();
});

arrange();
start();
