// An SMS as it is billed, and its status in time. Every figure is the server's.

import { base, post, remove, session } from "./api.js";
import { attempt, button, copyButton, h, HIDDEN } from "./dom.js";
import { isDate, isFinal, number, parse, plural, span, statusKind, statusWord, STEPS, time } from "./format.js";
import { clock, emit } from "./model.js";
import { menuButton } from "./menu.js";
import { go, link } from "./route.js";

const MANY = 12;
const title = (text, ...more) => h("h2", text, more.length ? h("em", more) : null);

export function smsPane(found, done) {
  return [codeBox(found), billing(found), characters(found), timeline(found, done), facts(found)];
}

function codeBox({ code }) {
  return code && h("div.code-box", h("span", "Code"), h("b", code), copyButton(code, "Copy", { "aria-label": `Copy the code ${code}`, data: { focus: "code" } }));
}

function billing({ sms, billing: found }) {
  const cost = sms.type === "OUT" ? ` · ${sms.b_customer_debit} cents` : " · free";
  const parts = found.parts.map((part, index) => h("li.part", { dir: "auto" },
    h("span.n", HIDDEN, String(index + 1)), h("span.unseen", `Part ${index + 1}: `),
    part.runs.map((run) => (run.special && found.encoding === "UNICODE" ? h("mark", run.text) : run.text))));
  const used = found.capacity - found.left;
  const meter = h("div.meter", HIDDEN, h("i"));
  meter.firstChild.style.width = `${(100 * used) / found.capacity}%`;
  return h("section", title("As it is billed", `${plural(sms.parts, "part")}${cost}`),
    h("ol.parts", parts.slice(0, MANY), parts.length > MANY && h("li.part.more", `and ${parts.length - MANY} more parts`)), meter,
    h("p.small", `${found.parts.length > 1 ? `Part ${found.parts.length}: ` : ""}${used} of ${found.capacity} units, ${found.left} left`, h("span.tag", found.encoding)));
}

function characters({ sms, billing: found }) {
  if (!found.characters.length) return null;
  const isForced = found.encoding === "GSM";
  const heading = isForced ? title("Changed by forcing GSM", plural(found.characters.length, "character"))
    : title("Why UNICODE", found.gsm ? `as GSM it would be ${plural(found.gsm.parts, "part")}` : "forced");
  return h("section", heading, h("ul.why", found.characters.slice(0, MANY).map((each) => h("li", {},
    h("code", { dir: "auto" }, each.text), h("span", each.name, each.count > 1 && ` ×${each.count}`, h("small", `as GSM ${each.gsm}`)), h("b", each.code)))),
    found.characters.length > MANY && h("p.small", `and ${found.characters.length - MANY} more characters`),
    !isForced && found.gsm && h("details", { data: { key: "gsm" } }, h("summary", "The text with GSM forced"),
      h("p.forced", { dir: "auto" }, found.gsm.text), h("p.small", `options.force_encoding: "GSM" · ${plural(found.gsm.parts, "part")}`)));
}

function timeline({ sms, upcoming }, done) {
  let before = parse(sms.date_creation);
  const first = { status: sms.type === "IN" ? "RECEIVED" : "CREATED", shown: time(sms.date_creation), at: `${sms.date_creation} UTC` };
  const past = [first, ...sms.status_history.map(({ new_status: status, updated_at: at }) => {
    const moment = parse(at), shown = moment - before < 1 ? at.slice(11) : `+${span(moment - before)}`;
    before = moment;
    return { status, shown, at: `${at} UTC` };
  })];
  const rows = past.map(({ status, shown, at }, index) => {
    const isLast = index === past.length - 1;
    return h("li", { class: `${statusKind(status)}${isLast && !isFinal(status) ? " now" : ""}` }, isLast ? h("b", STEPS[status] ?? status) : h("span", STEPS[status] ?? status), h("time", { title: at }, shown));
  });
  const next = upcoming.map(({ status, due }) => h("li.next", h("span", STEPS[status] ?? status),
    dueIn(due)));
  const canEnd = sms.type === "OUT" && !isFinal(sms.status) && !session.readOnly;
  const end = (outcome) => () => attempt(async () => { await post(`/sms/${sms.hash}/end`, { outcome }); done(); });
  return h("section", title("Status", sms.status_error || "UTC, the account's clock"), h("ol.tl", rows, next),
    canEnd && h("div.acts", {},
      button("Deliver now", end("received"), { data: { focus: "deliver" } }),
      menuButton("Fail with…", () => [["ERROR, not accepted", end("error")], ["FAILED, at the carrier", end("failed")], ["EXPIRED, not in time", end("expired")]], { data: { focus: "fail" } }),
      upcoming.length > 0 && button(`Advance to ${statusWord(upcoming[0].status)}`, () => attempt(async () => {
        await post("/clock", { advance: `${Math.max(1, Math.ceil(parse(upcoming[0].due) - clock.now()))}ms` });
        done();
      }), { data: { focus: "advance" }, title: "Moves the clock of the account" })));
}

function ask({ hash }) {
  emit("delete", { title: `Delete SMS ${hash}?`, text: "It and its webhook deliveries are",
    work: async () => { await remove(`/sms/${hash}`); emit("sms-deleted", hash); emit("refresh"); } });
}

function facts({ sms }) {
  const rows = [["From", sms.from || (sms.type === "OUT" ? "shared number" : "")], ["To", number(sms.to)], ["Created", `${sms.date_creation} UTC`],
    ["Sent", isDate(sms.date_sent) && `${sms.date_sent} UTC`], ["Received", isDate(sms.date_received) && `${sms.date_received} UTC`],
    ["Network", sms.network], ["Nature", sms.type === "OUT" && sms.nature.toLowerCase()], ["Billing", sms.b_customer_mode?.toLowerCase()], ["User data", sms.user_data]];
  return h("section", title("Details"), h("dl.kv", rows.filter(([, value]) => value).map(([name, value]) => [h("dt", name), h("dd", { dir: "auto" }, value)])),
    h("div.acts", copyButton(new URL(link({ sms: sms.hash }), base).href, "Copy link"),
      !session.readOnly && button("Delete", () => ask(sms), { id: "delete-sms", data: { focus: "delete" } })));
}

// The moments to come count down with the clock of the account.
const left = (due) => `due in ${span(Math.max(0, parse(due) - clock.now()))}`;
export const dueIn = (due) => h("time", { title: `${due} UTC`, data: { due } }, left(due));
setInterval(() => {
  if (document.hidden || clock.frozen) return;
  for (const each of document.querySelectorAll("time[data-due]")) each.textContent = left(each.dataset.due);
}, 250);
