// <tm-hours data-hint>: the week as a grid over its text fields. Dragging paints half-hours; the fields are what is
// saved, and stay to be written in. Hours are pairs of minutes of their day; those past midnight end after 1440.
const SLOTS = 48;
const SLOT = 30;
const DAY = 1440;
const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

function read(text) {
  return [...text.matchAll(/(\d+)[:.](\d+)\s*(?:-|–|to)\s*(\d+)[:.](\d+)/g)].map(([, h, m, to, past]) => {
    const start = h * 60 + +m;
    const end = to * 60 + +past;
    return [start, end > start ? end : end + DAY];
  });
}

const write = (windows) =>
  windows.map(([start, end]) => `${clock(start)}-${clock(end > DAY ? end - DAY : end)}`).join(", ");

function add(windows, low, high) {
  const apart = windows.filter(([start, end]) => end < low || start > high);
  const touching = windows.filter(([start, end]) => end >= low && start <= high);
  const whole = [Math.min(low, ...touching.map(([start]) => start)), Math.max(high, ...touching.map(([, end]) => end))];
  return [...apart, whole].sort((one, other) => one[0] - other[0]);
}

const take = (windows, low, high) =>
  windows.flatMap(([start, end]) => [[start, Math.min(end, low)], [Math.max(start, high), end]].filter(([a, b]) => a < b));

class Hours extends HTMLElement {
  connectedCallback() {
    this.fields = [...this.querySelectorAll("input")];
    const hint = Object.assign(document.createElement("p"), { className: "quiet measure", textContent: this.dataset.hint });
    this.grid = Object.assign(document.createElement("div"), { className: "hours-grid" });
    this.grid.setAttribute("aria-hidden", "true");
    this.grid.append(document.createElement("span"));
    for (let minute = 0; minute < DAY; minute += DAY / 8)
      this.grid.append(Object.assign(document.createElement("b"), { textContent: clock(minute) }));
    this.fields.forEach((field, day) => {
      const name = document.createElement("span");
      name.textContent = field.labels[0].firstChild.textContent.trim().slice(0, 3);
      this.grid.append(name);
      for (let n = 0; n < SLOTS; n++) {
        const cell = document.createElement("i");
        Object.assign(cell.dataset, { day, slot: n });
        cell.title = clock(n * SLOT);
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
    const windows = read(this.fields[day].value);
    const open = (n) => windows.some(([start, end]) => start < (n + 1) * SLOT && end > n * SLOT);
    this.cells(day).forEach((cell, n) => cell.classList.toggle("on", open(n)));
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
    const change = this.from.on ? add : take;
    this.fields[this.from.day].value = write(change(this.base, low * SLOT, (high + 1) * SLOT));
    this.show(this.from.day);
  }
}

customElements.define("tm-hours", Hours);
