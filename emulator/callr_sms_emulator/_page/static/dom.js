// Builds elements. Data becomes text and attributes, never markup: the texts of SMS are hostile input.

export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
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

export const button = (label, onclick, more = {}) =>
  h("button", { type: "button", class: "ghost", onclick, ...more }, label);

export async function copy(text, near) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS a browser offers no clipboard, except on localhost.
    const area = h("textarea", { class: "hidden-visually", "aria-hidden": "true" });
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
  document.getElementById("announcer").textContent = text;
}

let toastTimer = 0;
export function toast(text, kind = "") {
  const place = document.getElementById("toast");
  place.className = kind;
  place.textContent = text;
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, kind === "bad" ? 8000 : 3000);
}

// Runs what a person asked for; what goes wrong is shown in the words of the server.
export async function attempt(work, done) {
  try {
    const result = await work();
    if (done) toast(done);
    return result;
  } catch (error) {
    toast(error.message, "bad");
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

// At once, and afterwards at most once per pause, however often it is asked for.
export function throttle(work, pause) {
  let timer = 0, again = false;
  const run = () => {
    timer = setTimeout(() => { timer = 0; if (again) { again = false; run(); } }, pause);
    work();
  };
  return () => { if (timer) again = true; else run(); };
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
