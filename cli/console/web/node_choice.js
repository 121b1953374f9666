// What only one node can tell: of which one, as links to the same page of another.
import { session } from "./api.js";
import { h } from "./dom.js";
import { live } from "./live.js";

/// Nothing where there is one node alone. `words` are those of the page's address.
export function node_choice(page, words) {
  const names = ((live.graph && live.graph.nodes) || []).map((n) => n.node);
  if (names.length < 2) return null;
  const here = words.node || session.node;
  return h("nav", { class: "choice-of-node", "aria-label": "Node" }, names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).map((name) =>
    h("a", { key: name, href: "#/" + page + "?" + new URLSearchParams({ node: name }), "aria-current": name === here ? "page" : null }, name)));
}
