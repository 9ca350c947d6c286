// <tm-autosave data-url data-saved="Saved" data-failed="…">: around a form; sends its fields a second after a
// change, as the form itself would (urlencoded, with its CSRF token), and says so politely. With
// data-method="PATCH" (or POST) it sends JSON instead: {"answers": {name: value or values}}. Answers that could not
// be sent stay in the form and go with the next try.
import { csrfToken, postJson } from "./http.js";

const PAUSE = 1000;
const AGAIN = 5000;

class Autosave extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url) return;
    this.status = document.createElement("p");
    this.status.className = "quiet";
    this.status.setAttribute("role", "status");
    this.append(this.status);
    this.addEventListener("input", () => this.later(PAUSE));
    this.addEventListener("submit", () => clearTimeout(this.timer));
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), milliseconds);
  }

  async save() {
    const form = this.querySelector("form") ?? this.closest("form");
    if (!form || form.dataset.sent) return;
    try {
      const answer = await this.send(new FormData(form));
      if (answer.status >= 500) throw new Error(`${answer.status}`);
      this.status.textContent = answer.ok ? (this.dataset.saved ?? "") : (this.dataset.failed ?? "");
    } catch {
      this.status.textContent = this.dataset.failed ?? "";
      this.later(AGAIN);
    }
  }

  send(fields) {
    if (this.dataset.method) {
      fields.delete("csrfmiddlewaretoken");
      const answers = {};
      for (const name of new Set(fields.keys())) {
        const values = fields.getAll(name);
        answers[name] = values.length > 1 ? values : values[0];
      }
      return postJson(this.dataset.url, { answers }, { method: this.dataset.method });
    }
    const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "autosave" };
    return fetch(this.dataset.url, { method: "POST", headers, body: new URLSearchParams(fields) });
  }
}

export function defineAutosave() {
  customElements.define("tm-autosave", Autosave);
}
