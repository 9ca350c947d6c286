// <tm-progress data-url data-every="15" data-media="#video" data-field="seconds">: counts the seconds a lesson
// is really seen and posts what came since the last report: {"seconds": n, "position": n}. `position` is the
// media's time, or how far down the text one is, in per cent. A failed report is added to the next one.
import { postJson } from "./http.js";

const IDLE_AFTER = 60000;

class Progress extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url) return;
    this.seconds = 0;
    this.seenAt = Date.now();
    this.media = this.dataset.media ? document.querySelector(this.dataset.media) : null;
    this.touched = () => (this.seenAt = Date.now());
    for (const name of ["scroll", "keydown", "pointermove", "touchstart"]) addEventListener(name, this.touched, { passive: true });
    this.left = () => document.hidden && this.report(true);
    document.addEventListener("visibilitychange", this.left);
    this.ticking = setInterval(() => this.tick(), 1000);
    this.reporting = setInterval(() => this.report(), 1000 * (Number(this.dataset.every) || 15));
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
    clearInterval(this.reporting);
    document.removeEventListener("visibilitychange", this.left);
    this.report(true);
  }

  tick() {
    const playing = this.media && !this.media.paused;
    if (playing || (!this.media && !document.hidden && Date.now() - this.seenAt < IDLE_AFTER)) this.seconds += 1;
  }

  position() {
    if (this.media) return Math.floor(this.media.currentTime);
    const room = document.documentElement.scrollHeight - innerHeight;
    return room > 0 ? Math.min(100, Math.round((100 * scrollY) / room)) : 100;
  }

  async report(leaving = false) {
    const seconds = this.seconds;
    if (!seconds) return;
    this.seconds = 0;
    const field = this.dataset.field ?? "seconds";
    try {
      const answer = await postJson(this.dataset.url, { [field]: seconds, position: this.position() }, { keepalive: leaving });
      if (answer.status >= 500) this.seconds += seconds;
    } catch {
      this.seconds += seconds;
    }
  }
}

export function defineProgress() {
  customElements.define("tm-progress", Progress);
}
