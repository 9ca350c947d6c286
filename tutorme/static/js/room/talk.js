// Chat and notes: forms that work without this file, sent here without leaving the page.
import { newId, postJson } from "../http.js";
import { read } from "./link.js";

const AFTER_TYPING = 900;

export class Chat {
  constructor(root, base) {
    this.list = root.querySelector("[data-chat-lines]");
    this.form = root.querySelector("form");
    this.base = base;
    this.seen = new Set([...this.list.children].map((row) => row.dataset.id));
    this.form.dataset.repeatable = "";
    this.form.addEventListener("submit", (event) => this.send(event));
    this.list.scrollTop = this.list.scrollHeight;
  }

  async send(event) {
    event.preventDefault();
    const field = this.form.elements.text;
    const text = field.value.trim();
    if (!text) return;
    const status = this.form.querySelector("[data-chat-status]");
    // The same words until they are answered are one line, also where the answer was lost.
    if (this.sending?.text !== text) this.sending = { text, key: newId() };
    const { key } = this.sending;
    try {
      this.show(await read(await postJson(`${this.base}chat/`, { text }, { key })));
      this.sending = null;
      field.value = "";
      status.textContent = "";
    } catch (error) {
      status.textContent = error.problem?.detail ?? status.dataset.failed;
    }
  }

  show({ id, name, text }) {
    if (this.seen.has(id)) return;
    this.seen.add(id);
    this.list.querySelector("[data-empty]")?.remove();
    const row = document.createElement("li");
    row.dataset.id = id;
    const who = document.createElement("strong");
    who.textContent = name;
    const said = document.createElement("p");
    said.textContent = text;
    row.append(who, said);
    this.list.append(row);
    this.list.scrollTop = this.list.scrollHeight;
  }
}

export class Notes {
  constructor(root, base, session) {
    this.form = root.querySelector("form");
    this.area = this.form.elements.text;
    this.status = this.form.querySelector("[data-notes-status]");
    this.base = base;
    this.session = session; // a function: the window's name changes when it comes back
    this.agreed = this.form.elements.base.value.replaceAll("\r\n", "\n");
    this.form.dataset.repeatable = "";
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.area.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), AFTER_TYPING);
    });
  }

  async save() {
    clearTimeout(this.timer);
    if (this.saving) return void (this.again = true);
    const sent = this.area.value;
    if (sent === this.agreed) return;
    this.saving = true;
    try {
      const response = await postJson(`${this.base}notes/`, { text: sent, base: this.agreed, session: this.session() }, { method: "PUT" });
      this.take((await read(response)).text, sent);
      this.status.textContent = this.status.dataset.saved;
    } catch (error) {
      this.status.textContent = error.problem?.detail ?? this.status.dataset.failed;
      if (!error.status) this.timer = setTimeout(() => this.save(), 3000);
    } finally {
      this.saving = false;
      if (this.again) this.save();
      this.again = false;
    }
  }

  // Somebody else wrote. What is being typed here stays: the server merges it when it is saved.
  hear(text) {
    if (this.area.value === this.agreed) this.take(text, this.agreed);
  }

  take(text, before) {
    if (this.area.value === before) {
      const { selectionStart, selectionEnd } = this.area;
      const shift = commonStart(before, text) < selectionStart ? text.length - before.length : 0;
      if (this.area.value !== text) this.area.value = text;
      if (document.activeElement === this.area) this.area.setSelectionRange(selectionStart + shift, selectionEnd + shift);
    } else this.timer = setTimeout(() => this.save(), AFTER_TYPING);
    this.agreed = text;
    this.form.elements.base.value = text;
  }
}

function commonStart(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}
