// The webhook deliveries of an SMS, with each attempt.

import { command, session } from "./api.js";
import { attempt, button, copyButton, h } from "./dom.js";
import { plural, span, parse, time } from "./format.js";
import { clock, emit } from "./model.js";

const STATES = { delivered: "ok", waiting: "go", held: "go" };
const WORDS = { delivered: "delivered", waiting: "waiting", held: "waits for the one before" };

export function webhooksPane({ deliveries, sms }) {
  if (!deliveries.length) {
    return [h("div", { class: "nothing" }, h("p", {}, "No event of this SMS went to a webhook."),
      h("p", { class: "small" }, sms.type === "OUT" ? "An SMS notifies its own options.webhook, and the subscriptions that there were when its status changed." : "An incoming SMS notifies the subscriptions to sms.mo that there were."),
      button("Subscriptions", () => emit("subscriptions")))];
  }
  return [h("div", { class: "acts" }, button("Subscriptions", () => emit("subscriptions"))), ...deliveries.map(delivery)];
}

function delivery(each) {
  const last = each.attempts.at(-1);
  const what = each.type === "sms.mo" ? "SMS came in" : `status ${each.data.status.toLowerCase().replace("_", " ")}`;
  const resend = () => attempt(async () => { await command(`/webhooks/deliveries/${each.id}/resend`); emit("refresh"); }, "Sent again");
  const headers = Object.entries(last?.request_headers ?? {});
  const signed = headers.some(([name]) => name.toLowerCase() === "x-callr-hmacsignature");
  const body = JSON.stringify({ type: each.type, event_id: each.event_id, event_at: each.event_at, hook_hash: each.hook_hash, data: each.data }, null, 2);
  return h("section", { class: "hook" },
    h("div", { class: "line" }, h("b", {}, what), h("span", { class: `st ${STATES[each.state] ?? "bad"}` }, h("i", { class: "dot" }), WORDS[each.state] ?? each.state.replace("_", " "))),
    h("p", { class: "small mono" }, each.endpoint ?? "the webhook was removed"),
    h("ol", { class: "attempts" }, each.attempts.map((one) => h("li", {}, h("span", {}, `try ${one.try}`), h("time", { title: `${one.at} UTC` }, time(one.at)), result(one)))),
    each.due && each.state === "waiting" && h("p", { class: "small" }, "Next attempt: ", h("time", { data: { due: String(parse(each.due)) } }, `due in ${span(Math.max(0, parse(each.due) - clock.now()))}`)),
    h("div", { class: "acts" },
      !session.readOnly && each.endpoint && button("Resend", resend, { data: { focus: `resend ${each.id}` } }),
      copyButton(body, "Copy body")),
    last && h("details", { data: { key: `d${each.id}` } }, h("summary", {}, headers.length ? `Headers and body, ${signed ? "signed" : "not signed"}` : "Body"),
      headers.length > 0 && h("pre", { class: "code", tabindex: "0", "aria-label": "Headers" }, headers.map(([name, value]) => `${name}: ${value}\n`)),
      h("pre", { class: "code", tabindex: "0", "aria-label": "Body" }, body),
      last.answer && h("pre", { class: "code", tabindex: "0", "aria-label": "Answer" }, last.answer)));
}

function result(one) {
  const isOk = one.status >= 200 && one.status < 300;
  const text = one.error || `${one.status} in ${Math.round(one.duration_ms)} ms`;
  return h("span", { class: `st ${isOk && !one.error ? "ok" : "bad"}` }, h("i", { class: "dot" }), text, one.fault && ` · fault: ${one.fault.webhook}`);
}

export const attemptsOf = (deliveries) => plural(deliveries.reduce((sum, each) => sum + each.attempts.length, 0), "attempt");
