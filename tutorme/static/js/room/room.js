// <tm-room data-base data-channel data-after data-twilio>: a meeting. First a look at camera, microphone and network, then
// the call: built in (everybody sends to everybody) or at a provider, behind the same few doors.
import { listen, stayAwake } from "../realtime.js";
import { postJson } from "../http.js";
import { Link, read } from "./link.js";
import { Media } from "./media.js";
import { Mesh } from "./mesh.js";
import { Precheck } from "./precheck.js";
import { Stage } from "./stage.js";
import { Chat, Notes } from "./talk.js";
import { TwilioCall } from "./twilio.js";

const MENDING = 15000;
const CAPTION_SHOWN = 6000;

class Room extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(document.getElementById("room-words").textContent);
    this.base = this.dataset.base;
    this.talk();
    if (!Media.possible) return this.show("unable");
    this.media = new Media();
    this.stage = new Stage(this.find("stage"), this.words);
    this.link = new Link(this.base, {
      news: (answer) => this.news(answer),
      lost: (ending) => this.lost(ending),
      over: (code) => this.over(code),
      online: (yes) => this.online(yes),
    });
    this.media.addEventListener("change", (event) => this.changed(event.detail));
    this.addEventListener("click", (event) => this.pressed(event));
    this.addEventListener("tm:blocked", () => (this.find("blocked").hidden = false));
    this.addEventListener("tm:refused", (event) => this.refused(event.detail));
    document.addEventListener("tm:caption", (event) => this.caption(event.detail));
    addEventListener("pagehide", () => this.link.leave());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.show("check");
    this.precheck = new Precheck(this.find("check"), { media: this.media, words: this.words, base: this.base });
    this.precheck.run();
  }

  find(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  show(name) {
    for (const part of ["unable", "check", "call", "notice"]) this.find(part).hidden = part !== name;
    this.dataset.state = name;
  }

  // Chat and notes stand beside the call and work before it begins.
  talk() {
    const [chat, notes] = [document.querySelector("[data-room-chat]"), document.querySelector("[data-room-notes]")];
    if (chat?.querySelector("form")) this.chat = new Chat(chat, this.base);
    if (notes?.querySelector("form")) this.notes = new Notes(notes, this.base, () => this.session);
    const heard = () => this.link?.poke();
    listen(this.dataset.channel, { "room-signalled": heard, resync: heard, "session-ended": heard });
  }

  pressed(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) this[`press_${act}`]?.(event.target.closest("[data-act]"));
  }

  // Going in -----------------------------------------------------------------------------------

  async press_join() {
    this.precheck.done();
    stayAwake();
    await this.enter();
  }

  press_rejoin() {
    return this.enter();
  }

  async enter() {
    this.session = crypto.randomUUID();
    this.told = null;
    try {
      const grant = await this.grant();
      const answer = await this.link.join(this.session);
      this.show("call");
      this.clock();
      this.begin(grant, answer.room);
      await this.news(answer);
    } catch (error) {
      this.refused(error.problem ?? {});
    }
  }

  async grant() {
    return read(await postJson(`${this.base}token/`, {}));
  }

  begin(grant, room) {
    this.call?.stop();
    this.epoch = room.epoch;
    this.find("trouble").hidden = true;
    const doors = {
      media: this.media,
      onStream: (session, stream) => this.stage.stream(session, stream),
      onState: (session, state) => this.stated(session, state),
      onGone: (session) => this.stage.state(session, "disconnected"),
    };
    this.call =
      grant.provider === "twilio"
        ? new TwilioCall({ ...doors, grant, script: this.dataset.twilio, onDown: () => this.down() })
        : new Mesh({ ...doors, me: this.session, link: this.link, iceServers: grant.ice_servers ?? [] });
    this.dataset.provider = grant.provider;
    this.call.start();
  }

  // A new call for everybody: another provider carries it from here on.
  async anew(room) {
    this.epoch = room.epoch;
    for (const session of this.stage.tiles.keys()) if (session !== this.session) this.stage.state(session, "new");
    try {
      this.begin(await this.grant(), room);
      this.say(this.words.moved);
    } catch {
      this.down();
    }
  }

  // What is heard ------------------------------------------------------------------------------

  async news({ people, signals, room }) {
    if (room.epoch !== this.epoch) await this.anew(room);
    this.stage.people(people, this.session);
    this.call.meet(people);
    this.mine();
    this.taping(room.recording);
    const crowd = people.map((person) => person.session).sort().join();
    if (crowd !== this.told) this.tell();
    this.told = crowd;
    this.find("alone").hidden = people.length > 1;
    for (const signal of signals) this.hear(signal);
  }

  hear(signal) {
    const { kind, sender, payload } = signal;
    if (kind === "media") this.stage.media(sender, payload);
    else if (kind === "hand") this.stage.hand(sender, payload.up);
    else if (kind === "caption") this.captioned(this.stage.tiles.get(sender)?.person.name ?? "", payload);
    else if (kind === "chat") this.chat?.show(payload);
    else if (kind === "notes") this.notes?.hear(payload.text);
    else if (kind === "closed") this.over("room-ended");
    else this.call.hear(signal);
  }

  tell() {
    this.link.say("media", this.media.state);
  }

  stated(session, state) {
    this.stage.state(session, state);
    if (state === "connected") this.link.hurried = false;
    clearTimeout(this.mending);
    if (state === "failed") this.mending = setTimeout(() => this.enter(), MENDING);
  }

  online(yes) {
    this.find("offline").hidden = yes;
    if (yes && this.wasOffline) this.renew();
    this.wasOffline = !yes;
  }

  async renew() {
    try {
      this.call.renew((await this.grant()).ice_servers ?? []);
    } catch {
      // The next answer of the room says whether one may still be here.
    }
  }

  lost(ending) {
    this.call?.stop();
    this.stage.people([], this.session);
    if (ending === "lapsed" || ending === "left") return this.enter();
    this.notice(this.words[`lost_${ending}`] ?? this.words.lost_closed, ending === "replaced");
  }

  // The host ended it, for everybody; or one may not be here any more, and is told so where one stands.
  over(code) {
    this.link.stop();
    this.call?.stop();
    this.media.close();
    if (code === "room-ended") location.assign(this.dataset.after);
    else this.notice(this.words.lost_removed, false);
  }

  refused(problem) {
    if (problem.code === "provider-unavailable" || problem.code === "provider-not-configured") return this.down();
    if (this.dataset.state === "check" && !problem.code) return;
    this.notice(problem.detail ?? this.words.network_away, problem.code !== "room-ended");
  }

  notice(text, again) {
    this.show("notice");
    this.find("notice-text").textContent = text;
    this.querySelector('[data-part="notice"] [data-act="rejoin"]').hidden = !again;
  }

  // The provider does not carry the call: one press and the built-in room does.
  down() {
    this.find("trouble").hidden = false;
  }

  async press_takeover() {
    try {
      await read(await postJson(`${this.base}takeover/`, {}));
      this.find("trouble").hidden = true;
      if (this.dataset.state === "check") await this.precheck.network();
      else if (this.link.running) this.link.poke();
      else await this.enter();
    } catch (error) {
      this.say(error.problem?.detail ?? this.words.network_away);
    }
  }

  // What one does ------------------------------------------------------------------------------

  changed({ kind, track, changed }) {
    this.buttons();
    if (!this.call) return;
    if (changed) this.call.replace(kind, track);
    this.call.mute?.(kind, this.media.state[kind]);
    this.tell();
    this.mine();
  }

  mine() {
    const preview = this.media.preview();
    const tile = this.stage.tiles.get(this.session);
    if (!tile) return;
    if (tile.video.srcObject?.getTracks()[0] !== preview?.getTracks()[0]) this.stage.stream(this.session, preview);
    this.stage.media(this.session, this.media.state);
  }

  buttons() {
    for (const [act, on] of [["mic", this.media.state.audio], ["camera", this.media.wanted.video && Boolean(this.media.video)], ["screen", this.media.state.screen]]) {
      for (const button of this.querySelectorAll(`[data-act="${act}"]`)) label(button, on);
    }
  }

  press_mic() {
    return this.turn("audio");
  }

  press_camera() {
    return this.turn("video");
  }

  async turn(kind) {
    if (this.media[kind]) this.media.switch(kind, !this.media.wanted[kind]);
    else {
      this.media.wanted[kind] = true;
      await this.media.take(kind);
      if (this.media.troubles[kind]) this.say(this.words[kind === "audio" ? "microphone_refused" : "camera_refused"]);
    }
  }

  async press_screen() {
    if (this.media.screen) return this.media.unshare();
    try {
      await this.media.share();
    } catch {
      // Choosing nothing to show is an answer.
    }
  }

  press_hand(button) {
    this.raised = !this.raised;
    label(button, this.raised);
    this.stage.hand(this.session, this.raised);
    this.link.say("hand", { up: this.raised });
  }

  press_layout(button) {
    this.stage.arrange(this.stage.layout === "focus" ? "grid" : "focus");
    label(button, this.stage.layout === "focus");
  }

  press_hear() {
    for (const tile of this.stage.tiles.values()) tile.video.play().catch(() => {});
    this.find("blocked").hidden = true;
  }

  press_leave() {
    this.link.leave();
    this.call?.stop();
    this.media.close();
    location.assign(this.dataset.after);
  }

  async press_record(button) {
    await this.post("recording/", { record: button.getAttribute("aria-pressed") !== "true" });
  }

  async press_consent(button) {
    await this.post("recording/", { consent: button.getAttribute("aria-pressed") !== "true" });
    label(button, button.getAttribute("aria-pressed") !== "true");
  }

  async post(place, body) {
    try {
      await read(await postJson(this.base + place, body));
      this.link.poke();
    } catch (error) {
      this.say(error.problem?.detail ?? this.words.network_away);
    }
  }

  taping(state) {
    if (state === this.tape) return;
    this.tape = state;
    this.find("taping").hidden = state !== "on";
    this.find("consent").hidden = state === "off";
    for (const button of this.querySelectorAll('[data-act="record"]')) label(button, state !== "off");
  }

  // Captions: whatever transcribes speech (a browser extension, a device of one's own) says
  // document.dispatchEvent(new CustomEvent("tm:caption", { detail: { text, final } })).
  caption({ text, final = true }) {
    if (!this.link.running || !text) return;
    const said = { text: String(text).slice(0, 500), final: Boolean(final) };
    this.link.say("caption", said);
    this.captioned(this.words.you, said);
  }

  captioned(name, { text }) {
    const line = this.find("caption");
    line.textContent = `${name}: ${text}`;
    line.hidden = false;
    clearTimeout(this.captionTimer);
    this.captionTimer = setTimeout(() => (line.hidden = true), CAPTION_SHOWN);
  }

  say(text) {
    this.find("status").textContent = text;
  }

  clock() {
    clearInterval(this.clockTimer);
    const ends = Date.parse(this.dataset.ends);
    const shown = this.find("timer");
    const tick = () => {
      const left = Math.round((ends - Date.now()) / 1000);
      const text = `${Math.floor(Math.abs(left) / 60)}:${String(Math.abs(left) % 60).padStart(2, "0")}`;
      shown.textContent = (left >= 0 ? this.words.left : this.words.over).replace("%s", text);
    };
    tick();
    this.clockTimer = setInterval(tick, 1000);
  }

  // What the browser counts of each connection; the quality of the line is read from it.
  stats() {
    return this.call?.stats() ?? {};
  }
}

function label(button, on) {
  button.setAttribute("aria-pressed", String(on));
  const text = button.querySelector("span") ?? button;
  text.textContent = on ? button.dataset.on : button.dataset.off;
}

customElements.define("tm-room", Room);
