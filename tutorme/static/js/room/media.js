// What goes out: camera, microphone, screen. A track stands for what is missing, so that everything can be changed later
// without negotiating anew.
export class Media extends EventTarget {
  constructor() {
    super();
    this.stream = new MediaStream();
    this.state = { audio: false, video: false, screen: false };
    this.wanted = { audio: true, video: true };
    this.troubles = {};
  }

  static get possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia && window.RTCPeerConnection && crypto.randomUUID);
  }

  // Camera and microphone, each for itself: one that is missing or refused does not cost the other.
  async open(choice = {}) {
    for (const kind of ["audio", "video"]) await this.take(kind, choice[kind]);
  }

  async take(kind, deviceId) {
    const shape = kind === "audio" ? { echoCancellation: true, noiseSuppression: true } : { width: { ideal: 1280 }, height: { ideal: 720 } };
    if (deviceId) shape.deviceId = { exact: deviceId };
    try {
      const got = await navigator.mediaDevices.getUserMedia({ [kind]: shape });
      delete this.troubles[kind];
      this.put(kind, got.getTracks()[0]);
    } catch (error) {
      this.troubles[kind] = error.name;
      this.put(kind, null);
    }
  }

  put(kind, track) {
    this[kind]?.stop();
    this[kind] = track;
    if (track) {
      track.enabled = this.wanted[kind];
      track.onended = () => this.put(kind, null);
    }
    this.tell(kind);
  }

  switch(kind, on) {
    this.wanted[kind] = on;
    if (this[kind]) this[kind].enabled = on;
    this.tell(kind);
  }

  async share() {
    const got = await navigator.mediaDevices.getDisplayMedia({ video: true });
    this.screen = got.getVideoTracks()[0];
    this.screen.onended = () => this.unshare();
    this.tell("video");
  }

  unshare() {
    this.screen?.stop();
    this.screen = null;
    this.tell("video");
  }

  tell(kind) {
    const before = this.sent?.[kind];
    this.state = {
      audio: Boolean(this.audio && this.wanted.audio),
      video: Boolean(this.screen || (this.video && this.wanted.video)),
      screen: Boolean(this.screen),
    };
    const now = this.track(kind);
    (this.sent ??= {})[kind] = now;
    this.dispatchEvent(new CustomEvent("change", { detail: { kind, track: now, changed: before !== now } }));
  }

  track(kind) {
    return kind === "video" ? (this.screen ?? this.video ?? blank()) : (this.audio ?? silence());
  }

  outgoing() {
    return [this.track("audio"), this.track("video")];
  }

  // For the own picture: never the sound.
  preview() {
    const track = this.screen ?? this.video;
    return track ? new MediaStream([track]) : null;
  }

  close() {
    for (const kind of ["audio", "video", "screen"]) this[kind]?.stop();
  }
}

let blankTrack;
let silentTrack;

function blank() {
  if (blankTrack?.readyState !== "live") {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
    canvas.getContext("2d").fillRect(0, 0, 64, 36);
    blankTrack = canvas.captureStream(1).getVideoTracks()[0];
  }
  return blankTrack;
}

function silence() {
  if (silentTrack?.readyState !== "live") {
    silentTrack = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  }
  return silentTrack;
}

// How loud a track is, 0 to 1, some times a second; the function returned stops it.
export function loudness(track, tell) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    const loud = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
    tell(Math.min(1, loud * 4));
  }, 100);
  return () => {
    clearInterval(timer);
    context.close();
  };
}
