// The graph as the node tells it each second, how old it is, and the last ten minutes of it.
import { get, listen } from "./api.js";

const remembered_max = 600;
const late_after_ms = 2750; // longer than one takes while another node is waited for
const looks_each_ms = 250;

export const live = {
  graph: null,
  accounts: null,
  heard_at: 0, // of performance.now()
  past: new Map(), // component: [{at, events_in, events_out, held}]
};

const watchers = new Set();
let end_stream = null;
let is_asking = false;

export function watch(on_change) {
  watchers.add(on_change);
  return () => watchers.delete(on_change);
}

export function is_late() {
  return live.heard_at > 0 && performance.now() - live.heard_at > late_after_ms;
}

export function silent_seconds() {
  return live.heard_at ? (performance.now() - live.heard_at) / 1000 : 0;
}

function tell() {
  for (const w of watchers) w();
}

function remember(graph) {
  const at = Date.parse(graph.at.replace(/(\.\d{3})\d+/, "$1"));
  for (const c of graph.components || []) {
    const past = live.past.get(c.component) || [];
    past.push({ at, events_in: c.events_in_per_second, events_out: c.events_out_per_second, held: c.events_held, delay: c.delay_seconds });
    if (past.length > remembered_max) past.shift();
    live.past.set(c.component, past);
  }
}

async function ask_accounts() {
  if (is_asking) return;
  is_asking = true;
  try {
    live.accounts = await get("accounts");
  } catch {
    // The stream tells whether the node answers.
  }
  is_asking = false;
}

async function take(graph) {
  live.graph = graph;
  live.heard_at = performance.now();
  remember(graph);
  tell();
  await ask_accounts();
  tell();
}

/// Also begins anew with another session.
export function start() {
  if (end_stream) end_stream();
  end_stream = listen("stream", null, "graph", {
    event: (text) => take(JSON.parse(text)),
    // A browser gives up where the answer is no stream; this does not.
    error: (is_over) => is_over && setTimeout(start, 2000),
  });
}

/// Nobody looks at a hidden page, and nobody needs to be asked for it.
document.addEventListener("visibilitychange", () => {
  if (!end_stream) return;
  if (document.hidden) end_stream();
  else start();
});

setInterval(() => is_late() && !document.hidden && tell(), looks_each_ms);
