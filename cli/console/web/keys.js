// The keyboard: a letter or two for each page, / for its search, ? for this list.
import { h, render } from "./dom.js";

const letters = { f: "flow", a: "actors", c: "accounts", i: "find", t: "tap", s: "search", d: "letters", m: "cluster", l: "logs" };
const told = { flow: "Flow", actors: "Actors", accounts: "Accounts", find: "Find", tap: "Tap", search: "Search", letters: "Dead letters", cluster: "Members: the cluster", logs: "Logs" };
const second_within_ms = 1500;

function is_typing(e) {
  return e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || document.querySelector("dialog[open]");
}

export function keys(names, app) {
  let went_at = -Infinity;
  addEventListener("keydown", (e) => {
    if (e.key === "Escape" && /^(INPUT|SELECT)$/.test(e.target.tagName)) return e.target.blur();
    if (is_typing(e)) return;
    const is_second = performance.now() - went_at < second_within_ms;
    if (e.key === "g") return void (went_at = performance.now());
    if (is_second && names.includes(letters[e.key])) return app.go(letters[e.key]);
    if (/^[1-9]$/.test(e.key) && names[e.key - 1]) return app.go(names[e.key - 1]);
    if (e.key === "?") return show_keys();
    if (e.key === "/") go_to_field(e);
  });
}

function go_to_field(e) {
  const field = document.querySelector("main input:not([type=checkbox]):not([type=radio])");
  if (!field) return;
  e.preventDefault();
  field.focus();
  field.select();
}

export function show_keys() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Keys");
  dialog.onclose = () => dialog.remove();
  const row = (key, what) => [h("dt", null, h("kbd", null, key)), h("dd", null, what)];
  render(dialog, h("form", { method: "dialog" },
    h("h2", null, "Keys"),
    h("dl", { class: "pairs" }, Object.entries(letters).map(([k, name], i) => row(`${i + 1} or g ${k}`, told[name])),
      row("/", "The page's first field"), row("Tab", "Through boxes and edges of the graph: their figures are read out"), row("Enter", "Open what has the focus"), row("Esc", "Out of a field or a question"), row("?", "This")),
    h("div", { class: "buttons" }, h("button", { class: "primary", autofocus: true }, "Close"))));
  document.body.append(dialog);
  dialog.showModal();
}
