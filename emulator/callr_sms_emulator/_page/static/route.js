// The address of the page is its state, so that every view can be linked, reloaded and gone back to.

import { base, session } from "./api.js";

const KEYS = ["q", "type", "status", "since", "unread", "number", "tab", "view"];
export const PLAIN = { q: "", type: "", status: "", since: "", unread: "" }; // no search, no filter
const root = new URL(base).pathname;

function read() {
  const query = new URLSearchParams(location.search);
  const state = Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""]));
  const path = location.pathname.slice(root.length);
  return { ...state, account: query.get("account") ?? "", sms: path.startsWith("view/") ? decodeURIComponent(path.slice(5)) : "" };
}

export let route = read();
export const isSearch = () => Boolean(route.q || route.type || route.status || route.since);

export function link(state) {
  const query = new URLSearchParams(KEYS.filter((key) => state[key]).map((key) => [key, state[key]]));
  if (session.login && !session.isPublished) query.set("account", session.login);
  const text = query.toString();
  return root + (state.sms ? `view/${encodeURIComponent(state.sms)}` : "") + (text ? `?${text}` : "");
}

export function go(change, { replace = false } = {}) {
  const before = route;
  route = { ...route, ...change };
  const target = link(route);
  if (target !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", target);
  dispatchEvent(new CustomEvent("route", { detail: before }));
}

addEventListener("popstate", () => {
  const before = route;
  route = read();
  dispatchEvent(new CustomEvent("route", { detail: before }));
});
