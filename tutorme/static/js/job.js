// <tm-job data-src="/api/v1/jobs/…/">: follows long work, says when its state changes, reloads at its end.
import { getJson, postJson } from "./http.js";

const FINAL = ["succeeded", "failed", "cancelled"];
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 15000;

class Job extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.src || FINAL.includes(this.dataset.state)) return;
    this.wait = FIRST_WAIT;
    const cancel = this.querySelector("[data-job-cancel]");
    if (cancel) {
      cancel.hidden = false;
      cancel.onclick = () => this.cancel(cancel);
    }
    this.next();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  next() {
    this.timer = setTimeout(() => this.look(), this.wait);
  }

  async look() {
    try {
      if (!document.hidden) this.show(await getJson(this.dataset.src));
      if (FINAL.includes(this.dataset.state)) return;
    } catch {
      // The server is away for a moment; the next look finds it or waits longer.
    }
    this.wait = Math.min(this.wait * 1.5, LONGEST_WAIT);
    this.next();
  }

  show(job) {
    const bar = this.querySelector("[data-job-bar]");
    if (bar && job.total) {
      bar.max = job.total;
      bar.value = job.done;
      this.querySelector("[data-job-count]").textContent = `${job.done} / ${job.total}`;
    }
    const step = this.querySelector("[data-job-step]");
    if (step && job.step) step.textContent = job.step;
    if (job.state === this.dataset.state) return;
    this.dataset.state = job.state;
    this.wait = FIRST_WAIT;
    // The words of every state are the server's, in the reader's language.
    location.reload();
  }

  async cancel(button) {
    button.disabled = true;
    try {
      await postJson(button.dataset.url);
      clearTimeout(this.timer);
      await this.look();
    } catch {
      // Not connected: it may be pressed again.
    }
    button.disabled = false;
  }
}

export function defineJob() {
  customElements.define("tm-job", Job);
}
