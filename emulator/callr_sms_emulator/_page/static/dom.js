// Builds elements. Data becomes text and attributes, never markup: the texts of SMS are hostile input.

// name: "tag" or "tag.class.class"; the attributes may be left out.
export function h(name, ...children) {
  const props = children[0]?.constructor === Object ? children.shift() : {};
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);
export const HIDDEN = { "aria-hidden": "true" };
export const state = (kind, ...words) => h(`span.st.${kind}`, h("i.dot"), words);
export const block = (label, ...text) => h("pre.code", { tabindex: "0", "aria-label": label }, text);
export const backButton = (label, onclick) => button("‹", onclick, { class: "ghost back", "aria-label": label });
export const button = (label, onclick, more = {}) =>
  h("button", { type: "button", class: "ghost", onclick, ...more }, label);

export async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS a browser offers no clipboard, except on localhost.
    const area = h("textarea.unseen", HIDDEN);
    area.value = text;
    (near.closest("dialog") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    near.focus();
  }
  const before = near.textContent;
  near.textContent = "Copied";
  announce("Copied");
  setTimeout(() => { near.textContent = before; }, 1200);
}

export const copyButton = (text, label = "Copy", more = {}) =>
  button(label, (event) => copy(typeof text === "function" ? text() : text, event.currentTarget), more);

export function announce(text) {
  byId("announcer").textContent = text;
}

export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

let toastTimer = 0;
// action: a word and what it does, offered for 10 seconds.
export function toast(text, { kind = "", action } = {}) {
  const place = byId("toast");
  const hide = () => { place.hidden = true; };
  place.className = kind;
  place.replaceChildren(text, action ? button(action[0], () => { hide(); action[1](); }) : "");
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(hide, action ? 10000 : kind ? 8000 : 3000);
}

// Runs what a person asked for; what goes wrong is shown in the words of the server.
export async function attempt(work, done) {
  try {
    const result = await work();
    if (done) toast(done);
    return result;
  } catch (error) {
    toast(error.message, { kind: "alarm" });
    return undefined;
  }
}

// The latest call alone counts: an answer that comes after a newer question is dropped.
export function latest(load) {
  let number = 0;
  return async (...args) => {
    const mine = ++number;
    const result = await load(...args);
    return mine === number ? result : undefined;
  };
}

// At once, and afterwards at most once per pause, however often it is asked for; never twice at the same time.
export function throttle(work, pause) {
  let isBusy = false, again = false;
  const run = async () => {
    isBusy = true;
    again = false;
    const over = new Promise((resolve) => { setTimeout(resolve, pause); });
    try { await work(); } finally {
      await over;
      isBusy = false;
      if (again) run();
    }
  };
  return () => { if (isBusy) again = true; else run(); };
}

export function debounce(work, pause) {
  let timer = 0;
  return (...args) => { clearTimeout(timer); timer = setTimeout(() => work(...args), pause); };
}

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;
// Links lead somewhere only when somebody clicks them, and say nothing of where they stand.
export function linked(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    pieces.push(text.slice(end, match.index), h("a", {
      href: match[0], target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer",
    }, match[0]));
    end = match.index + match[0].length;
  }
  return [...pieces, text.slice(end)];
}
