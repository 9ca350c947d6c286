// <tm-hours data-hint>: the week as a grid over its text fields. Dragging paints half-hours; the fields are what is
// saved, and stay to be written in.
const SLOTS = 48;
const clock = (n) => `${String(n >> 1).padStart(2, "0")}:${n & 1 ? "30" : "00"}`;

function read(text) {
  const on = new Set();
  for (const [, h, m, to, past] of text.matchAll(/(\d+)[:.](\d+)\s*(?:-|–|to)\s*(\d+)[:.](\d+)/g)) {
    const first = Math.floor(h * 2 + m / 30);
    const last = Math.ceil(to * 2 + past / 30);
    for (let n = first; n < (last > first ? last : SLOTS); n++) on.add(n);
  }
  return on;
}

function write(on) {
  const windows = [];
  for (let n = 0; n < SLOTS; n++) {
    if (!on.has(n)) continue;
    const first = n;
    while (on.has(n)) n++;
    windows.push(`${clock(first)}-${clock(n)}`);
  }
  return windows.join(", ");
}

class Hours extends HTMLElement {
  connectedCallback() {
    this.fields = [...this.querySelectorAll("input")];
    const hint = Object.assign(document.createElement("p"), { className: "quiet measure", textContent: this.dataset.hint });
    this.grid = Object.assign(document.createElement("div"), { className: "hours-grid" });
    this.grid.setAttribute("aria-hidden", "true");
    this.fields.forEach((field, day) => {
      const name = document.createElement("span");
      name.textContent = field.labels[0].firstChild.textContent.trim().slice(0, 3);
      this.grid.append(name);
      for (let n = 0; n < SLOTS; n++) {
        const cell = document.createElement("i");
        Object.assign(cell.dataset, { day, slot: n });
        cell.title = clock(n);
        this.grid.append(cell);
      }
      field.addEventListener("input", () => this.show(day));
      this.show(day);
    });
    this.prepend(hint, this.grid);
    this.grid.addEventListener("pointerdown", (event) => this.begin(event));
    this.grid.addEventListener("pointermove", (event) => this.paint(event));
    this.ended = () => (this.from = null);
    addEventListener("pointerup", this.ended);
  }

  disconnectedCallback() {
    removeEventListener("pointerup", this.ended);
  }

  cells(day) {
    return this.grid.querySelectorAll(`[data-day="${day}"]`);
  }

  show(day) {
    const on = read(this.fields[day].value);
    this.cells(day).forEach((cell, n) => cell.classList.toggle("on", on.has(n)));
  }

  begin(event) {
    const cell = event.target.closest("i");
    if (!cell) return;
    event.preventDefault();
    cell.releasePointerCapture?.(event.pointerId);
    this.from = { day: cell.dataset.day, slot: +cell.dataset.slot, on: !cell.classList.contains("on") };
    this.base = read(this.fields[this.from.day].value);
    this.paint(event);
  }

  paint(event) {
    const cell = this.from && document.elementFromPoint(event.clientX, event.clientY)?.closest(".hours-grid i");
    if (!cell) return;
    const [low, high] = [this.from.slot, +cell.dataset.slot].sort((a, b) => a - b);
    const on = new Set(this.base);
    for (let n = low; n <= high; n++) on[this.from.on ? "add" : "delete"](n);
    this.fields[this.from.day].value = write(on);
    this.show(this.from.day);
  }
}

customElements.define("tm-hours", Hours);
