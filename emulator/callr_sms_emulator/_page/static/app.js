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
import { h, throttle } from "./dom.js";
import { clock, emit, on } from "./model.js";
import { go, route } from "./route.js";
import { EventStream } from "./stream.js";
import { startKeys } from "./keys.js";

const LAST = "callr-sms-emulator-login";
const bar = document.querySelector("top-bar"), side = document.querySelector("side-pane"), login = document.querySelector("log-in");
const banner = document.getElementById("banner"), faultBar = document.getElementById("fault-bar");
const refresh = throttle(() => emit("refresh"), 250);
let unread = 0;

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
    banner.firstElementChild.textContent = `The emulator does not answer. Trying again ${pause < 1000 ? "at once" : `every ${Math.round(pause / 1000)} s`}; what you see is from before.`;
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
  emit("sms-event", data);
  if (name === "sms.mt.status_update") { refreshSide(); return; }
  changed();
  if (name === "sms.mo" && document.hidden && "Notification" in globalThis && Notification.permission === "granted") notify(data.hash);
}
const changed = throttle(() => emit("sms-changed"), 100); // the thread and the list, and nothing else
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
  go({ account: session.login, q: "", type: "", status: "", unread: "", number: "", sms: "", tab: "", view: "" });
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
on("refresh-list", () => refreshSide());
on("counted", (found) => {
  unread = found.unread;
  document.title = `${unread ? `(${unread}) ` : ""}Inbox · CALLR SMS emulator`;
});
on("faults-known", (rules) => {
  faultBar.hidden = !rules.length;
  faultBar.firstElementChild.textContent = rules.length === 1 ? "A fault is on: requests or webhooks of this account go wrong on purpose." : `${rules.length} faults are on: requests or webhooks of this account go wrong on purpose.`;
});
document.getElementById("fault-off").addEventListener("click", () => document.querySelector(".pill.faults").click());
document.getElementById("retry").addEventListener("click", () => stream.retry());
setInterval(() => emit("tick"), 60000);
startKeys();
arrange();
start();
