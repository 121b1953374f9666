// What only some components have: files, a buffer, and the settings of each.
import { meter } from "./chart.js";
import { copy_button } from "./actions.js";
import { h } from "./dom.js";
import { ago, bytes, count, when } from "./format.js";
import { empty } from "./resource.js";
import { table } from "./table.js";

const rows_shown = 20; // of a list of a buffer

export function file_table(files, left_out, order, app, now) {
  if (files.length === 0) return empty("It reads no file.", "Its pattern matches nothing, or the node that reads is not seen from here.");
  return [table({
    label: "Files", rows: files, key: (f) => f.node + f.path, order, changed: app.redraw,
    columns: [
      { key: "path", title: "File", draw: (f) => h("a", { href: "#/find?file=" + encodeURIComponent(f.path) + "&offset=" + f.offset, class: "path" }, f.path) },
      { key: "node", title: "Node", hides: true },
      { key: "offset", title: "Read up to", is_number: true, draw: (f) => bytes(f.offset), hides: true },
      { key: "unread_bytes", title: "Unread", is_number: true, draw: (f) => [meter(f.size ? f.unread_bytes / f.size : 0), bytes(f.unread_bytes)] },
      { key: "last_event_at", title: "Last event", draw: (f) => [when(f.last_event_at), " ", h("span", { class: "faint" }, ago(f.last_event_at, now))] },
      { key: "problem", title: "Problem", draw: (f) => f.problem || h("span", { class: "faint" }, "none") },
    ],
  }), left_out > 0 && h("p", { class: "faint" }, `${count(left_out)} more files are not told one by one.`)];
}

/// What the node tells of a buffer, as it tells it: lists as tables, the rest as pairs.
export function buffer_panel(data) {
  const { node, cluster, version, at, partial, ...rest } = data;
  return things(rest);
}

function things(data) {
  const entries = Object.entries(data);
  const plain = entries.filter(([, v]) => v === null || typeof v !== "object");
  const lists = entries.filter(([, v]) => Array.isArray(v) && v.length > 0);
  const maps = entries.filter(([, v]) => v && typeof v === "object" && !Array.isArray(v));
  return [
    plain.length > 0 && h("dl", { class: "pairs" }, plain.map(([k, v]) => [h("dt", null, words_of(k)), h("dd", null, value_of(k, v))])),
    maps.map(([k, v]) => h("div", { key: k }, h("h3", null, words_of(k)), things(v))),
    lists.map(([k, v]) => h("div", { key: k }, h("h3", null, words_of(k)), list_of(k, v))),
  ];
}

function list_of(name, of) {
  if (typeof of[0] !== "object") return h("p", null, of.join(", "));
  const all = of.slice(0, rows_shown);
  const columns = Object.keys(all[0]).filter((k) => all[0][k] === null || typeof all[0][k] !== "object").map((k) => ({ key: k, title: words_of(k), is_number: typeof all[0][k] === "number", draw: (r) => value_of(k, r[k]) }));
  return [table({ label: words_of(name), rows: all.map((r, i) => ({ ...r, row_number: i })), key: (r) => String(r.row_number), columns }),
    of.length > all.length && h("p", { class: "faint" }, `${count(of.length - all.length)} more: weir buffer ls`),
    all.some((r) => Object.values(r).some((v) => Array.isArray(v) && v.length > 0)) && all.map((r, i) => h("div", { key: "of " + i }, Object.entries(r).filter(([, v]) => Array.isArray(v) && v.length > 0).map(([k, v]) => h("div", { key: k }, h("h3", null, words_of(k)), list_of(k, v)))))];
}

function words_of(key) {
  const text = key.replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/// Keys have their unit in them.
export function value_of(key, v) {
  if (v === null || v === undefined || v === "") return "–";
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (/(^|_)at$|^since$/.test(key)) return when(v);
  if (typeof v === "number" && /bytes|size/.test(key)) return bytes(v);
  return typeof v === "number" ? (Number.isInteger(v) ? count(v) : String(v)) : String(v);
}

/// The part of the plan that is of this component; all of it where it is not found.
export function settings_panel(config, name) {
  const found = find(config.config || config.plan || config, name);
  const text = typeof found === "string" ? found : JSON.stringify(found, null, 2);
  return h("div", { class: "code" }, copy_button(text), h("pre", { tabindex: "0" }, text));
}

function find(plan, name) {
  if (!plan || typeof plan !== "object") return plan;
  const lists = [plan.components, plan.collectors, plan.source_aggregators, plan.destination_aggregators, plan.sinks].filter(Boolean);
  for (const list of lists) {
    const one = Array.isArray(list) ? list.find((c) => c.name === name || c.component === name) : list[name];
    if (one) return one;
  }
  return plan;
}
