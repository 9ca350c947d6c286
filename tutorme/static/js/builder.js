// The builder's comforts; every one of them has a form. <tm-outline data-url data-moved data-failed> lets lessons be
// dragged, or moved with Alt and the arrow keys, and sends the whole order. <tm-draft data-url data-key data-revision …>
// saves what is typed on the revision it was read at, and keeps it in this browser until it is saved.
import { csrfToken, postJson } from "./http.js";

const PAUSE = 1500;
const AGAIN = 8000;

function say(element, text) {
  if (!element.status) {
    element.status = document.createElement("p");
    element.status.className = "quiet";
    element.status.setAttribute("role", "status");
    element.append(element.status);
  }
  element.status.textContent = text;
}

class Outline extends HTMLElement {
  connectedCallback() {
    for (const item of this.querySelectorAll("[data-lesson]")) item.draggable = true;
    this.addEventListener("dragstart", (event) => {
      this.held = event.target.closest?.("[data-lesson]");
      event.dataTransfer.effectAllowed = "move";
    });
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => event.preventDefault());
    this.addEventListener("dragend", () => {
      if (this.held) this.send();
      this.held = null;
    });
    this.addEventListener("keydown", (event) => this.key(event));
  }

  over(event) {
    const list = event.target.closest?.("[data-section]")?.querySelector("ol");
    if (!this.held || !list) return;
    event.preventDefault();
    const target = event.target.closest("[data-lesson]");
    if (!target) list.append(this.held);
    else if (target !== this.held) {
      const box = target.getBoundingClientRect();
      target[event.clientY < box.top + box.height / 2 ? "before" : "after"](this.held);
    }
  }

  key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const item = event.target.closest("[data-lesson]");
    if (!event.altKey || !step || !item) return;
    event.preventDefault();
    const all = [...this.querySelectorAll("ol")];
    const beside = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (beside) beside[step < 0 ? "before" : "after"](item);
    else all[all.indexOf(item.parentElement) + step]?.[step < 0 ? "append" : "prepend"](item);
    event.target.focus();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), 600);
  }

  async send() {
    const sections = [...this.querySelectorAll("[data-section]")].map((part) => ({
      id: part.dataset.section,
      lessons: [...part.querySelectorAll("[data-lesson]")].map((item) => item.dataset.lesson),
    }));
    let answer = null;
    try {
      answer = await postJson(this.dataset.url, { sections });
    } catch {
      // Not connected: said below.
    }
    say(this, answer?.ok ? this.dataset.moved : this.dataset.failed);
  }
}

class Draft extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.place = `draft:${this.dataset.key}`;
    this.offer();
    this.addEventListener("input", () => {
      this.keep();
      this.later(PAUSE);
    });
    this.form.addEventListener("submit", () => {
      clearTimeout(this.timer);
      this.keep();
    });
    addEventListener("online", () => this.dirty && this.save());
  }

  text() {
    const { title, body } = this.form.elements;
    return { title: title.value, body: body.value };
  }

  keep() {
    this.dirty = true;
    try {
      localStorage.setItem(this.place, JSON.stringify(this.text()));
    } catch {
      // Storage is full or closed: the text is still in the page.
    }
  }

  // What was typed here and never saved, offered where it differs from what the server has.
  offer() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.place));
    } catch {
      return;
    }
    const now = this.text();
    if (!kept || (kept.body === now.body && kept.title === now.title)) return localStorage.removeItem(this.place);
    const bar = document.createElement("p");
    bar.className = "cluster";
    bar.setAttribute("role", "status");
    bar.textContent = `${this.dataset.found} `;
    for (const [label, act] of [
      [this.dataset.take, () => this.take(kept)],
      [this.dataset.drop, () => localStorage.removeItem(this.place)],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-plain";
      button.textContent = label;
      button.addEventListener("click", () => {
        act();
        bar.remove();
      });
      bar.append(button);
    }
    this.prepend(bar);
  }

  take(kept) {
    this.form.elements.title.value = kept.title;
    this.form.elements.body.value = kept.body;
    this.later(0);
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), milliseconds);
  }

  async save() {
    if (this.sending || this.form.dataset.sent) return this.later(PAUSE);
    this.sending = true;
    const sent = this.text();
    try {
      const answer = await fetch(this.dataset.url, {
        method: "PATCH",
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": csrfToken(),
          "If-Match": `"r${this.form.elements.revision.value}"`,
        },
        body: JSON.stringify({ ...sent, autosave: true }),
      });
      if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
      if (answer.ok) this.saved(await answer.json(), sent);
      else say(this, { 412: this.dataset.changed, 422: this.dataset.shrunk }[answer.status] ?? this.dataset.failed);
    } catch {
      say(this, this.dataset.failed);
      this.later(AGAIN);
    }
    this.sending = false;
  }

  saved(lesson, sent) {
    this.form.elements.revision.value = lesson.revision;
    say(this, this.dataset.saved);
    const now = this.text();
    if (now.body !== sent.body || now.title !== sent.title) return;
    this.dirty = false;
    localStorage.removeItem(this.place);
  }
}

customElements.define("tm-outline", Outline);
customElements.define("tm-draft", Draft);
