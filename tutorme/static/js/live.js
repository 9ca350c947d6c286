// <tm-live data-stream="…">: news arrive while the page is looked at, as toasts and as the bell's count.
import { begin, listen, own } from "./realtime.js";

const SHOWN_FOR = 12000;

class Live extends HTMLElement {
  connectedCallback() {
    begin(this);
    listen(own(), {
      hello: (data) => this.count(data.unread),
      "notification-new": (data) => this.news(data),
      "notification-read": (data) => this.count(data.unread),
    });
  }

  news(data) {
    this.count(data.unread);
    if (data.title && !data.quiet) this.toast(data.title, data.body ?? "", data.url ?? "");
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
