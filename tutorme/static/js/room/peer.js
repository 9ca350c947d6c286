// One other window: a connection both may renegotiate at any moment. When both do at once, the polite one gives way
// ("perfect negotiation", WebRTC 1.0 §10.7). Heard twice, a description does no harm.

const PATIENCE = 3000;

export class Peer {
  constructor({ polite, iceServers, send, onStream, onState }) {
    this.polite = polite;
    this.send = send;
    this.onState = onState;
    this.chain = Promise.resolve();
    this.pc = new RTCPeerConnection({ iceServers });
    this.pc.onnegotiationneeded = () => this.offer();
    this.pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.send("candidates", { candidates: [candidate.toJSON()] });
    };
    this.pc.ontrack = ({ track, streams }) => onStream(streams[0] ?? new MediaStream([track]));
    this.pc.onconnectionstatechange = () => this.changed();
  }

  carry(tracks, stream) {
    for (const track of tracks) this.pc.addTrack(track, stream);
  }

  replace(kind, track) {
    const sender = this.pc.getSenders().find((each) => each.track?.kind === kind);
    return sender?.replaceTrack(track);
  }

  async offer() {
    try {
      this.offering = true;
      await this.pc.setLocalDescription();
      this.sendDescription();
    } catch (error) {
      if (this.pc.signalingState !== "closed") console.warn("offer", error);
    } finally {
      this.offering = false;
    }
  }

  sendDescription() {
    const { type, sdp } = this.pc.localDescription;
    this.send("description", { type, sdp });
  }

  receive(kind, payload) {
    const step = () => (kind === "description" ? this.describe(payload) : this.candidates(payload.candidates));
    this.chain = this.chain.then(step).catch((error) => console.warn(kind, error));
    return this.chain;
  }

  async describe(description) {
    const isOffer = description.type === "offer";
    if (!isOffer && this.pc.signalingState !== "have-local-offer") return;
    const collision = isOffer && (this.offering || this.pc.signalingState !== "stable");
    this.ignoring = collision && !this.polite;
    if (this.ignoring) return;
    await this.pc.setRemoteDescription(description);
    if (!isOffer) return;
    await this.pc.setLocalDescription();
    this.sendDescription();
  }

  async candidates(rows) {
    for (const row of rows) {
      try {
        await this.pc.addIceCandidate(row);
      } catch (error) {
        if (!this.ignoring) console.warn("candidate", error);
      }
    }
  }

  changed() {
    const state = this.pc.connectionState;
    clearTimeout(this.timer);
    if (state === "failed") this.restart();
    // A short loss mends itself; a longer one needs new ways through the network.
    if (state === "disconnected") this.timer = setTimeout(() => this.restart(), PATIENCE);
    this.onState(state);
  }

  restart(iceServers) {
    if (this.pc.signalingState === "closed") return;
    if (iceServers) this.pc.setConfiguration({ iceServers });
    this.pc.restartIce();
  }

  async stats() {
    const found = { framesDecoded: 0, framesSent: 0, audioReceived: 0, audioEnergy: 0, lost: 0, received: 0, roundTrip: null };
    for (const row of (await this.pc.getStats()).values()) {
      if (row.type === "inbound-rtp" && row.kind === "video") found.framesDecoded += row.framesDecoded ?? 0;
      if (row.type === "outbound-rtp" && row.kind === "video") found.framesSent += row.framesSent ?? 0;
      if (row.type === "inbound-rtp" && row.kind === "audio") {
        found.audioReceived += row.packetsReceived ?? 0;
        found.audioEnergy += row.totalAudioEnergy ?? 0;
      }
      if (row.type === "inbound-rtp") {
        found.lost += row.packetsLost ?? 0;
        found.received += row.packetsReceived ?? 0;
      }
      if (row.type === "candidate-pair" && row.nominated) found.roundTrip = row.currentRoundTripTime ?? found.roundTrip;
    }
    return { state: this.pc.connectionState, ...found };
  }

  close() {
    clearTimeout(this.timer);
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }
}
