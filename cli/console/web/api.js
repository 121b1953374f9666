// What is asked of the node: all under /api/v1/, with the session's cookie; and how one gets a session.

const base = "/api/v1/";
const token_key = "#token=";

export const session = { name: "", role: "none", csrf: "", node: "", version: "" };

/// An answer that is no figure: `status` is HTTP's, 0 where there was none.
export class refusal extends Error {
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

async function why_of(answer) {
  const text = (await answer.text()).trim();
  try {
    return JSON.parse(text).error || text;
  } catch {
    return text || answer.statusText;
  }
}

async function ask(path, how) {
  let answer;
  try {
    answer = await fetch(base + path, { credentials: "same-origin", cache: "no-store", ...how });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new refusal(0, "this node does not answer");
  }
  if (!answer.ok) throw new refusal(answer.status, await why_of(answer));
  return answer.status === 204 ? {} : answer.json();
}

/// "events" and {tag: "web.**"} is events?tag=web.**; what is empty is left out.
export function address(path, words) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(words || {})) if (value !== "" && value !== undefined && value !== null) query.set(name, value);
  const text = query.toString();
  return text ? path + "?" + text : path;
}

export function get(path, words, signal) {
  return ask(address(path, words), { signal });
}

/// An action. The token of the page shows that this page wants it, not another one in the same browser.
export function post(path, words) {
  return ask(address(path, words), { method: "POST", headers: session.csrf ? { "X-CSRF-Token": session.csrf } : {} });
}

/// A server-sent stream of one kind of event. Returns what ends it.
export function listen(path, words, name, on) {
  return listen_to_all(path, words, { [name]: on.event }, { ...on, event: undefined });
}

/// The same of several kinds: `takes` has a function for each.
export function listen_to_all(path, words, takes, on) {
  const source = new EventSource(base + address(path, words));
  for (const [name, take] of Object.entries(takes))
    source.addEventListener(name, (e) => {
      take(e.data);
      if (on.event) on.event();
    });
  source.onopen = () => on.open && on.open();
  source.onerror = () => on.error && on.error(source.readyState === EventSource.CLOSED);
  return () => source.close();
}

export async function look_at_session() {
  try {
    Object.assign(session, await get("session"));
  } catch (e) {
    Object.assign(session, { name: "", role: "none", csrf: "" });
    throw e;
  }
  return session;
}

/// With a token (Bearer) or NAME:PASSWORD (Basic).
export async function sign_in(secret, is_password) {
  const bytes = new TextEncoder().encode(secret);
  const credentials = is_password ? "Basic " + btoa(String.fromCharCode(...bytes)) : "Bearer " + secret;
  await ask("session", { method: "POST", headers: { Authorization: credentials } });
  return look_at_session();
}

export async function sign_out() {
  await ask("session", { method: "DELETE", headers: session.csrf ? { "X-CSRF-Token": session.csrf } : {} });
  return look_at_session();
}

/// `weir console` prints an address with the token behind the #, which no server and no log gets to see. It is dropped from
/// the address as soon as it was used.
export async function take_token_of_address() {
  if (!location.hash.startsWith(token_key)) return;
  const token = decodeURIComponent(location.hash.slice(token_key.length));
  history.replaceState(null, "", location.pathname + "#/flow");
  await sign_in(token, false);
}

export function may_read() {
  return session.role === "view" || session.role === "operate";
}

export function may_operate() {
  return session.role === "operate";
}
