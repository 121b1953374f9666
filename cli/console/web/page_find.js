// Where is this event? What it says, a place in a file, or a chunk's id; answered hop by hop.
import { h } from "./dom.js";
import { bytes, count, when } from "./format.js";
import { value_of } from "./component_parts.js";
import { empty, resource, told } from "./resource.js";
import { mark } from "./state_mark.js";

const kinds = {
  words: { title: "What it says", fields: [["text", "Text", "order 4711"], ["tag", "Tag", "shop.**"], ["since", "Since", "1h"]] },
  file: { title: "A place in a file", fields: [["file", "File", "/var/log/app.log"], ["offset", "Byte offset", "1204"]] },
  chunk: { title: "A chunk", fields: [["chunk", "Chunk id", "origin/sequence"]] },
};

export function page(words, app) {
  let kind = words.chunk ? "chunk" : words.file || words.offset ? "file" : "words";
  const asked = kinds[kind].fields.some(([name]) => words[name]);
  const by_words = kind === "words";
  const ask = (path, query) => new resource(path, query, { changed: app.redraw, each_ms: 0 });
  const query = Object.fromEntries(kinds[kind].fields.map(([name]) => [name, words[name]]));
  const trace = asked ? ask("trace", query) : null;
  const files = asked && kind === "file" ? ask("files", null) : null;
  const choose = (k) => {
    kind = k;
    app.redraw();
  };
  return {
    title: "Find",
    draw: () => [
      h("div", { class: "bar-of-page" }, h("h1", null, "Where is this event?")),
      form(kind, words, choose, app),
      trace && h("section", { class: "panel", "aria-label": "Answer" },
        trace.state !== "ok" && files && files.state === "ok" && at_the_source(files.data.files || [], words),
        told(trace, by_words ? events : hops, "where an event is")),
      !asked && empty("Say what is looked for.", "A text of it finds the newest events that have it; a place in a file is the surest: it names one event. ", h("a", { href: "#/actors" }, "A collector's page"), " lists its files and how far each is read."),
    ],
    end: () => [trace, files].forEach((r) => r && r.stop()),
  };
}

function form(kind, words, choose, app) {
  const submit = (e) => {
    e.preventDefault();
    app.go("find", Object.fromEntries(kinds[kind].fields.map(([name]) => [name, e.target.elements[name].value.trim()])));
  };
  return h("section", { class: "panel" },
    h("fieldset", { class: "choices" }, h("legend", { class: "unseen" }, "What is known of it"), Object.entries(kinds).map(([k, of]) =>
      h("label", { key: k, class: "choice" }, h("input", { type: "radio", name: "kind", checked: k === kind, onchange: () => choose(k) }), of.title))),
    h("form", { class: "fields", key: kind, onsubmit: submit },
      kinds[kind].fields.map(([name, title, example]) => h("label", { key: name }, title,
        h("input", { name, value: words[name] || "", placeholder: example, required: name === "file" || name === "chunk", inputmode: name === "offset" ? "numeric" : null, autocomplete: "off", spellcheck: "false" }))),
      h("button", { type: "submit", class: "primary" }, "Find")));
}

/// Where no node traces, the first hop is known from the file's figures alone.
function at_the_source(files, words) {
  const offset = Number(words.offset || 0);
  const found = files.filter((f) => f.path === words.file);
  if (found.length === 0) return empty(`No collector that is seen from here reads ${words.file}.`);
  return h("ol", { class: "hops" }, found.map((f) => {
    const is_read = offset < f.offset;
    const text = offset >= f.size ? `the file ends before, at ${bytes(f.size)}` : is_read ? `read: it has read ${count(f.offset)} of ${count(f.size)} bytes` : `not read yet: ${bytes(offset - f.offset)} before it`;
    return h("li", { key: f.node + f.component }, mark(is_read ? "flows" : "waits", f.component), " on ", f.node, ": ", text, f.problem && `; ${f.problem}`, " ", h("span", { class: "faint" }, "last event ", when(f.last_event_at)));
  }));
}

function hops(data) {
  const all = data.hops || [];
  if (all.length === 0) return empty("Nobody knows of it.", data.answer || "It was never read, or is older than what buffers and stores remember.");
  return [h("p", { class: "state-title" }, data.answer), hop_list(all), not_asked(data)];
}

function hop_list(all) {
  return h("ol", { class: "hops" }, all.map((hop, i) => {
    const { node, component, tier, mood, state, text, at, generation, settled, ...rest } = hop;
    const more = Object.entries(rest).map(([k, v]) => [k, Array.isArray(v) ? v.join(", ") : v]);
    return h("li", { key: i + (component || node || "") },
      mark(mood, state), " ",
      component && h("a", { href: "#/component/" + encodeURIComponent(component) }, component), node && " on " + node, text && ": " + text, at && [" ", when(at)],
      more.length > 0 && h("dl", { class: "pairs tight" }, more.map(([k, v]) => [h("dt", null, k.replace(/_/g, " ")), h("dd", null, value_of(k, v))])));
  }));
}

function not_asked(data) {
  return (data.partial || []).length > 0 && h("p", { class: "faint" }, "Not asked: ", data.partial.join("; "));
}

/// Found by what they say; each opens to its hops.
function events(data) {
  const all = data.events || [];
  const limits = data.limits || [];
  return [
    h("p", { class: "state-title", role: "status" }, data.answer),
    h("ol", { class: "events" }, all.map((e) => h("li", { key: e.node + e.place },
      h("details", { open: all.length === 1 },
        h("summary", null, h("span", { class: "event-time" }, e.time ? when(e.time) : ""), h("span", { class: "event-tag" }, e.tag || ""), h("span", { class: "event-text" }, e.text)),
        h("p", null, e.answer), h("p", { class: "faint" }, e.place, " on ", e.node), hop_list(e.hops || []))))),
    limits.length > 0 && h("p", { class: "faint" }, "Not looked at: ", limits.join("; ")),
    not_asked(data),
  ];
}
