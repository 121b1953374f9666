// Something that a page shows and asks for again and again: how it stands, and what is shown while there is nothing.
import { get } from "./api.js";
import { h } from "./dom.js";
import { how_to_get_in } from "./sign_in.js";

/// `state` is loading, ok, absent (this node does not tell it), denied or broken; `data` outlives a failure.
export class resource {
  constructor(path, words, options) {
    this.path = path;
    this.words = words;
    this.options = { each_ms: 2000, changed: () => {}, ...options };
    this.state = "loading";
    this.data = null;
    this.why = "";
    this.stopper = new AbortController();
    this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    try {
      this.data = await get(this.path, this.words, this.stopper.signal);
      this.state = "ok";
    } catch (e) {
      if (e.name === "AbortError") return;
      this.state = e.status === 404 ? "absent" : e.status === 401 || e.status === 403 ? "denied" : "broken";
      this.why = e.message;
    }
    if (this.stopper.signal.aborted) return;
    this.options.changed(this);
    const is_over = this.state === "absent" || this.state === "denied" || !this.options.each_ms;
    if (!is_over) this.timer = setTimeout(() => this.ask(), this.options.each_ms);
  }

  stop() {
    clearTimeout(this.timer);
    this.stopper.abort();
  }
}

export function empty(title, ...more) {
  return h("div", { class: "state" }, h("p", { class: "state-title" }, title), more.length > 0 && h("p", null, ...more));
}

export function loading(lines = 3) {
  const line = (_, i) => h("div", { class: "bone", style: { width: 90 - 17 * (i % 4) + "%" } });
  return h("div", { class: "bones", role: "status", "aria-label": "Loading" }, Array.from({ length: lines }, line));
}

/// What the resource has, drawn; else why it has nothing.
export function told(one, draw, what) {
  if (one.state === "loading") return loading();
  if (one.state === "absent") return h("p", { class: "faint" }, "This node does not tell " + (what || "that") + ".");
  if (one.state === "denied") return how_to_get_in(what || "this", one.why);
  if (one.state === "broken" && !one.data) return empty("No answer: " + one.why + ".", "It is asked again every few seconds.");
  const stale = one.state === "broken" && h("p", { class: "notice waits", role: "status" }, "Not of now: " + one.why + ".");
  return [stale, draw(one.data)];
}
