// <tm-live data-stream="…">: news arrive while the page is looked at, as toasts and as the bell's count.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60000;
const SHOWN_FOR = 12000;

class Live extends HTMLElement {
  connectedCallback() {
    this.wait = FIRST_WAIT;
    this.key = `tm-last-event-${this.dataset.viewer ?? ""}`;
    this.last = sessionStorage.getItem(this.key) ?? "";
    if (!this.dataset.stream) return;
    this.onVisible = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("visibilitychange", this.onVisible);
    addEventListener("pagehide", () => this.close());
    this.onVisible();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onVisible);
    this.close();
  }

  open() {
    if (this.source) return;
    // EventSource sends Last-Event-ID only when it reconnects by itself; after a page change the id goes in the query.
    const url = new URL(this.dataset.stream, location.href);
    if (this.last) url.searchParams.set("last_event_id", this.last);
    this.source = new EventSource(url);
    this.source.onopen = () => (this.wait = FIRST_WAIT);
    for (const name of ["unread", "notification"]) this.source.addEventListener(name, (event) => this.receive(event));
    this.source.onerror = () => this.lost();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  lost() {
    this.close();
    this.timer = setTimeout(() => !document.hidden && this.open(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  receive(event) {
    if (event.lastEventId) {
      this.last = event.lastEventId;
      sessionStorage.setItem(this.key, this.last);
    }
    let news;
    try {
      news = JSON.parse(event.data);
    } catch {
      return;
    }
    if (Number.isInteger(news.unread)) this.count(news.unread);
    if (news.title) this.toast(news.title, news.body ?? "", news.url ?? "");
    document.dispatchEvent(new CustomEvent("tm:news", { detail: news }));
  }

  count(number) {
    for (const bell of document.querySelectorAll("[data-bell-count]")) {
      bell.textContent = number > 99 ? "99+" : String(number);
      bell.hidden = number === 0;
    }
  }

  toast(title, body, url) {
    const box = document.createElement("div");
    box.className = "toast";
    const text = document.createElement(/^\/(?!\/)/.test(url) ? "a" : "p");
    if (text.localName === "a") text.href = url;
    const head = document.createElement("strong");
    head.textContent = title;
    text.append(head, body ? ` ${body}` : "");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.dataset.dismiss ?? "×";
    button.onclick = () => box.remove();
    box.append(text, button);
    this.querySelector("[data-toasts]").append(box);
    const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_FOR) : box.remove());
    setTimeout(leave, SHOWN_FOR);
  }
}

export function defineLive() {
  customElements.define("tm-live", Live);
}

