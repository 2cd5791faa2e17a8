// Log in to an account. The password goes to the emulator once; the browser keeps a token.

import { listAccounts, logIn, logInAs, session, sessions } from "./api.js";
import { button, h, HIDDEN } from "./dom.js";
import { field } from "./dialogs.js";
import { emit } from "./model.js";

class LogIn extends HTMLElement {
  show(login = "") {
    this.hidden = false;
    const name = h("input", { name: "login", autocomplete: "username", required: true, value: login });
    const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
    const error = h("p.error", { role: "alert", hidden: true });
    const others = Object.keys(sessions()).filter((each) => each !== login);
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); this.#run(error, () => logIn(name.value, password.value)); } },
      h("span.logo", HIDDEN), h("h1", "SMS emulator"), h("p.small", "Log in with the API login and password of an account of this emulator."),
      field("Login", name), field("Password", password), error,
      h("button", { type: "submit", class: "primary" }, "Log in"),
      others.length > 0 && h("p.small", "Or go on as ", others.map((each) => button(each, () => emit("enter", each)))),
      h("details", h("summary", "With the admin token"), this.#admin(error)),
      session.token && button("Cancel", () => { this.hidden = true; }));
    this.replaceChildren(form);
    (login ? password : name).focus();
  }

  #admin(error) {
    const token = h("input", { type: "password", autocomplete: "off", "aria-label": "Admin token" });
    const accounts = h("div.acts");
    const list = () => this.#run(error, async () => {
      const found = await listAccounts(token.value);
      accounts.replaceChildren(...found.map((each) => button(`${each.login} · ${each.sms} SMS`, () => this.#run(error, () => logInAs(each.login, token.value)))));
      return false;
    });
    return h("div.field", token, button("List the accounts", list), accounts);
  }

  async #run(error, work) {
    try {
      error.hidden = true;
      if (await work()) { this.hidden = true; emit("entered"); }
    } catch (problem) {
      error.textContent = problem.status === 401 ? "The login, the password or the token is wrong." : problem.message;
      error.hidden = false;
    }
  }
}
customElements.define("log-in", LogIn);
