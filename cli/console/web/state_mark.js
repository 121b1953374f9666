// How something is, by shape, word and colour together.
import { h } from "./dom.js";

const credit_too_small = 64 << 10; // bytes; as in graph.cpp

// Of a 10 by 10 box: what the eye tells apart without colour.
const shapes = {
  flows: "M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8Z",
  waits: "M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM5 2.6a2.4 2.4 0 1 0 0 4.8Z",
  tries: "M5 .8L9.6 9H.4Z",
  fails: "M1 2.4L2.4 1L5 3.6L7.6 1L9 2.4L6.4 5L9 7.6L7.6 9L5 6.4L2.4 9L1 7.6L3.6 5Z",
  rests: "M1 4h8v2H1Z",
  paused: "M1.5 1h2.5v8H1.5ZM6 1h2.5v8H6Z",
  unseen: "M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM5 2.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2Z",
};

export function shape_of(mood) {
  return shapes[mood] || shapes.unseen;
}

export function mark(mood, word) {
  return h("span", { class: "mark-word " + mood },
    h("svg", { class: "shape", viewBox: "0 0 10 10", "aria-hidden": "true" }, h("path", { d: shape_of(mood), "fill-rule": "evenodd" })),
    h("span", null, word));
}

export function mood_of_health(health) {
  return health === "ok" ? "flows" : health === "degraded" ? "tries" : "fails";
}

export function mood_of_actor(a) {
  if (a.state === "restarting" || a.answers === false) return "fails";
  if (a.state === "retrying") return "tries";
  if (a.state === "paused") return "paused";
  if (a.state === "finished") return "rests";
  if ((a.problems || []).length > 0) return "tries";
  return is_waiting(a) ? "waits" : "flows";
}

/// As the node judges it for the graph: it has something, and its receivers want less than that.
function is_waiting(a) {
  if (a.tier === "sink") return false;
  return a.state === "waiting for demand" || (a.events_held > 0 && a.demand_held < Math.min(a.bytes_held, credit_too_small));
}

export function word_of_actor(a) {
  if (a.answers === false) return a.state + ", does not answer";
  return is_waiting(a) ? "waits for demand" : a.state;
}
