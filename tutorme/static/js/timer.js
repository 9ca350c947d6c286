// <tm-timer data-left="900" data-label="Time left" data-form="sheet">: counts down from what the server said was
// left when it answered, whatever this machine's clock shows; a save that answers X-Seconds-Left sets it right
// again. At the end it hands the form in; the server would mark what was saved anyway.
const SPOKEN = [300, 60];

class Timer extends HTMLElement {
  connectedCallback() {
    this.shown = document.createElement("p");
    this.shown.className = "mono";
    this.shown.setAttribute("role", "timer");
    this.spoken = document.createElement("p");
    this.spoken.className = "visually-hidden";
    this.spoken.setAttribute("aria-live", "polite");
    this.append(this.shown, this.spoken);
    this.set(Number(this.dataset.left));
    this.told = (event) => this.set(event.detail);
    document.addEventListener("tm:seconds-left", this.told);
    this.tick = setInterval(() => this.show(), 500);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.tick);
    document.removeEventListener("tm:seconds-left", this.told);
  }

  set(seconds) {
    this.end = performance.now() + seconds * 1000;
  }

  show() {
    const left = Math.max(0, Math.round((this.end - performance.now()) / 1000));
    if (left === this.last) return;
    this.last = left;
    const minutes = Math.floor(left / 60);
    const time = [Math.floor(minutes / 60), minutes % 60, left % 60].map((n) => String(n).padStart(2, "0")).join(":");
    this.shown.textContent = `${this.dataset.label} ${time.replace(/^00:/, "")}`;
    if (SPOKEN.includes(left)) this.spoken.textContent = this.shown.textContent;
    if (left > 0) return;
    clearInterval(this.tick);
    const form = document.getElementById(this.dataset.form);
    form?.requestSubmit(form.querySelector("button[name=submit]"));
  }
}

export function defineTimer() {
  customElements.define("tm-timer", Timer);
}
