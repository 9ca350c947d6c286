// <tm-thread>: a conversation that is looked at. Messages come by themselves, what is written goes without a reload;
// what could not be sent stays in its field.
import { newId } from "./http.js";
import { listen, say } from "./realtime.js";

const AGAIN = 3000;
const TYPING_EVERY = 4000;
const TYPING_SHOWN = 6000;

class Thread extends HTMLElement {
  connectedCallback() {
    if ("older" in this.dataset) return; // A page of the past has no place for news: writing leads to the newest.
    this.log = this.querySelector("[data-messages]");
    this.status = this.querySelector("[data-status]");
    this.last = Number(this.dataset.seq);
    this.readUpTo = Number(this.dataset.readSeq);
    const other = (handler) => (data, event) => (event.by ?? data.user_id) !== this.dataset.me && handler(data);
    this.stop = listen(this.dataset.channel, {
      "message-new": () => this.pull(),
      "message-removed": () => this.pull({ all: true }),
      "message-read": other((data) => this.read(data.seq)),
      typing: other(() => this.typing()),
      "user-online": other(() => this.here(true)),
      "user-offline": other(() => this.here(false)),
      resync: () => this.pull({ all: true }),
    });
    this.form = this.querySelector("form[enctype]");
    this.form?.addEventListener("submit", (event) => this.send(event));
    this.form?.addEventListener("input", () => this.tellTyping());
  }

  disconnectedCallback() {
    this.stop?.();
  }

  // One request at a time, and again until it is answered: what is wanted meanwhile is asked for after it.
  async pull({ all = false } = {}) {
    this.wanted = { all: all || this.wanted?.all };
    if (this.pulling) return;
    this.pulling = true;
    while (this.wanted && this.isConnected) {
      const asked = this.wanted;
      this.wanted = null;
      try {
        await this.pullOnce(asked);
      } catch {
        this.wanted = { all: asked.all || this.wanted?.all };
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
    this.pulling = false;
  }

  // What is new, or everything from the first that is shown: earlier ones are behind the page's link.
  async pullOnce({ all }) {
    const first = Number(this.log.firstElementChild?.dataset.seq ?? 1);
    const rows = await this.writtenAfter(all ? first - 1 : this.last);
    if (!rows) return;
    if (all) this.log.replaceChildren(...rows);
    else for (const row of rows) this.querySelector(`[data-messages] [data-seq="${row.dataset.seq}"]`) ?? this.log.append(row);
    this.last = Math.max(this.last, ...rows.map((row) => Number(row.dataset.seq)));
    if (rows.length) this.querySelector("[data-empty]")?.remove();
    this.showRead();
    this.unsay(this.dataset.typing);
  }

  // Page by page, until one is not full: however many were missed, none is left out.
  async writtenAfter(seq) {
    const rows = [];
    for (;;) {
      const page = await this.pageAfter(seq);
      if (!page) return null;
      rows.push(...page);
      if (page.length < Number(this.dataset.pageSize)) return rows;
      seq = Number(page.at(-1).dataset.seq);
    }
  }

  async pageAfter(seq) {
    const url = new URL(location.pathname, location.href);
    url.searchParams.set("after", seq);
    const response = await fetch(url, { headers: { "X-Live": "1" } });
    if (response.status >= 500 || response.status === 429) throw new Error(`${response.status}`);
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return [...page.querySelectorAll("[data-seq]")];
  }

  // The field `key` makes it one message, where an answer was lost and Send is pressed again.
  async send(event) {
    event.preventDefault();
    const button = this.form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        body: new FormData(this.form),
        headers: { "X-Live": "1" },
      });
      if (response.status >= 500 || response.status === 429) throw new Error(`${response.status}`);
      if (response.status !== 204) return this.form.submit(); // the page says what is wrong
      this.form.reset();
      this.form.elements.key.value = newId();
      this.unsay(this.dataset.unsent);
      this.pull();
    } catch {
      this.status.textContent = this.dataset.unsent;
    } finally {
      button.disabled = false;
    }
  }

  read(seq) {
    this.readUpTo = Math.max(this.readUpTo, seq);
    this.showRead();
  }

  // Only where the last word is one's own: that the other read theirs says nothing.
  showRead() {
    const line = this.querySelector("[data-read]");
    const isMine = this.log.lastElementChild?.dataset.author === this.dataset.me;
    line.textContent = isMine && this.readUpTo >= this.last ? line.dataset.text : "";
  }

  here(isHere) {
    const place = document.querySelector("[data-presence]");
    place.textContent = isHere ? place.dataset.here : "";
  }

  typing() {
    if (this.status.textContent === this.dataset.unsent) return;
    this.status.textContent = this.dataset.typing;
    clearTimeout(this.fades);
    this.fades = setTimeout(() => this.unsay(this.dataset.typing), TYPING_SHOWN);
  }

  // That something was not sent stays until it is.
  unsay(text) {
    if (this.status.textContent === text) this.status.textContent = "";
  }

  tellTyping() {
    if (Date.now() - (this.told ?? 0) < TYPING_EVERY) return;
    this.told = Date.now();
    say(this.dataset.channel, "typing", {}).catch(() => {}); // What is lost here was of a moment.
  }
}

customElements.define("tm-thread", Thread);
