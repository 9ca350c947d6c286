// The call at Twilio: the same doors as the built-in one. Its script is loaded when such a call begins, never before.
let loading;

function load(src) {
  loading ??= new Promise((resolve, reject) => {
    const giveBack = answerOneText();
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => {
      giveBack();
      if (window.Twilio?.Video) resolve(window.Twilio.Video);
      else reject(new Error("script"));
    };
    script.onerror = () => {
      giveBack();
      loading = undefined;
      reject(new Error("script"));
    };
    document.head.append(script);
  });
  return loading;
}

// As it loads, the published script makes one function from text, for plugins nobody loads here. Our pages forbid making
// any, and rightly; so for that moment this one text is answered with the function it means.
function answerOneText() {
  const own = window.Function;
  window.Function = new Proxy(own, {
    construct: (target, words) =>
      words.join() === "url,return import(url);" ? (url) => import(url) : Reflect.construct(target, words),
  });
  return () => (window.Function = own);
}

const PATIENCE = 20000;

export class TwilioCall {
  constructor({ grant, script, media, onStream, onState, onGone, onDown }) {
    Object.assign(this, { grant, script, media, onStream, onState, onGone, onDown });
    this.sessions = new Map(); // member → the window they are here from
    this.streams = new Map();
  }

  async start() {
    try {
      const video = await load(this.script);
      this.tracks = { audio: new video.LocalAudioTrack(this.media.track("audio").clone()), video: new video.LocalVideoTrack(this.media.track("video").clone()) };
      this.connecting = video.connect(this.grant.token, { name: this.grant.room, tracks: Object.values(this.tracks), dominantSpeaker: true });
      this.room = await Promise.race([this.connecting, late()]);
    } catch (error) {
      // One that came after all would be a second call beside the one that took over.
      this.connecting?.cancel();
      if (!this.stopped) this.onDown(error);
      return;
    }
    if (this.stopped) return void this.room.disconnect();
    this.room.on("participantConnected", (each) => this.greet(each));
    this.room.on("participantDisconnected", (each) => this.gone(each.identity));
    this.room.on("reconnecting", () => this.all("disconnected"));
    this.room.on("reconnected", () => this.all("connected"));
    this.room.on("disconnected", (_room, error) => error && this.onDown(error));
    for (const each of this.room.participants.values()) this.greet(each);
  }

  greet(participant) {
    const stream = new MediaStream();
    this.streams.set(participant.identity, stream);
    participant.on("trackSubscribed", (track) => {
      if (track.mediaStreamTrack) stream.addTrack(track.mediaStreamTrack);
      this.show(participant.identity);
    });
    participant.on("trackUnsubscribed", (track) => track.mediaStreamTrack && stream.removeTrack(track.mediaStreamTrack));
    this.show(participant.identity);
  }

  show(member) {
    const session = this.sessions.get(member);
    if (!session || !this.streams.has(member)) return;
    this.onState(session, "connected");
    this.onStream(session, this.streams.get(member));
  }

  gone(member) {
    this.streams.delete(member);
    if (this.sessions.has(member)) this.onGone(this.sessions.get(member));
  }

  all(state) {
    for (const session of this.sessions.values()) this.onState(session, state);
  }

  meet(people) {
    this.sessions = new Map(people.map((person) => [person.member, person.session]));
    for (const member of this.streams.keys()) this.show(member);
  }

  hear() {}

  // Twilio's own track stands for one source: another source is another track.
  async replace(kind, track) {
    const local = this.room?.localParticipant;
    if (!local || !this.tracks) return;
    const made = kind === "audio" ? new window.Twilio.Video.LocalAudioTrack(track.clone()) : new window.Twilio.Video.LocalVideoTrack(track.clone());
    local.unpublishTrack(this.tracks[kind]);
    this.tracks[kind].stop();
    this.tracks[kind] = made;
    await local.publishTrack(made);
  }

  mute(kind, on) {
    this.tracks?.[kind]?.[on ? "enable" : "disable"]();
  }

  async renew() {}

  async stats() {
    return {};
  }

  stop() {
    this.stopped = true;
    this.room?.disconnect();
    for (const track of Object.values(this.tracks ?? {})) track.stop();
  }
}

function late() {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
}
