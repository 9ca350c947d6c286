// <tm-autosave data-url data-saved="Saved" data-failed="…">: around a form; sends its fields a second after a
// change, as the form itself would (urlencoded, with its CSRF token), and says so politely. With
// data-method="PATCH" (or POST) it sends JSON instead: {"answers": {name: value or values}}. Answers that could not
// be sent stay in the form and go with the next try. Inside [data-question="id"] only the questions that changed
// are sent, named in `changed`; a field `sequence` rises with every save, so that a late one undoes nothing.
import { csrfToken, postJson } from "./http.js";

const PAUSE = 1000;
const AGAIN = 5000;

class Autosave extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url) return;
    this.changed = new Set();
    this.status = document.createElement("p");
    this.status.className = "quiet";
    this.status.setAttribute("role", "status");
    this.append(this.status);
    this.addEventListener("input", (event) => {
      const question = event.target.closest("[data-question]");
      if (question) this.changed.add(question.dataset.question);
      this.later(PAUSE);
    });
    this.addEventListener("submit", (event) => {
      clearTimeout(this.timer);
      this.count(event.target);
    });
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), milliseconds);
  }

  async save() {
    const form = this.querySelector("form") ?? this.closest("form");
    if (!form || form.dataset.sent) return;
    const sending = this.changed;
    this.changed = new Set();
    try {
      this.count(form);
      const answer = await this.send(this.part(new FormData(form), sending));
      if (answer.status >= 500) throw new Error(`${answer.status}`);
      const left = answer.headers.get("X-Seconds-Left");
      if (left) document.dispatchEvent(new CustomEvent("tm:seconds-left", { detail: Number(left) }));
      this.status.textContent = answer.ok ? (this.dataset.saved ?? "") : (this.dataset.failed ?? "");
    } catch {
      for (const question of sending) this.changed.add(question);
      this.status.textContent = this.dataset.failed ?? "";
      this.later(AGAIN);
    }
  }

  count(form) {
    const field = form.elements.namedItem("sequence");
    if (field) field.value = Number(field.value) + 1;
  }

  part(fields, questions) {
    if (!questions.size) return fields;
    for (const name of [...fields.keys()]) {
      const id = /^q-([0-9a-f-]{36})/.exec(name)?.[1];
      if (id && !questions.has(id)) fields.delete(name);
    }
    for (const question of questions) fields.append("changed", question);
    return fields;
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
