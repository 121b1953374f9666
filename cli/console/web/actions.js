// What changes something: asked for once more in words, sent, and its answer told.
import { get, may_operate, post } from "./api.js";
import { h, render } from "./dom.js";

const toast_ms = 8000;
const change_each_ms = 300;
const change_tries = 200;

export function toast(text, mood = "flows") {
  const shelf = document.getElementById("notices");
  const note = document.createElement("div");
  render(note, h("p", { class: "notice " + mood }, text, h("button", { type: "button", class: "bare", "aria-label": "Dismiss", onclick: () => note.remove() }, "×")));
  shelf.append(note);
  setTimeout(() => note.remove(), toast_ms);
}

/// Resolves to whether it is really wanted.
export function confirm(title, text, word) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", title);
  const answer = new Promise((done) => {
    dialog.onclose = () => (dialog.remove(), done(dialog.returnValue === "yes"));
  });
  render(dialog, h("form", { method: "dialog" },
    h("h2", null, title), h("p", null, text),
    h("div", { class: "buttons" },
      h("button", { value: "no", autofocus: true }, "Leave it"), h("button", { value: "yes", class: "primary" }, word))));
  document.body.append(dialog);
  dialog.showModal();
  return answer;
}

async function act(how) {
  if (!(await confirm(how.title, how.text, how.word))) return;
  try {
    const answer = await post(how.path, how.words);
    const came = answer.state === "begun" ? await outcome(answer) : answer;
    toast(how.title + ": " + (came.text || came.state || "done").trim(), came.state && came.state !== "done" ? "fails" : "flows");
    if (how.done) how.done(answer);
  } catch (e) {
    toast(how.title + ": " + (e.status === 404 ? "this node has no such action" : e.message), "fails");
  }
}

/// Of a change that goes on in the node: what came of it, or that it goes on still.
async function outcome(begun) {
  for (let tries = 0; tries < change_tries; ++tries) {
    const now = await get("changes/" + begun.change);
    if (now.state !== "begun") return now;
    await new Promise((later) => setTimeout(later, change_each_ms));
  }
  return { state: "done", text: "it goes on" };
}

/// Is there also for who may not: it says why not.
export function action(how) {
  const why_not = may_operate() ? null : "Wants a session that may operate";
  return h("button", { type: "button", class: how.kind, key: how.key, "aria-disabled": why_not ? "true" : null, title: why_not || how.text,
    onclick: () => (why_not ? toast(why_not + ": `weir console` prints an address with one.", "waits") : act(how)) }, how.label || how.word);
}

export function drain(node) {
  return action({ key: "drain " + node, path: "drain", words: { node }, title: "Drain " + node, word: "Drain", label: "Drain",
    text: "It takes in nothing more, passes on all that it has, and ends. Nothing is lost; to have it back, start it again." });
}

export function restart(component, node, address) {
  return action({ key: "restart " + (address || component), path: "restart", words: { component, node, address }, title: "Restart " + component, word: "Restart", label: "Restart",
    text: "Its actors" + (node ? " on " + node : "") + " end and begin anew where they were. What is on its way comes again and is stored once." });
}

export function copy_button(text) {
  const copy = () => navigator.clipboard.writeText(text).then(() => toast("Copied."), () => toast("This browser does not let the page copy here.", "waits"));
  return h("button", { type: "button", class: "bare", onclick: copy }, "Copy");
}
