// Events one below the other: time, tag, record; each opens to its fields.
import { copy_button } from "./actions.js";
import { h } from "./dom.js";
import { when } from "./format.js";

export function record_of(e) {
  const record = e.record ?? e.event ?? e.text ?? "";
  if (typeof record !== "string") return record;
  try {
    const parsed = JSON.parse(record);
    return parsed && typeof parsed === "object" ? parsed : record;
  } catch {
    return record;
  }
}

function one_line(record) {
  if (typeof record !== "object") return String(record);
  return Object.entries(record).map(([k, v]) => k + "=" + (typeof v === "object" ? JSON.stringify(v) : v)).join("  ");
}

/// Each is {time or at, tag, record or text, number}.
export function event_list(events) {
  return h("ol", { class: "events" }, events.map((e) => {
    const record = record_of(e);
    const whole = typeof record === "object" ? JSON.stringify(record, null, 2) : String(record);
    return h("li", { key: String(e.number ?? e.id ?? e.seq) },
      h("details", null,
        h("summary", null, h("span", { class: "event-time" }, when(e.time ?? e.at)), h("span", { class: "event-tag" }, e.tag || ""), h("span", { class: "event-text" }, one_line(record))),
        h("div", { class: "code" }, copy_button(whole), h("pre", { tabindex: "0" }, whole))));
  }));
}
