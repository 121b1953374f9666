// A table that sorts by a click or a key, keeps its order while figures change, and says its sorting to screen readers.
import { h } from "./dom.js";

/// Columns are {key, title, of: row → what sorts, draw: row → what is shown, is_number, hides}; `hides` leaves it out where it
/// is narrow; with a `width` tables that stand below each other have their columns below each other too. The order is the caller's to keep: an object that starts as {}.
export function table(of) {
  const order = of.order || {};
  const rows = sorted(of.rows, of.columns.find((c) => c.key === order.by), order.is_down);
  return h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": of.label + ", as a table" },
    h("table", { class: of.columns.some((c) => c.width) ? "even" : null },
      h("caption", { class: "unseen" }, of.label),
      of.columns.some((c) => c.width) && h("colgroup", null, of.columns.map((c) => h("col", { key: c.key, class: c.hides ? "hides" : null, style: { width: c.width || "auto" } }))),
      h("thead", null, h("tr", null, of.columns.map((c) => head(c, order, of.changed)))),
      h("tbody", null, rows.map((r) => line(of, r)))));
}

function sorted(rows, column, is_down) {
  if (!column) return rows;
  const value = column.of || ((r) => r[column.key]);
  const before = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true }));
  const all = [...rows].sort((a, b) => before(value(a), value(b)));
  return is_down ? all.reverse() : all;
}

function class_of(c) {
  return [c.is_number && "number", c.hides && "hides", c.class].filter(Boolean).join(" ") || null;
}

function head(c, order, changed) {
  const is_by = order.by === c.key;
  const sort = () => {
    order.is_down = is_by ? !order.is_down : Boolean(c.is_number);
    order.by = c.key;
    changed();
  };
  const sorting = is_by ? (order.is_down ? "descending" : "ascending") : null;
  const inside = changed && c.title && !c.is_fixed
    ? h("button", { type: "button", class: "sorter", onclick: sort }, c.title, h("span", { class: "arrow", "aria-hidden": "true" }, is_by ? (order.is_down ? "↓" : "↑") : ""))
    : c.title || h("span", { class: "unseen" }, c.spoken || "");
  return h("th", { scope: "col", class: class_of(c), "aria-sort": sorting }, inside);
}

function line(of, row) {
  const cells = of.columns.map((c, i) => {
    const shown = c.draw ? c.draw(row) : String(row[c.key] ?? "");
    return i === 0 ? h("th", { scope: "row", class: class_of(c) }, shown) : h("td", { class: class_of(c) }, shown);
  });
  return h("tr", { key: of.key(row), class: of.class_of && of.class_of(row) }, cells);
}
