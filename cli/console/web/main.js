// The frame around the pages: which one is shown, how the node and its figures are, who looks, and the keys.
import { look_at_session, session, sign_out, take_token_of_address } from "./api.js";
import { toast } from "./actions.js";
import { h, render } from "./dom.js";
import { seconds, when, zone } from "./format.js";
import { is_late, live, silent_seconds, start, watch } from "./live.js";
import { keys, show_keys } from "./keys.js";
import { mark, mood_of_health } from "./state_mark.js";
import { how_to_get_in } from "./sign_in.js";
import { page as flow } from "./page_flow.js";
import { page as actors } from "./page_actors.js";
import { page as component } from "./page_component.js";
import { page as accounts } from "./page_accounts.js";
import { page as find } from "./page_find.js";
import { page as tap } from "./page_tap.js";
import { page as search } from "./page_search.js";
import { page as letters } from "./page_letters.js";
import { page as cluster } from "./page_cluster.js";
import { page as logs } from "./page_logs.js";

const pages = { flow, actors, component, accounts, find, tap, search, letters, cluster, logs };
const shown = [["flow", "Flow"], ["actors", "Actors"], ["accounts", "Accounts"], ["find", "Find"], ["tap", "Tap"], ["search", "Search"], ["letters", "Dead letters"], ["cluster", "Cluster"], ["logs", "Logs"]];
const id = (name) => document.getElementById(name);
let current = null;
let place = { name: "flow", words: {} };
let is_waiting = false;

const app = {
  session,
  /// Once a frame at most, however many ask.
  redraw() {
    if (is_waiting) return;
    is_waiting = true;
    requestAnimationFrame(() => ((is_waiting = false), draw()));
  },
  /// Also where the address stays as it is: then it is asked anew.
  go(name, words) {
    const query = new URLSearchParams(Object.entries(words || {}).filter(([, v]) => v !== "" && v !== undefined)).toString();
    const hash = "#/" + name + (query ? "?" + query : "");
    if (location.hash === hash) turn();
    else location.hash = hash;
  },
};

/// #/component/NAME, #/find?file=…
function place_of(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/");
  const words = Object.fromEntries(new URLSearchParams(query || ""));
  return { name: pages[name] ? name : "flow", words: { ...words, rest: decodeURIComponent(rest.join("/")) } };
}

function turn() {
  const before = place.name + place.words.rest;
  place = place_of(location.hash);
  if (current && current.end) current.end();
  current = pages[place.name](place.words, app);
  const is_other = before !== place.name + place.words.rest;
  if (is_other) id("main").replaceChildren();
  draw();
  const chosen = document.querySelector("#nav [aria-current]");
  if (chosen) chosen.scrollIntoView({ block: "nearest", inline: "center" });
  if (is_other) scrollTo(0, 0), id("main").focus({ preventScroll: true });
}

function draw() {
  if (!current) return;
  document.title = (bad_word() ? bad_word() + " · " : "") + current.title + " · Weir " + (session.node || "");
  render(id("place"), h("span", null, (live.graph && live.graph.cluster) || "Weir", session.node && h("span", { class: "faint" }, " at " + session.node)));
  render(id("nav"), shown.map(([name, title]) => h("a", { key: name, href: "#/" + name, "aria-current": place.name === name ? "page" : null }, title)));
  render(id("aside"), aside());
  document.body.classList.toggle("late", is_late());
  render(id("main"), session.role === "none" ? how_to_get_in("this console") : current.draw());
  render(id("foot"), foot());
}

function bad_word() {
  if (is_late()) return "no answer";
  return live.graph && live.graph.health !== "ok" ? live.graph.health : "";
}

function aside() {
  const health = live.graph && live.graph.health;
  const state = is_late() ? mark("fails", `no answer for ${seconds(Math.round(silent_seconds()))}`) : health ? mark(mood_of_health(health), health) : mark("unseen", "asking");
  const leave = () => sign_out().then(begin_session, (e) => toast("Still in: " + e.message, "fails"));
  return [
    h("span", { class: "health", role: "status" }, state),
    h("button", { type: "button", class: "bare", onclick: () => (window.weir_theme.next(), app.redraw()), "aria-label": "Colours: " + window.weir_theme.current() + ". Change", title: "Colours" }, h("span", { "aria-hidden": "true" }, "◐"), h("span", { class: "theme-word" }, " " + window.weir_theme.current())),
    h("button", { type: "button", class: "bare", onclick: show_keys, "aria-label": "Keys", title: "Keys" }, "?"),
    session.csrf ? h("button", { type: "button", class: "bare", onclick: leave, title: session.name + " may " + session.role }, "Leave")
      : session.role === "figures" && h("a", { href: "#/logs", class: "bare" }, "Get in"),
  ];
}

function foot() {
  const at = live.graph && live.graph.at;
  return h("p", null, at ? ["Figures of ", when(at), is_late() && ", not of now"] : "No figures yet", ` · times in ${zone()}, UTC on hover · weir ${session.version || ""}`,
    session.name && ` · ${session.name} may ${session.role}`);
}

async function begin_session() {
  try {
    await look_at_session();
  } catch (e) {
    if (e.status !== 401) toast(e.message, "fails");
  }
  if (session.role !== "none") start();
  turn();
}

async function begin() {
  addEventListener("hashchange", turn);
  addEventListener("weir-session", begin_session);
  watch(app.redraw);
  keys(shown.map(([name]) => name), app);
  try {
    await take_token_of_address();
  } catch (e) {
    toast("The token of this address is not good any more: " + e.message, "fails");
  }
  await begin_session();
}

begin();
