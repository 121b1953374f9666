// What did we lose? accepted = safe + in flight + dropped, for each source and in all, now and since start.
import { h } from "./dom.js";
import { count, rate } from "./format.js";
import { live } from "./live.js";
import { partial_note } from "./page_actors.js";
import { empty, resource, told } from "./resource.js";
import { mark } from "./state_mark.js";
import { table } from "./table.js";

const groups = [["sources", "Sources"], ["source_aggregators", "Source aggregators"], ["destination_aggregators", "Destination aggregators"], ["sinks", "Sinks"]];

export function page(_, app) {
  const accounts = new resource("accounts", null, { changed: app.redraw, each_ms: 1000 });
  const orders = Object.fromEntries(groups.map(([key]) => [key, {}]));
  return {
    title: "Accounts",
    draw: () => told(accounts, (data) => [
      sentence(data),
      groups.map(([key, title]) => section(key, title, data, orders[key], app)),
      partial_note(data),
    ], "its accounts"),
    end: () => accounts.stop(),
  };
}

function sentence(data) {
  const t = data.total;
  const partial = (data.partial || []).length > 0;
  const mood = t.difference !== 0 && !partial ? "fails" : t.dropped > 0 ? "tries" : "flows";
  const lost = t.dropped > 0 ? `${count(t.dropped)} of ${count(t.accepted)} events were dropped, each with a reason` : `Nothing was lost of ${count(t.accepted)} events`;
  const rest = t.difference === 0 ? "the accounts balance" : `${count(t.difference)} are not accounted for`;
  return h("section", { class: "headline " + mood },
    h("h1", null, mark(mood, `${lost}; ${rest}.`)),
    h("p", { class: "equation" },
      term("accepted", t.accepted, "accepted"), h("span", { class: "sign" }, "="), term("settled", t.settled, "safe: stored, or in a disk buffer"), h("span", { class: "sign" }, "+"),
      term("in_flight", t.in_flight, "in flight"), h("span", { class: "sign" }, "+"), term("dropped", t.dropped, "dropped"),
      h("span", { class: "sign" }, "+"), term("difference", t.difference, "unaccounted for")),
    t.dropped > 0 && h("ul", { class: "reasons" }, reasons_of(t).map(([reason, n]) => h("li", { key: reason }, `${reason}: ${count(n)}`)), h("li", null, h("a", { href: "#/letters" }, "Dead letters"))));
}

function term(key, n, word) {
  return h("span", { class: "term" }, h("span", { class: "term-value", id: "account-" + key }, count(n)), h("span", { class: "term-word" }, word));
}

function reasons_of(a) {
  return Object.entries(a.reasons || {}).sort((x, y) => y[1] - x[1]);
}

function section(key, title, data, order, app) {
  const rows = data[key] || [];
  if (rows.length === 0) return null;
  const flow = new Map(((live.graph && live.graph.components) || []).map((c) => [c.component, c]));
  const per_second = (name, of) => (flow.get(name) ? flow.get(name)[of] : 0);
  const number = (k, t, more) => ({ key: k, title: t, is_number: true, draw: (r) => count(r[k]), ...more });
  const is_sink = key === "sinks";
  return h("section", { class: "panel", key, "aria-label": title }, h("h2", null, title),
    table({
      label: title, rows, key: (r) => r.component, order, changed: app.redraw,
      class_of: (r) => (r.difference !== 0 ? "fails" : null),
      columns: [
        { key: "component", title: "Component", draw: (r) => h("a", { href: "#/component/" + encodeURIComponent(r.component) }, r.component) },
        number("now_in", "In now", { of: (r) => per_second(r.component, "events_in_per_second"), draw: (r) => rate(per_second(r.component, "events_in_per_second")), hides: true }),
        number("now_out", is_sink ? "Stored now" : "Settled now", { of: (r) => per_second(r.component, "events_out_per_second"), draw: (r) => rate(per_second(r.component, "events_out_per_second")), hides: true }),
        number("accepted", "Accepted"), number("settled", is_sink ? "Stored" : "Settled"), number("in_flight", "In flight"), number("dropped", "Dropped"),
        { key: "difference", title: "Difference", is_number: true, draw: (r) => mark(r.difference === 0 ? "flows" : "fails", count(r.difference)) },
        { key: "reasons", title: "Why dropped", is_fixed: true, hides: true, draw: (r) => reasons_of(r).map(([reason, n]) => `${reason} ${count(n)}`).join(", ") || h("span", { class: "faint" }, "–") },
      ],
    }),
    rows.every((r) => r.accepted === 0) && empty("Nothing has come here since start."));
}
