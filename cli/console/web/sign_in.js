// How one gets in: a token, or a name and a password. Nothing of it is kept by the page.
import { sign_in } from "./api.js";
import { h } from "./dom.js";
import { toast } from "./actions.js";

/// Shown where contents or actions want to know who asks.
export function how_to_get_in(what, why) {
  return h("section", { class: "state gate" },
    h("p", { class: "state-title" }, "To see " + what + ", say who you are."),
    why && h("p", { class: "faint" }, why),
    h("p", null, "On a machine of this node, ", h("code", null, "weir console"), " prints an address that opens this page with a token; ",
      h("code", null, "weir console --token"), " prints the token alone."),
    h("div", { class: "gates" }, token_form(), password_form()));
}

function token_form() {
  const submit = (e) => enter(e, e.target.elements.token.value.trim(), false);
  return h("form", { class: "fields", onsubmit: submit },
    h("label", null, "Token", h("input", { name: "token", type: "password", autocomplete: "off", required: true, spellcheck: "false" })),
    h("button", { type: "submit", class: "primary" }, "Enter"));
}

function password_form() {
  const submit = (e) => enter(e, e.target.elements.name.value + ":" + e.target.elements.password.value, true);
  return h("details", { class: "quiet" },
    h("summary", null, "With a name and a password"),
    h("form", { class: "fields", onsubmit: submit },
      h("label", null, "Name", h("input", { name: "name", autocomplete: "username", required: true })),
      h("label", null, "Password", h("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
      h("button", { type: "submit" }, "Enter")));
}

async function enter(event, secret, is_password) {
  event.preventDefault();
  try {
    await sign_in(secret, is_password);
    dispatchEvent(new Event("weir-session"));
  } catch (e) {
    toast("Not let in: " + e.message, "fails");
  }
}
