// Questions to the person: a confirmation, a new SMS, a fault, the clock, subscriptions, the keys.

import { fetchRaw, get, post, remove, session } from "./api.js";
import { attempt, button, download, h, toast } from "./dom.js";
import { countedText } from "./compose.js";
import { smsCount } from "./format.js";
import { clock, emit, on } from "./model.js";
import { go, PLAIN } from "./route.js";

// A dialog with a form. `work` does what was asked for; while it fails, the dialog stays and says why.
export function ask({ title, content = [], action, work, danger = false, wide = false }) {
  const error = h("p.error", { role: "alert", hidden: true });
  const submit = action && h("button", { type: "submit", class: danger ? "primary danger" : "primary" }, action);
  const dialog = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": "dialog-title", onclose: () => dialog.remove(), onclick: (event) => { if (event.target === dialog) dialog.close(); } },
    h("form", { method: "dialog", onsubmit: async (event) => {
      event.preventDefault();
      if (!work) { dialog.close(); return; }
      submit.disabled = true;
      try { await work(); dialog.close(); } catch (problem) { error.textContent = problem.message; error.hidden = false; } finally { submit.disabled = false; }
    } }, h("h2", { id: "dialog-title" }, title), content, error,
    h("div.acts.end", button(action ? "Cancel" : "Close", () => dialog.close()), submit)));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export const field = (label, input, hint) => h("label.field", h("span", label), input, hint && h("small", hint));
const select = (entries, more = {}) => h("select", more, entries.map(([value, words]) => h("option", { value }, words)));

function confirm({ title, text, action, work }) {
  ask({ title, content: [h("p", text)], action, danger: true, work });
}

function newSms() {
  const from = h("input", { type: "tel", required: true, placeholder: "+447700900123", pattern: "\\+[1-9][0-9]{6,14}", title: "E.164 with the plus, 7 to 15 digits", autocomplete: "off" });
  const text = countedText("Text", () => text.area.form.requestSubmit());
  text.area.rows = 3;
  ask({ title: "An SMS comes in", action: "Send in", content: [h("p.small", "As if a phone had sent it to the number of the account. Webhooks are notified."), field("From", from), field("Text", text.area), text.count],
    work: async () => {
      const sms = await post("/sms/incoming", { from: from.value, text: text.area.value });
      go({ ...PLAIN, number: sms.from, sms: "", view: "" });
      emit("refresh");
    } });
}

const SEND = ["sendSms", "sendSmsByQuery"];
const EFFECTS = {
  busy: ["Sending responds with 503", { operation: SEND, status: 503 }], limited: ["Sending responds with 429", { operation: SEND, status: 429 }],
  unsure: ["Sending responds with 500, but the SMS is sent", { operation: SEND, status: 500, when: "after" }],
  silence: ["Sending gets no response", { operation: SEND, silence: true }], slow: ["Every request takes 5 seconds more", { delay: "5s" }],
  reset: ["Connections are reset", { reset: true }], read: ["Reading responds with 503", { operation: ["getSms", "listSms"], status: 503 }],
  lose: ["Webhooks are lost", { webhook: "lose" }], duplicate: ["Webhooks come twice", { webhook: "duplicate" }],
};

function addFault() {
  const effect = select(Object.entries(EFFECTS).map(([key, [words]]) => [key, words]));
  const times = select([["", "until it is removed"], ["1", "once"], ["3", "three times"], ["10", "ten times"]]);
  const share = select([["1", "every time"], ["0.5", "half of the time"], ["0.1", "one time in ten"]]);
  ask({ title: "Make something fail", action: "Turn it on", danger: true,
    content: [h("p", `Everyone who uses the account ${session.login} gets this fault, until it is over or removed. A red bar stays above the page.`), field("What", effect), field("How long", times), field("How often", share)],
    work: async () => {
      await post("/faults", { ...EFFECTS[effect.value][1], share: Number(share.value), ...(times.value && { times: Number(times.value) }) });
      emit("faults");
    } });
}

function setClock() {
  const now = new Date(clock.now()).toISOString().slice(0, 19).replace("T", " ");
  const moment = h("input", { value: now, required: true, pattern: "\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}", title: "YYYY-MM-DD HH:MM:SS in UTC", class: "mono" });
  ask({ title: "Freeze the clock at", content: [field("Moment, UTC", moment, "Everything that is due by then happens first.")], action: "Freeze",
    work: async () => { clock.set(await post("/clock", { freeze: moment.value })); emit("clock"); emit("refresh"); } });
}

async function subscriptions() {
  const list = h("ul.hooks");
  const paint = async () => {
    const found = await get("/webhooks");
    list.replaceChildren(...(found.length ? found.map((each) => h("li.line", h("div", h("code", each.endpoint), h("small", `${each.events.join(", ")} · ${each.signed ? `signed with ${each.hmac_algo}` : "not signed"}`)),
      !session.readOnly && button("Remove", () => attempt(async () => { await remove(`/webhooks/${each.hash}`); await paint(); }), { "aria-label": `Remove ${each.endpoint}` }))) : [h("li.small", "There is none.")]));
  };
  const endpoint = h("input", { type: "url", placeholder: "http://127.0.0.1:5000/callr", autocomplete: "off" });
  const secret = h("input", { placeholder: "not signed", autocomplete: "off" });
  const add = () => attempt(async () => {
    await post("/webhooks", { endpoint: endpoint.value, ...(secret.value && { hmac_secret: secret.value }) });
    endpoint.value = secret.value = "";
    await paint();
  }, "Subscribed to the events from now on");
  ask({ title: "Webhook subscriptions", wide: true, content: [list, !session.readOnly && h("fieldset", h("legend", "Add one"), field("Endpoint", endpoint), field("Secret", secret, "Signs each event with SHA256."), button("Add", add))] });
  await attempt(paint);
}

const KEYS = [["j  k", "next and previous conversation or result"], ["J  K", "next and previous SMS in the conversation"], ["/", "search"], ["Enter", "details of the SMS"], ["1 – 4", "SMS, webhooks, request, JSON"],
  ["n", "new incoming SMS"], ["c", "write in the conversation"], ["r", "refused requests"], ["Del", "delete the SMS that is shown"], ["Esc", "back, close"], ["?", "these keys"]];

function help() {
  ask({ title: "Keyboard", content: [h("dl.keys", KEYS.map(([keys, words]) => [h("dt", keys.split("  ").map((each) => h("kbd", each))), h("dd", words)]))] });
}

const UNDONE = 5000; // an export of so many SMS has a few megabytes
async function clear() {
  const { sms } = await get("/account"), canUndo = sms <= UNDONE, count = smsCount(sms);
  confirm({ title: `Delete all SMS of ${session.login}?`, action: `Delete ${count}`,
    text: `${count} and their webhook deliveries are removed. Subscriptions, the clock and the journal stay. ${canUndo ? "You can undo it for 10 seconds." : "This cannot be undone; “Export” keeps a copy."}`,
    work: async () => {
      const copy = canUndo && await (await fetchRaw("GET", "/export")).text();
      const { deleted } = await remove("/sms");
      go({ number: "", sms: "", view: "" });
      emit("refresh");
      toast(`${smsCount(deleted)} deleted`, { action: copy && ["Undo", () => attempt(() => restore(copy), "All SMS are back")] });
    } });
}

// An import needs an empty account. The subscriptions and unsubscribed numbers are in the copy, too.
async function restore(copy) {
  try {
    if ((await get("/account")).sms) throw new Error("The account has new SMS, so the deletion cannot be undone: what was deleted is saved as a file.");
    for (const { hash } of await get("/webhooks")) await remove(`/webhooks/${hash}`);
    for (let left; (left = (await get("/unsubscribed")).numbers).length;) for (const { number } of left) await remove(`/unsubscribed/${encodeURIComponent(number)}`);
    await post("/import", copy);
    emit("refresh");
  } catch (error) {
    download(new Blob([copy]), `${session.login}.ndjson`);
    throw error;
  }
}

on("delete", ({ title, text, work }) => confirm({ title, work, action: "Delete", text: `${text} removed from the emulator. This cannot be undone.` }));
on("compose-new", () => { if (!session.readOnly) newSms(); });
on("fault-add", addFault);
on("clock-set", setClock);
on("subscriptions", subscriptions);
on("help", help);
on("clear", () => attempt(clear));
