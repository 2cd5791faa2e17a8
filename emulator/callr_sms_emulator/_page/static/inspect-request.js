// The request that made an SMS, and those that read it, as they were. Also those that were refused.

import { session } from "./api.js";
import { copyButton, h } from "./dom.js";
import { time } from "./format.js";

const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${python(each)}`).join(", ")}}`;
  return JSON.stringify(value);
}

export function requestPane({ sms }, journal) {
  if (journal.error) return [h("p", { class: "note" }, journal.error.message)];
  if (!journal.requests.length) {
    return [h("div", { class: "nothing" }, h("p", {}, sms.type === "IN" ? "Nobody has read this SMS through the API." : "The request is not in the journal any more."),
      h("p", { class: "small" }, "The emulator keeps the latest requests in memory, so they end with it."))];
  }
  return [...journal.requests].reverse().map((each) => requestCard(each));
}

export function requestCard(each, isOpen = true) {
  const target = each.query ? `${each.path}?${each.query}` : each.path;
  const isBad = each.refused, headers = Object.entries(each.headers).map(([name, value]) => `${name}: ${value}\n`).join("");
  const call = each.operation === "sendSms" || each.operation === "sendSmsByQuery" ? clientCall(each.parameters) : null;
  return h("section", { class: "request" },
    h("div", { class: "line" }, h("b", { class: "mono" }, each.method, " ", each.operation ?? ""), h("span", { class: `st ${isBad ? "bad" : "ok"}` }, h("i", { class: "dot" }), each.status ?? "no response", ` in ${each.duration_ms.toFixed(1)} ms`)),
    h("p", { class: "small" }, h("time", { title: `${each.at} UTC` }, `${time(each.at)} UTC`), ` · ${each.door === "rest" ? "REST" : "JSON-RPC"}`, each.fault && ` · fault ${each.fault}`),
    isBad && each.message && h("div", { class: "reason" }, h("p", { dir: "auto" }, each.message), each.nearest && h("p", {}, "Nearest: ", h("code", { dir: "auto" }, each.nearest))),
    h("div", { class: "acts" }, copyButton(each.curl, "Copy curl"), call && copyButton(call, "Copy Python")),
    h("details", { open: isOpen, data: { key: `r${each.id}` } }, h("summary", {}, "Request and response"),
      h("pre", { class: "code", tabindex: "0", "aria-label": "Request" }, `${each.method} ${target}\n${headers}${each.body ? `\n${pretty(each.body)}` : ""}`),
      h("pre", { class: "code", tabindex: "0", "aria-label": "Response" }, each.response === null ? `${each.status ?? "none"} (the body is not kept)` : `${each.status}\n\n${pretty(each.response)}`)));
}

const password = () => (session.isPublished ? session.login : "PASSWORD");

export function clientCall(parameters) {
  const { to, body, from, options } = parameters ?? {};
  const given = [["to", to], ["body", body], ["from_", from], ["options", options]].filter(([, value]) => value !== undefined && value !== null && value !== "");
  return ["from callr_sms_client import Callr", "", `with Callr(${python(session.login)}, ${python(password())},`,
    `           base_url=${python(new URL("rest/v1.1", document.baseURI).href)}) as client:`,
    "    sms_hash = client.sms.send(", ...given.map(([name, value]) => `        ${name}=${python(value)},`), "    )"].join("\n");
}
