// What went over HTTP because of an SMS: the requests of programs as they were, also those that were refused, and its webhooks.

import { command, session } from "./api.js";
import { attempt, block, button, copyButton, download, h, state } from "./dom.js";
import { statusWord, time } from "./format.js";
import { dueIn } from "./inspect-sms.js";
import { emit } from "./model.js";

const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${python(each)}`).join(", ")}}`;
  return JSON.stringify(value);
}

export function requestPane({ sms }, journal) {
  if (journal.error) return [h("p.note", journal.error.message)];
  if (!journal.requests.length) {
    return [h("div.nothing", h("p", sms.type === "IN" ? "Nobody has read this SMS through the API." : "The request is not in the journal any more."),
      h("p.small", "The emulator keeps the latest requests in memory, so they end with it."))];
  }
  return [...journal.requests].reverse().map((each) => requestCard(each));
}

export function requestCard(each, isOpen = true) {
  const target = each.query ? `${each.path}?${each.query}` : each.path;
  const isBad = each.refused, headers = Object.entries(each.headers).map(([name, value]) => `${name}: ${value}\n`).join("");
  const call = each.operation === "sendSms" || each.operation === "sendSmsByQuery" ? clientCall(each.parameters) : null;
  return h("section.request", {},
    h("div.line", h("b.mono", each.method, " ", each.operation ?? ""), state(isBad ? "bad" : "ok", each.status ?? "no response", ` in ${each.duration_ms.toFixed(1)} ms`)),
    h("p.small", h("time", { title: `${each.at} UTC` }, `${time(each.at)} UTC`), ` · ${each.door === "rest" ? "REST" : "JSON-RPC"}`, each.fault && ` · fault ${each.fault}`),
    isBad && each.message && h("div.reason", h("p", { dir: "auto" }, each.message), each.nearest && h("p", "Nearest: ", h("code", { dir: "auto" }, each.nearest))),
    h("div.acts", copyButton(each.curl, "Copy curl"), call && copyButton(call, "Copy Python")),
    h("details", { open: isOpen, data: { key: `r${each.id}` } }, h("summary", "Request and response"),
      block("Request", `${each.method} ${target}\n${headers}${each.body ? `\n${pretty(each.body)}` : ""}`),
      block("Response", each.response === null ? `${each.status ?? "none"} (the body is not kept)` : `${each.status}\n\n${pretty(each.response)}`)));
}

const password = () => (session.isPublished ? session.login : "PASSWORD");

export function clientCall(parameters) {
  const { to, body, from, options } = parameters ?? {};
  const given = [["to", to], ["body", body], ["from_", from], ["options", options]].filter(([, value]) => value !== undefined && value !== null && value !== "");
  return ["from callr_sms_client import Callr", "", `with Callr(${python(session.login)}, ${python(password())},`,
    `           base_url=${python(new URL("rest/v1.1", document.baseURI).href)}) as client:`,
    "    sms_hash = client.sms.send(", ...given.map(([name, value]) => `        ${name}=${python(value)},`), "    )"].join("\n");
}

// --- webhooks ---

const STATES = { delivered: "ok", waiting: "go", held: "go" };

export function webhooksPane({ deliveries, sms }) {
  if (!deliveries.length) {
    return [h("div.nothing", h("p", "No event of this SMS went to a webhook."),
      h("p.small", "Its options.webhook is notified, and the subscriptions that exist when it happens."),
      button("Subscriptions", () => emit("subscriptions")))];
  }
  const save = () => download(new Blob([JSON.stringify(har(deliveries), null, 2)]), `${sms.hash}.har`);
  return [h("div.acts", button("Subscriptions", () => emit("subscriptions")), button("Export HAR", save)), ...deliveries.map(delivery)];
}

// The body as it was sent, byte for byte: the signature in the headers is that of these bytes.
const iso = (date) => `${date.replace(" ", "T")}Z`;
const bodyOf = ({ event_id, event_at, hook_hash, type, data }, number) => JSON.stringify({ event_id, event_at: iso(event_at), hook_hash, try: number, type, data });

function curl({ endpoint, ...each }, { try: number, request_headers: headers }) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const kept = Object.entries(headers).filter(([name]) => !/^(host|content-length)$/i.test(name));
  return ["curl", quote(endpoint), ...kept.flatMap(([name, value]) => ["-H", quote(`${name}: ${value}`)]), "--data-binary", quote(bodyOf(each, number))].join(" ");
}

// HTTP Archive 1.2: the attempts as a browser would have recorded them.
function har(deliveries) {
  const http = { httpVersion: "HTTP/1.1", cookies: [], headersSize: -1, bodySize: -1 };
  const entries = deliveries.flatMap((each) => each.attempts.map((one) => {
    const [head, ...rest] = one.answer.split("\r\n\r\n"), text = rest.join("\r\n\r\n"), wait = one.duration_ms;
    return { startedDateTime: iso(one.at), time: wait, timings: { send: 0, wait, receive: 0 }, cache: {}, comment: one.error,
      request: { ...http, method: "POST", url: each.endpoint ?? "", queryString: [], postData: { mimeType: "application/json", text: bodyOf(each, one.try) },
        headers: Object.entries(one.request_headers).map(([name, value]) => ({ name, value })) },
      response: { ...http, status: one.status ?? 0, statusText: "", redirectURL: "", content: { size: text.length, mimeType: "", text },
        headers: head.split("\r\n").slice(1).map((line) => ({ name: line.split(":")[0], value: line.slice(line.indexOf(":") + 1).trim() })) } };
  }));
  return { log: { version: "1.2", creator: { name: "callr-sms-emulator", version: "" }, entries } };
}

function delivery(each) {
  const last = each.attempts.at(-1);
  const what = each.type === "sms.mo" ? "SMS came in" : `status ${statusWord(each.data.status)}`;
  const resend = () => attempt(async () => { await command(`/webhooks/deliveries/${each.id}/resend`); emit("refresh"); }, "Sent again");
  const headers = Object.entries(last?.request_headers ?? {});
  const signed = headers.some(([name]) => name.toLowerCase() === "x-callr-hmacsignature");
  const sent = bodyOf(each, last?.try ?? 0), body = JSON.stringify(JSON.parse(sent), null, 2);
  return h("section.hook", {},
    h("div.line", h("b", what), state(STATES[each.state] ?? "bad", each.state === "held" ? "waits for the one before" : statusWord(each.state))),
    h("p.small.mono", each.endpoint ?? "the webhook was removed"),
    h("ol.attempts", each.attempts.map((one) => h("li", h("span", `try ${one.try}`), h("time", { title: `${one.at} UTC` }, time(one.at)), result(one)))),
    each.due && each.state === "waiting" && h("p.small", "Next attempt: ", dueIn(each.due)),
    h("div.acts", {},
      !session.readOnly && each.endpoint && button("Resend", resend, { data: { focus: `resend ${each.id}` } }),
      copyButton(sent, "Copy body"), last && each.endpoint && copyButton(curl(each, last), "Copy curl")),
    last && h("details", { data: { key: `d${each.id}` } }, h("summary", headers.length ? `Headers and body, ${signed ? "signed" : "not signed"}` : "Body"),
      headers.length > 0 && block("Headers", headers.map(([name, value]) => `${name}: ${value}\n`)),
      block("Body", body),
      last.answer && block("Answer", last.answer)));
}

function result(one) {
  const isOk = one.status >= 200 && one.status < 300;
  const text = one.error || `${one.status} in ${Math.round(one.duration_ms)} ms`;
  return state(isOk && !one.error ? "ok" : "bad", text, one.fault && ` · fault: ${one.fault.webhook}`);
}
