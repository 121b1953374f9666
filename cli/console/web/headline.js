// The first two questions of the night in one sentence: is everything arriving, and where is it stuck.
import { is_hidden, is_partial, is_source, sums_of } from "./facts.js";
import { count, many, rate, seconds } from "./format.js";

const old_seconds = 60; // nothing that flows is so old

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list_of(names) {
  return names.length < 3 ? names.join(" and ") : names.slice(0, 2).join(", ") + " and " + count(names.length - 2) + " more";
}

function stored_text(sum) {
  const sinks = sum.sinks;
  if (sinks.length === 0 || sinks.length > 3) return `${many(sinks.length, "sink stores", "sinks store")} ${rate(sum.out_rate)} in all`;
  return sinks.map((c, i) => `${c.component} ${i === 0 ? "stores " : ""}${rate(c.events_out_per_second)}`).join(", ");
}

function gone_text(graph) {
  const gone = graph.components.filter((c) => c.actors === 0 && !is_hidden(graph, c));
  if (gone.length === 0) return "";
  const is_or_are = gone.length === 1 ? " is not there: " : " are not there: ";
  const classes = [...new Set(gone.flatMap((c) => c.classes))];
  const where = classes.length > 0 ? "no node of class " + list_of(classes) + " is linked to " + graph.node : "no node runs them";
  return list_of(gone.map((c) => (c.tier === "sink" ? "sink " : "") + c.component)) + is_or_are + where;
}

/// {mood, text, more: sentences}. `mood` is flows, rests, waits, tries or fails.
export function headline(graph) {
  const sum = sums_of(graph);
  const gone = gone_text(graph);
  const more = [...(graph.reasons || [])];
  const flow = `${rate(sum.in_rate)} come in, ${stored_text(sum)}`;
  if (gone) return { mood: "fails", text: capital(gone) + ".", more: waiting_first(graph, more) };
  if (graph.bottleneck) {
    return { mood: graph.health === "failed" ? "fails" : "waits", text: `${capital(graph.bottleneck)}. ${capital(flow)}.`, more };
  }
  const trouble = trouble_text(graph, sum);
  if (trouble) return { mood: "fails", text: `${capital(trouble)}. ${capital(flow)}.`, more };
  if (graph.health === "failed") return { mood: "fails", text: `Something has failed. ${capital(flow)}.`, more };
  const unseen = is_partial(graph) ? ` From ${graph.node} not all nodes are seen.` : "";
  if (graph.health === "degraded") return { mood: "tries", text: `Data flows, and ${many(more.length, "thing wants", "things want")} attention: ${flow}.${unseen}`, more };
  if (!graph.components.some(is_source) || (unseen && sum.accepted === 0)) return { mood: "unseen", text: `The collectors are not seen from ${graph.node}.`, more: graph.partial || [] };
  if (sum.delay > old_seconds) return { mood: "waits", text: `The oldest event on its way is ${seconds(sum.delay)} old: ${flow}.${unseen}`, more };
  if (sum.in_rate === 0 && sum.held === 0) return { mood: "rests", text: `Everything has arrived; nothing comes in now.${unseen}`, more };
  return { mood: "flows", text: `Everything is arriving: ${flow}.${unseen}`, more };
}

/// Nothing waits for it yet, but it takes nothing: that is no flow.
function trouble_text(graph, sum) {
  const found = graph.components.find((c) => c.actors > 0 && (c.failing > 0 || (c.problems || []).length > 0) && c.events_out_per_second === 0);
  if (!found || sum.in_rate === 0) return "";
  const why = (found.problems || [])[0] || (found.failing === 1 ? "an actor of it does not answer" : `${count(found.failing)} actors of it do not answer`);
  return (found.tier === "sink" ? "Sink " : "") + found.component + (found.tier === "sink" ? " stores nothing: " : " passes nothing on: ") + why;
}

function waiting_first(graph, more) {
  return graph.bottleneck ? [capital(graph.bottleneck), ...more] : more;
}
