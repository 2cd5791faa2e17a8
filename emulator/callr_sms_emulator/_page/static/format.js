// Times, numbers and statuses in words. Nothing here counts what is billed: the server does.

const DAY = 86400000;
const LANGUAGE = "en-GB";
const dates = (options) => new Intl.DateTimeFormat(LANGUAGE, { timeZone: "UTC", ...options });
const DAY_MONTH = { day: "numeric", month: "short" };
const WEEKDAY = dates({ weekday: "short" }), DATE = dates(DAY_MONTH), DATE_YEAR = dates({ ...DAY_MONTH, year: "numeric" });
const LONG = dates({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

// "2024-03-30 12:00:00" or with milliseconds, always UTC.
export const parse = (date) => Date.parse(date.replace(" ", "T") + "Z");
export const isDate = (date) => Boolean(date) && !date.startsWith("0000");
export const time = (date) => date.slice(11, 19);
export const day = (date) => LONG.format(parse(date));

export function short(date, now) {
  const then = parse(date), age = now - then;
  if (date.slice(0, 10) === new Date(now).toISOString().slice(0, 10)) return date.slice(11, 16);
  if (age > 0 && age < 6 * DAY) return WEEKDAY.format(then);
  return (Math.abs(age) < 300 * DAY ? DATE : DATE_YEAR).format(then);
}

const UNITS = [["year", 365 * DAY], ["month", 30 * DAY], ["day", DAY], ["hour", 3600000], ["minute", 60000], ["second", 1000]];
export function ago(date, now) {
  const span = parse(date) - now;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(span) >= each) ?? UNITS.at(-1);
  return RELATIVE.format(Math.round(span / size), unit);
}

export const full = (date, now) => `${date} UTC, ${ago(date, now)} by the clock of the account`;

export function span(ms) {
  if (ms < 60000) return `${(ms / 1000).toFixed(3)} s`;
  if (ms < 3600000) return `${Math.floor(ms / 60000)} min ${Math.floor(ms / 1000) % 60} s`;
  if (ms < DAY) return `${Math.floor(ms / 3600000)} h ${Math.floor(ms / 60000) % 60} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor(ms / 3600000) % 24} h`;
}

const GROUPS = [[/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3"], [/^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "+33 $1 $2 $3 $4 $5"],
  [/^\+44(\d{4})(\d{6})$/, "+44 $1 $2"], [/^\+(\d\d)(\d{3})(\d{3})(\d+)$/, "+$1 $2 $3 $4"]];
export function number(text) {
  const found = GROUPS.find(([shape]) => shape.test(text));
  return found ? text.replace(...found) : text;
}

export const initials = (text) => (/\d{2}$/.test(text) ? text.slice(-2) : text.slice(0, 2).toUpperCase());

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString(LANGUAGE)} ${count === 1 ? one : many}`;

export const smsCount = (count) => plural(count, "SMS", "SMS");

export const STEPS = { CREATED: "Created", PENDING: "Pending", SENT: "Sent to the carrier", REMOTE_QUEUED: "Queued at the carrier", RECEIVED: "Received",
  ERROR: "Error: not accepted", FAILED: "Failed at the carrier", EXPIRED: "Expired" };
const KINDS = { RECEIVED: "ok", ERROR: "bad", FAILED: "bad", EXPIRED: "bad" };
export const statusKind = (status) => KINDS[status] ?? "go";
export const statusWord = (status) => status.toLowerCase().replace("_", " ");
export const isFinal = (status) => status in KINDS;
