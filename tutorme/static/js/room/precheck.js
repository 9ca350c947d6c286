// Before one goes in: is there a picture, is there sound, does the network let a call through?
import { getJson, postJson } from "../http.js";
import { loudness } from "./media.js";
import { read } from "./link.js";

const GATHERING = 5000;

export class Precheck {
  constructor(root, { media, words, base }) {
    Object.assign(this, { root, media, words, base });
    this.part = (name) => root.querySelector(`[data-check="${name}"]`);
    media.addEventListener("change", () => this.show());
  }

  async run() {
    await this.media.open();
    await this.listDevices();
    navigator.mediaDevices.addEventListener?.("devicechange", () => this.listDevices());
    this.show();
    await this.network();
  }

  async listDevices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [kind, select] of [["audio", this.part("microphones")], ["video", this.part("cameras")]]) {
      const found = devices.filter((device) => device.kind === `${kind}input` && device.deviceId);
      const used = this.media[kind]?.getSettings().deviceId;
      select.replaceChildren(...found.map((device, at) => new Option(device.label || `${select.dataset.label} ${at + 1}`, device.deviceId, false, device.deviceId === used)));
      select.closest(".field").hidden = found.length < 2;
      select.onchange = () => this.media.take(kind, select.value);
    }
  }

  show() {
    const video = this.part("preview");
    const stream = this.media.preview();
    if (video.srcObject?.getTracks()[0] !== stream?.getTracks()[0]) video.srcObject = stream;
    this.say("camera", this.media.video, this.media.troubles.video);
    this.say("microphone", this.media.audio, this.media.troubles.audio);
    if (this.listening === this.media.audio) return;
    this.listening = this.media.audio;
    this.hush?.();
    if (this.media.audio) this.hush = loudness(this.media.audio, (level) => (this.part("level").value = level));
  }

  say(what, track, trouble) {
    const row = this.part(what);
    row.dataset.state = track ? "good" : "bad";
    row.textContent = track ? this.words[`${what}_good`] : (this.words[`${what}_${reason(trouble)}`] ?? this.words[`${what}_missing`]);
  }

  async network() {
    const row = this.part("network");
    row.textContent = this.words.network_asking;
    try {
      const times = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const start = performance.now();
        await getJson(`${this.base}participants/`);
        times.push(performance.now() - start);
      }
      const grant = await read(await postJson(`${this.base}token/`, {}));
      const ways = grant.provider === "builtin" ? await candidateTypes(grant.ice_servers) : new Set(["relay"]);
      const best = ["relay", "srflx", "host"].find((type) => ways.has(type));
      row.dataset.state = best ? "good" : "bad";
      row.textContent = `${this.words[`network_${best ?? "none"}`]} ${Math.round(Math.min(...times))} ms`;
    } catch (error) {
      row.dataset.state = "bad";
      row.textContent = error.problem?.detail ?? this.words.network_away;
      this.root.dispatchEvent(new CustomEvent("tm:refused", { bubbles: true, detail: error.problem ?? {} }));
    }
  }

  done() {
    this.hush?.();
    this.part("preview").srcObject = null;
  }
}

function reason(trouble) {
  return { NotAllowedError: "refused", NotReadableError: "busy", NotFoundError: "missing" }[trouble];
}

// Which kinds of way through the network a browser finds: its own address, the one the internet sees, a relay.
async function candidateTypes(iceServers) {
  const found = new Set();
  const pc = new RTCPeerConnection({ iceServers });
  const done = new Promise((resolve) => {
    setTimeout(resolve, GATHERING);
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate) return resolve();
      if (candidate.type) found.add(candidate.type);
      if (candidate.type === "relay") resolve();
    };
  });
  pc.createDataChannel("look");
  await pc.setLocalDescription();
  await done;
  pc.close();
  return found;
}
