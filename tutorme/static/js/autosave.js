// <tm-autosave data-url data-saved="Saved" data-failed="…">: around a form; sends its fields a second after a
// change, as the form itself would (urlencoded, with its CSRF token), and says so politely. With
// data-method="PATCH" (or POST) it sends JSON instead: {"answers": {name: value or values}}. Answers that could not
// be sent stay in the form and go with the next try. Inside [data-question="id"] only the questions that changed
// are sent, named in `changed`; a field `sequence` rises with every save, so that a late one undoes nothing. What
// could not be sent stays in this browser too, over a reload; a save from elsewhere in between makes it void.
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
      this.keep();
      this.later(PAUSE);
    });
    this.addEventListener("submit", (event) => {
      if (navigator.onLine) {
        clearTimeout(this.timer);
        this.count(event.target);
      } else {
        event.preventDefault();
        event.stopPropagation(); // It counts as not sent: the next press may go.
        this.status.textContent = this.dataset.failed ?? "";
        this.later(AGAIN);
      }
    });
    // What the server has: with another number, somebody saved elsewhere in between.
    this.base = this.sequence();
    this.takeUp();
  }

  get form() {
    return this.querySelector("form") ?? this.closest("form");
  }

  sequence() {
    return Number(this.form?.elements.namedItem("sequence")?.value ?? 0);
  }

  keep() {
    if (!this.changed.size) return;
    const fields = this.part(new FormData(this.form), this.changed);
    const said = [...fields].filter(([name]) => name.startsWith("q-"));
    store(this.dataset.url, { base: this.base, questions: [...this.changed], said });
  }

  takeUp() {
    const kept = stored(this.dataset.url);
    if (!kept) return;
    store(this.dataset.url, null);
    if (kept.base !== this.base) return;
    for (const question of kept.questions) {
      this.changed.add(question);
      const fields = this.querySelectorAll(`[data-question="${CSS.escape(question)}"] [name]`);
      for (const field of fields) fill(field, kept.said);
    }
    this.keep();
    this.later(PAUSE);
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), milliseconds);
  }

  async save() {
    const form = this.form;
    if (!form || form.dataset.sent) return;
    const sending = this.changed;
    this.changed = new Set();
    try {
      this.count(form);
      const sent = this.sequence();
      const answer = await this.send(this.part(new FormData(form), sending));
      if (answer.status >= 500) throw new Error(`${answer.status}`);
      this.base = sent + 1;
      if (this.changed.size) this.keep();
      else store(this.dataset.url, null);
      const left = answer.headers.get("X-Seconds-Left");
      if (left) document.dispatchEvent(new CustomEvent("tm:seconds-left", { detail: Number(left) }));
      this.status.textContent = answer.ok ? (this.dataset.saved ?? "") : (this.dataset.failed ?? "");
    } catch {
      for (const question of sending) this.changed.add(question);
      this.keep();
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

function fill(field, said) {
  const values = said.filter(([name]) => name === field.name).map(([, value]) => value);
  if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
  else if (values.length) field.value = values[0];
}

// A browser that keeps nothing still saves as one types.
function store(name, value) {
  try {
    if (value) localStorage.setItem(`unsent:${name}`, JSON.stringify(value));
    else localStorage.removeItem(`unsent:${name}`);
  } catch {}
}

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(`unsent:${name}`));
  } catch {
    return null;
  }
}

customElements.define("tm-autosave", Autosave);
