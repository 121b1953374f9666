// Draws what a page should look like by changing only what differs: focus, scroll and selection stay where they are.

const svg_space = "http://www.w3.org/2000/svg";
const drawn = Symbol("drawn"); // on an element: what it was drawn from
const as_property = new Set(["value", "checked", "disabled", "open"]);

/// What an element should be. `key` tells siblings apart, `ref` gets the element, once for each function that is given, `on…` are handlers,
/// `style` is a map of CSS properties.
export function h(tag, attributes, ...children) {
  return { tag, attributes: attributes || {}, children: children.flat(Infinity).filter(is_shown) };
}

/// Makes the children of `parent` what `wanted` says.
export function render(parent, wanted) {
  put_children(parent, [wanted].flat(Infinity).filter(is_shown), parent.namespaceURI === svg_space);
}

function is_shown(one) {
  return one !== null && one !== undefined && one !== false && one !== "";
}

function key_of(wanted) {
  return wanted.attributes ? wanted.attributes.key : undefined;
}

function put_children(parent, wanted, is_svg) {
  const keyed = new Map();
  for (const child of parent.childNodes) {
    const key = child[drawn] && key_of(child[drawn]);
    if (key !== undefined) keyed.set(key, child);
  }
  let at = parent.firstChild;
  for (const one of wanted) {
    const known = find(one, at, keyed);
    const child = known ? put(known, one, is_svg) : make(one, is_svg);
    if (child === at) at = at.nextSibling;
    else parent.insertBefore(child, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function find(one, at, keyed) {
  const key = key_of(one);
  if (key !== undefined) {
    const known = keyed.get(key);
    return known && known[drawn].tag === one.tag ? known : null;
  }
  if (!at || (at[drawn] && key_of(at[drawn]) !== undefined)) return null;
  const is_text = typeof one !== "object";
  if (is_text) return at.nodeType === Node.TEXT_NODE ? at : null;
  return at[drawn] && at[drawn].tag === one.tag ? at : null;
}

function make(one, is_svg) {
  if (typeof one !== "object") return document.createTextNode(one);
  const inside = is_svg || one.tag === "svg";
  const element = inside ? document.createElementNS(svg_space, one.tag) : document.createElement(one.tag);
  element[drawn] = { tag: one.tag, attributes: {}, children: [] };
  put(element, one, is_svg);
  return element;
}

function put(element, one, is_svg) {
  if (typeof one !== "object") {
    if (element.data !== String(one)) element.data = one;
    return element;
  }
  const before = element[drawn].attributes;
  for (const name in before) if (!(name in one.attributes)) put_attribute(element, name, null, before[name]);
  // A select takes its value only from options that are there.
  put_children(element, one.children, is_svg || one.tag === "svg");
  for (const name in one.attributes) put_attribute(element, name, one.attributes[name], before[name]);
  element[drawn] = one;
  if (one.attributes.ref && one.attributes.ref !== before.ref) one.attributes.ref(element);
  return element;
}

function put_attribute(element, name, value, before) {
  if (name === "key" || name === "ref") return;
  if (name === "style") return put_style(element, value || {}, before || {});
  if (value === before) return;
  if (name.startsWith("on")) element[name] = value;
  else if (as_property.has(name)) element[name] = value === null ? "" : value;
  else if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/// One by one: the content security policy allows no style attribute.
function put_style(element, wanted, before) {
  for (const name in before) if (!(name in wanted)) element.style.removeProperty(name);
  for (const name in wanted) if (wanted[name] !== before[name]) element.style.setProperty(name, wanted[name]);
}
