// The window's line to the room: it says that it is there, hands over what it has to say, takes what is new. Asking is
// enough for a call to come about; `poke` asks at once when somebody says that there is news.
import { postJson } from "../http.js";

const QUICK = 700;
const CALM = 2000;
const LONGEST = 6000;
const MOST = 40;

export class Link {
  constructor(base, handlers) {
    this.base = base;
    this.handlers = handlers; // news(answer), lost(ending), over(code), online(bool)
    this.queue = [];
    this.hurried = true;
    this.calm = CALM;
  }

  async join(session) {
    this.session = session;
    this.queue = [];
    const answer = await this.post("join/", { session });
    this.after = answer.seq;
    this.failures = 0;
    this.running = true;
    this.next(0);
    return answer;
  }

  say(kind, payload, to = null) {
    const last = this.queue.at(-1);
    if (kind === "candidates" && last?.kind === kind && last.to === to && last.payload.candidates.length < 30) {
      last.payload.candidates.push(...payload.candidates);
    } else this.queue.push({ kind, payload, to });
    this.next(60);
  }

  poke() {
    this.next(0);
  }

  next(wait) {
    if (!this.running) return;
    const due = Date.now() + wait;
    if (this.timer && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.tick(), wait);
  }

  async tick() {
    this.timer = null;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const messages = this.queue.splice(0, MOST);
    const session = this.session;
    try {
      const answer = await this.post("signal/", { session, after: this.after, messages });
      if (session !== this.session || !this.running) return;
      this.failures = 0;
      this.handlers.online(true);
      this.after = Math.max(this.after, answer.seq);
      await this.handlers.news(answer);
    } catch (error) {
      if (session === this.session) this.failed(error, messages);
    } finally {
      this.busy = false;
      const wait = this.again || this.queue.length ? 30 : this.pause();
      this.again = false;
      this.next(wait);
    }
  }

  pause() {
    if (this.failures) return Math.min(LONGEST, 500 * 2 ** this.failures) * (0.75 + Math.random() / 2);
    return this.hurried ? QUICK : this.calm;
  }

  failed(error, messages) {
    const code = error.problem?.code;
    if (code === "seat-lost") return this.stop(() => this.handlers.lost(error.problem.ending));
    if (code === "room-ended" || error.status === 404 || error.status === 403 || error.status === 401) {
      return this.stop(() => this.handlers.over(code ?? "gone"));
    }
    // What was sent and not answered may have arrived: hearing it twice does no harm.
    if (error.status !== 400 && error.status !== 413) this.queue.unshift(...messages);
    this.failures += 1;
    this.handlers.online(false);
  }

  stop(then) {
    this.running = false;
    clearTimeout(this.timer);
    this.timer = null;
    then?.();
  }

  leave() {
    this.stop();
    if (this.session) postJson(`${this.base}leave/`, { session: this.session }, { keepalive: true }).catch(() => {});
  }

  async post(place, body) {
    const response = await postJson(this.base + place, body);
    return read(response);
  }
}

export async function read(response) {
  if (response.ok) return response.status === 204 ? null : response.json();
  const error = new Error(`${response.status}`);
  error.status = response.status;
  error.problem = await response.json().catch(() => ({}));
  throw error;
}
