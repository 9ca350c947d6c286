// <tm-progress data-url data-every="15" data-media="#video">: counts the seconds a lesson is really seen and posts
// what came since the last report: {"client_event_id", "time_delta_s", "position"}. `position` is how far one is,
// in per mille of the media or of the text. A report that failed is sent again under its own id, so that the
// server counts it once.
import { newId, postJson } from "./http.js";

const IDLE_AFTER = 60000;
const KEPT = 20;

class Progress extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url) return;
    this.seconds = 0;
    this.unsent = [];
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
    const watching = this.media ? !this.media.paused : Date.now() - this.seenAt < IDLE_AFTER;
    if (watching && !document.hidden) this.seconds += 1;
  }

  position() {
    if (this.media) return Math.round((1000 * this.media.currentTime) / (this.media.duration || Infinity));
    const room = document.documentElement.scrollHeight - innerHeight;
    return room > 0 ? Math.min(1000, Math.round((1000 * scrollY) / room)) : 1000;
  }

  async report(leaving = false) {
    if (this.seconds) {
      const seen = this.media?.played ? { watched: stretches(this.media.played) } : {};
      this.unsent.push({ client_event_id: newId(), time_delta_s: this.seconds, position: this.position(), ...seen });
      this.unsent = this.unsent.slice(-KEPT);
      this.seconds = 0;
    }
    if (this.sending && !leaving) return;
    this.sending = true;
    try {
      while (this.unsent.length) {
        const [sent] = this.unsent;
        const answer = await postJson(this.dataset.url, sent, { keepalive: leaving });
        if (answer.status >= 500 || answer.status === 429) break;
        // By itself, not the first of the row: one who leaves reports beside what is on its way.
        this.unsent = this.unsent.filter((each) => each !== sent);
      }
    } catch {
      // Not connected: the reports wait here for the next time.
    }
    this.sending = false;
  }
}

// What was really played, in whole seconds: the server joins it with what other devices saw.
function stretches(played) {
  const all = Array.from({ length: played.length }, (_, n) => [Math.round(played.start(n)), Math.round(played.end(n))]);
  return all.filter(([begin, end]) => end > begin).slice(-100);
}

export function defineProgress() {
  customElements.define("tm-progress", Progress);
}
