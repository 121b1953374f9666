// Numbers, sizes and times as people read them: three digits and a unit, the viewer's zone, the exact value on hover.
import { h } from "./dom.js";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const local_time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const local_day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const local_zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" });

function three_digits(x) {
  const size = Math.abs(x);
  if (size !== 0 && size < 0.0095) return "<0.01";
  return size < 9.995 ? String(+x.toFixed(2)) : size < 99.95 ? String(+x.toFixed(1)) : String(Math.round(x));
}

/// 1204 is 1,204.
export function count(n) {
  return whole.format(n || 0);
}

/// 1204 is 1.2k; below a thousand as it is.
export function short(n) {
  const x = n || 0;
  const size = Math.abs(x);
  if (size < 999.5) return three_digits(x);
  if (size < 999.5e3) return three_digits(x / 1e3) + "k";
  return size < 999.5e6 ? three_digits(x / 1e6) + "M" : three_digits(x / 1e9) + "G";
}

/// 1204.3 is 1.2k/s.
export function rate(events) {
  return short(events) + "/s";
}

export function bytes(n) {
  let x = n || 0;
  for (const unit of ["B", "KiB", "MiB", "GiB", "TiB"]) {
    if (Math.abs(x) < 1023.5 || unit === "TiB") return (unit === "B" ? Math.round(x) : three_digits(x)) + " " + unit;
    x /= 1024;
  }
}

export function byte_rate(n) {
  return bytes(n) + "/s";
}

/// 0.0123 is 12.3 ms, 7500 is 2 h 5 min; how long, without a sign.
export function seconds(x) {
  const s = Math.abs(x || 0);
  if (s === 0) return "0 ms";
  if (s < 1e-3) return three_digits(s * 1e6) + " µs";
  if (s < 0.9995) return three_digits(s * 1e3) + " ms";
  if (s < 99.5) return three_digits(s) + " s";
  if (s < 5940) return Math.floor(s / 60) + " min " + Math.round(s % 60) + " s";
  if (s < 48 * 3600) return Math.floor(s / 3600) + " h " + Math.round((s % 3600) / 60) + " min";
  return Math.round(s / 86400) + " d";
}

export function percent(share) {
  return three_digits(share * 100) + " %";
}

/// A date of ISO 8601 (with more digits than browsers read), or none.
function date_of(text) {
  if (!text) return null;
  const at = new Date(typeof text === "number" ? text : String(text).replace(/(\.\d{3})\d+/, "$1"));
  return isNaN(at) ? null : at;
}

/// The viewer's day and time of day, in words alone.
export function day_and_time(text) {
  const at = date_of(text);
  return at ? local_day.format(at) + " " + local_time.format(at) : "";
}

/// The viewer's time of day; the day too unless it is today. UTC on hover.
export function when(text) {
  const at = date_of(text);
  if (!at) return h("span", { class: "faint" }, "never");
  const is_today = at.toDateString() === new Date().toDateString();
  const shown = (is_today ? "" : local_day.format(at) + " ") + local_time.format(at);
  return h("time", { datetime: at.toISOString(), title: typeof text === "string" ? text.replace("T", " ").replace("Z", " UTC") : at.toISOString() }, shown);
}

/// How long ago, by the clock of who tells `now` where that is known.
export function ago(text, now) {
  const at = date_of(text);
  if (!at) return "";
  const since = ((date_of(now) || new Date()) - at) / 1000;
  return since < 1 ? "just now" : seconds(Math.round(since)) + " ago";
}

export function zone() {
  const part = local_zone.formatToParts(new Date()).find((p) => p.type === "timeZoneName");
  return part ? part.value : "local time";
}

/// "1 node", "2 nodes".
export function many(n, one, several) {
  return count(n) + " " + (n === 1 ? one : several || one + "s");
}
