// Small pictures of a run of numbers. What they show stands beside them in words.
import { h } from "./dom.js";

/// A line over what is known; gaps where it is null. As wide as there is room.
export function spark(numbers, options = {}) {
  const width = 240;
  const height = options.height || 36;
  const known = numbers.filter((n) => n !== null && n !== undefined);
  const most = Math.max(...known, options.at_least || 1e-9);
  const step = width / Math.max(1, (options.slots || numbers.length) - 1);
  const from = width - step * (numbers.length - 1);
  let path = "";
  let is_down = false;
  numbers.forEach((n, i) => {
    if (n === null || n === undefined) return void (is_down = false);
    path += (is_down ? "L" : "M") + (from + i * step).toFixed(1) + " " + (height - 1.5 - (n / most) * (height - 3)).toFixed(1);
    is_down = true;
  });
  return h("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    h("path", { d: `M0 ${height - 0.5}H${width}`, class: "spark-base" }),
    known.length > 1 && h("path", { d: path, class: "spark-line" }));
}

/// Bars over time. Each is {label, count}; `chosen` gets the one that was clicked or entered.
export function histogram(bars, label, chosen) {
  const most = Math.max(1, ...bars.map((b) => b.count));
  return h("ol", { class: "bars", "aria-label": label }, bars.map((b) =>
    h("li", { key: b.label },
      h("button", { type: "button", class: "bar", title: `${b.label}: ${b.count}`, "aria-label": `${b.label}: ${b.count}`, onclick: () => chosen && chosen(b) },
        h("span", { style: { height: Math.round((b.count / most) * 100) + "%" } })))));
}

/// A share of one, as a bar that has its number beside it.
export function meter(share) {
  const bounded = Math.max(0, Math.min(1, share || 0));
  return h("span", { class: "meter", "aria-hidden": "true" }, h("span", { style: { width: bounded * 100 + "%" } }));
}
