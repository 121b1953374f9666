// What could not be stored: by reason and tag, each in full, and chosen ones given in again.
import { action } from "./actions.js";
import { address, session } from "./api.js";
import { h } from "./dom.js";
import { bytes, count, many, when } from "./format.js";
import { live } from "./live.js";
import { node_choice } from "./node_choice.js";
import { empty, resource, told } from "./resource.js";
import { table } from "./table.js";

export function page(words, app) {
  const letters = new resource("dead-letters", { reason: words.reason, tag: words.tag, before: words.before, node: words.node }, { changed: app.redraw, each_ms: 5000 });
  const chosen = new Set();
  const one = words.id ? new resource("dead-letters/" + encodeURIComponent(words.id), { node: words.node }, { changed: app.redraw, each_ms: 0 }) : null;
  const order = {};
  return {
    title: "Dead letters",
    draw: () => [
      h("div", { class: "bar-of-page" }, h("h1", null, "Dead letters"), node_choice("letters", words)),
      dropped(),
      one && h("section", { class: "panel", "aria-label": "One dead letter" }, h("h2", null, words.id), told(one, in_full, "this letter")),
      h("section", { class: "panel", "aria-label": "Letters" }, told(letters, (d) => list(d, words, chosen, order, letters, app), "dead letters one by one")),
    ],
    end: () => [letters, one].forEach((r) => r && r.stop()),
  };
}

/// The sums are figures, which whoever may see the page may see.
function dropped() {
  const total = live.accounts && live.accounts.total;
  if (!total) return null;
  const reasons = Object.entries(total.reasons || {}).sort((a, b) => b[1] - a[1]);
  if (reasons.length === 0) return empty("Nothing was dropped since start.");
  return h("ul", { class: "lines" }, reasons.map(([reason, n]) => h("li", { key: reason }, h("a", { href: "#/letters?reason=" + encodeURIComponent(reason) }, reason), " ", h("span", { class: "faint" }, `${many(n, "event")} since start`))));
}

/// This page of the same node.
function here(words, more) {
  return "#/" + address("letters", { node: words.node, ...more });
}

function id_of(l) {
  return String(l.id ?? l.seq ?? "");
}

function list(data, words, chosen, order, letters, app) {
  const entries = data.entries || [];
  if (entries.length === 0) return empty("No dead letters are kept on " + (words.node || session.node) + ".", words.reason || words.tag ? h("a", { href: here(words) }, "Show all") : "");
  const choose = (id) => (e) => {
    if (e.target.checked) chosen.add(id);
    else chosen.delete(id);
    app.redraw();
  };
  const groups = Array.isArray(data.groups) ? data.groups : [];
  const done = () => (chosen.clear(), letters.ask());
  return [
    groups.length > 0 && h("ul", { class: "lines" }, groups.map((g, i) => h("li", { key: i }, `${g.reason} · ${g.tag}: `, count(g.count ?? g.events)))),
    h("div", { class: "buttons" },
      action({ path: "dead-letters/replay", words: { ids: [...chosen].join(","), node: words.node }, title: `Replay ${chosen.size} dead letters`, word: "Replay", label: chosen.size > 0 ? `Replay ${chosen.size} chosen` : "Replay chosen ones", text: "They are given to their sinks again. One that fails again becomes a dead letter again.", done }),
      (words.reason || words.tag) && h("a", { href: here(words) }, "Show all")),
    table({
      label: "Dead letters", rows: entries, key: id_of, order, changed: app.redraw,
      columns: [
        { key: "id", title: "Letter", draw: (l) => h("span", { class: "chooser" }, h("input", { type: "checkbox", "aria-label": "Choose " + id_of(l), checked: chosen.has(id_of(l)), onchange: choose(id_of(l)) }), h("a", { href: here(words, { id: id_of(l) }) }, id_of(l))) },
        { key: "at", title: "When", of: (l) => l.at || l.time || "", draw: (l) => when(l.at || l.time) },
        { key: "reason", title: "Reason" },
        { key: "tag", title: "Tag" },
        { key: "component", title: "Component", draw: (l) => [l.component, l.node && ` on ${l.node}`], hides: true },
        { key: "bytes", title: "Size", is_number: true, of: (l) => l.bytes || 0, draw: (l) => (typeof l.bytes === "number" ? bytes(l.bytes) : "–"), hides: true },
      ],
    }),
    data.next && h("a", { href: here(words, { before: data.next }) }, "Older ones"),
  ];
}

function in_full(data) {
  const l = data.entry || data.letter || data;
  const text = typeof l.record === "object" && l.record ? JSON.stringify(l.record, null, 2) : String(l.text ?? l.record ?? "");
  return [
    h("dl", { class: "pairs" }, [["Reason", l.reason], ["Error", l.error], ["Tag", l.tag], ["When", when(l.at || l.time)], ["Component", l.component], ["Node", l.node]].filter(([, v]) => v).map(([k, v]) => [h("dt", null, k), h("dd", null, v)])),
    h("div", { class: "halves" }, h("div", null, h("h3", null, "As text"), h("pre", { tabindex: "0" }, text || "–")), h("div", null, h("h3", null, "As bytes"), h("pre", { tabindex: "0" }, hex_rows(l.hex, text)))),
  ];
}

/// Sixteen to a row, with where it begins.
function hex_rows(hex, text) {
  const digits = hex || [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const rows = digits.replace(/\s/g, "").match(/.{1,32}/g) || ["–"];
  return rows.map((row, i) => (i * 16).toString(16).padStart(6, "0") + "  " + (row.match(/.{1,2}/g) || []).join(" ")).join("\n");
}
