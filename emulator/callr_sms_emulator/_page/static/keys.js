// The keys. In a field they are text, and with Ctrl, Alt or Meta they are the browser's.

import { emit } from "./model.js";
import { go, isSearch, route } from "./route.js";

const TABS = { 1: "", 2: "webhooks", 3: "request", 4: "json" };

function back() {
  if (document.activeElement?.matches("input, textarea")) { document.activeElement.blur(); return; }
  if (route.sms) go({ sms: "", tab: "" });
  else if (route.view) go({ view: "" });
  else if (route.number) go({ number: "" });
  else if (isSearch() || route.unread) go({ q: "", type: "", status: "", unread: "" });
}

const KEYS = {
  j: () => emit("move", 1), k: () => emit("move", -1), J: () => emit("move-sms", 1), K: () => emit("move-sms", -1),
  "/": () => { document.getElementById("search").focus(); document.getElementById("search").select(); },
  n: () => emit("compose-new"), c: () => document.querySelector("compose-box textarea")?.focus(),
  r: () => go({ view: route.view === "refused" ? "" : "refused", sms: "" }), "?": () => emit("help"), Escape: back,
  Enter: () => document.querySelector(".msg.selected .meta")?.click(),
};

export function startKeys() {
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
}
