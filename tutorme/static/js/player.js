// <tm-player data-start data-speed data-back data-ahead data-keys>: around a <video>. Goes on where any device
// stopped, adds speeds and jumps below the native controls, seeks to every [data-seek] of the page and follows the
// transcript, fills [data-player-time] with the time. Without it the video is a plain one.
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const JUMP = 15;

class Player extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    if (!this.video) return;
    this.cues = [...document.querySelectorAll(".transcript-lines [data-seek]")];
    this.addControls();
    const start = Number(this.dataset.start) || 0;
    const begin = () => start && this.seek(start, false);
    if (this.video.readyState > 0) begin();
    else this.video.addEventListener("loadedmetadata", begin, { once: true });
    this.video.addEventListener("timeupdate", () => this.moved());
    this.onClick = (event) => this.clicked(event);
    this.onKey = (event) => this.pressed(event);
    document.addEventListener("click", this.onClick);
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.onClick);
    document.removeEventListener("keydown", this.onKey);
  }

  addControls() {
    const row = document.createElement("div");
    row.className = "cluster player-row";
    row.append(
      this.button(`\u2212${JUMP} s`, this.dataset.back, () => this.jump(-JUMP)),
      this.button(`+${JUMP} s`, this.dataset.ahead, () => this.jump(JUMP)),
    );
    const label = document.createElement("label");
    label.className = "cluster";
    this.speed = document.createElement("select");
    for (const value of SPEEDS) this.speed.add(new Option(`${value}\u00d7`, value, value === 1, value === 1));
    this.speed.onchange = () => (this.video.playbackRate = Number(this.speed.value));
    label.append(this.dataset.speed, this.speed);
    const keys = document.createElement("p");
    keys.className = "quiet";
    keys.textContent = this.dataset.keys;
    row.append(label);
    this.append(row, keys);
  }

  button(text, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button-plain";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.onclick = act;
    return made;
  }

  seek(second, play = true) {
    this.video.currentTime = Math.max(0, Math.min(second, this.video.duration || second));
    if (play) this.play();
  }

  // A browser may refuse; the button of the video is there.
  play() {
    this.video.play().catch(() => {});
  }

  jump(seconds) {
    this.seek(this.video.currentTime + seconds, false);
  }

  faster(step) {
    const at = SPEEDS.indexOf(Number(this.speed.value));
    this.speed.value = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + step))];
    this.speed.onchange();
  }

  clicked(event) {
    const link = event.target.closest?.("[data-seek]");
    if (!link) return;
    event.preventDefault();
    this.seek(Number(link.dataset.seek));
    this.video.focus();
  }

  moved() {
    const now = Math.floor(this.video.currentTime);
    for (const field of document.querySelectorAll("[data-player-time]")) {
      if (field !== document.activeElement) field.value = field.type === "hidden" ? now : clock(now);
    }
    let current = null;
    for (const cue of this.cues) if (Number(cue.dataset.seek) <= now) current = cue;
    if (current === this.current) return;
    this.current?.removeAttribute("aria-current");
    current?.setAttribute("aria-current", "true");
    this.current = current;
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, button, a, summary")) return;
    const acts = {
      k: () => (this.video.paused ? this.play() : this.video.pause()),
      j: () => this.jump(-JUMP),
      l: () => this.jump(JUMP),
      "<": () => this.faster(-1),
      ">": () => this.faster(1),
      c: () => this.captions(),
      f: () => (document.fullscreenElement ? document.exitFullscreen() : this.video.requestFullscreen?.()),
    };
    // The native player already answers to the space bar while it has the focus.
    if (event.target !== this.video) acts[" "] = acts.k;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  captions() {
    const track = this.video.textTracks[0];
    if (track) track.mode = track.mode === "showing" ? "hidden" : "showing";
  }
}

function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function definePlayer() {
  customElements.define("tm-player", Player);
}
