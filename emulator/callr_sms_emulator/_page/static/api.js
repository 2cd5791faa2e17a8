// The control API. A token stands for the password, which the page forgets after it has logged in.

const KEY = "callr-sms-emulator-sessions";
export const base = document.baseURI;
const published = document.querySelector('meta[name="published-account"]').content;

export class ApiError extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
const scope = new URL(base).pathname;

// The sessions of this emulator by login: an origin may serve several, each below its path.
export const sessions = () => read()[scope] ?? {};
function keep(login, session) {
  const all = read(), mine = all[scope] ?? {};
  if (session) mine[login] = session; else delete mine[login];
  localStorage.setItem(KEY, JSON.stringify({ ...all, [scope]: mine }));
}

export const session = { login: null, token: null, readOnly: false, isPublished: false };

export function enter(login) {
  const found = sessions()[login];
  if (!found) return false;
  Object.assign(session, { login, token: found.token, readOnly: found.readOnly, isPublished: `${login}:${login}` === published });
  return true;
}

export function leave(login) {
  keep(login, null);
  if (session.login === login) session.token = null;
}

const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function begin(body, credentials) {
  const { login, token, read_only: readOnly } = await send("POST", "/session", body, credentials);
  keep(login, { token, readOnly });
  return enter(login);
}
export const logIn = (login, password) => begin({}, `Basic ${encode(`${login}:${password}`)}`);

// With the admin token: the accounts that there are, and a session for one of them.
export const listAccounts = (admin) => send("GET", "/accounts", undefined, `Bearer ${admin}`);
export const logInAs = (login, admin) => begin({ login }, `Bearer ${admin}`);

// The account whose password everybody knows opens by itself.
export async function logInPublished() {
  if (!published) return false;
  const [login, password] = published.split(":");
  return logIn(login, password).catch((error) => { if (error.status === 0) throw error; return false; });
}

export const address = (path) => new URL(`_emulator${path}`, base);
export const authorization = () => `Bearer ${session.token}`;

export async function fetchRaw(method, path, body, credentials = authorization()) {
  const headers = { Authorization: credentials };
  const isText = typeof body === "string"; // lines of an export
  if (body !== undefined) headers["Content-Type"] = isText ? "application/x-ndjson" : "application/json";
  try {
    return await fetch(address(path), {
      method, headers, body: isText ? body : JSON.stringify(body),
      credentials: "omit", cache: "no-store", redirect: "error",
    });
  } catch {
    throw new ApiError(0, "The emulator does not answer.");
  }
}

async function send(method, path, body, credentials) {
  const response = await fetchRaw(method, path, body, credentials);
  const { data } = await response.json().catch(() => ({ data: { message: `The emulator answers ${response.status}.` } }));
  if (!response.ok) throw new ApiError(response.status, data.message);
  return data;
}

async function call(method, path, body) {
  const asked = session.token;
  try {
    return await send(method, path, body);
  } catch (error) {
    if (error.status === 401 && asked === session.token) dispatchEvent(new CustomEvent("session-ended"));
    throw error;
  }
}

function ask(method, path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return call(method, given.length ? `${path}?${new URLSearchParams(given)}` : path);
}
export const get = (path, query = {}) => ask("GET", path, query);
export const remove = (path, query = {}) => ask("DELETE", path, query);
export const post = (path, body = {}) => call("POST", path, body);
export const command = (path) => call("POST", path);
