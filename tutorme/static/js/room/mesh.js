// The built-in call: everybody sends to everybody. Who is in the room counts, not who was heard to come: each answer
// of the room says it, so that a signal that was lost costs nothing.
import { Peer } from "./peer.js";

export class Mesh {
  constructor({ me, media, link, iceServers, onStream, onState, onGone }) {
    Object.assign(this, { me, media, link, iceServers, onStream, onState, onGone });
    this.peers = new Map();
  }

  async start() {}

  meet(people) {
    const here = new Set(people.map((person) => person.session));
    for (const session of this.peers.keys()) if (!here.has(session)) this.drop(session);
    for (const person of people) if (person.session !== this.me && !this.peers.has(person.session)) this.greet(person.session);
    this.link.hurried = this.peers.size > 0 && [...this.peers.values()].some((peer) => peer.pc.connectionState !== "connected");
  }

  greet(session) {
    const peer = new Peer({
      polite: this.me > session,
      iceServers: this.iceServers,
      send: (kind, payload) => this.link.say(kind, payload, session),
      onStream: (stream) => this.onStream(session, stream),
      onState: (state) => this.onState(session, state),
    });
    this.peers.set(session, peer);
    peer.carry(this.media.outgoing(), this.media.stream);
  }

  drop(session) {
    this.peers.get(session)?.close();
    this.peers.delete(session);
    this.onGone(session);
  }

  hear({ kind, sender, payload }) {
    if (kind === "description" || kind === "candidates") return this.peers.get(sender)?.receive(kind, payload);
  }

  replace(kind, track) {
    return Promise.all([...this.peers.values()].map((peer) => peer.replace(kind, track)));
  }

  // After the line came back: ways through the network that were found before may be gone.
  async renew(iceServers) {
    this.iceServers = iceServers;
    for (const peer of this.peers.values()) if (peer.pc.connectionState !== "connected") peer.restart(iceServers);
  }

  async stats() {
    const rows = await Promise.all([...this.peers].map(async ([session, peer]) => [session, await peer.stats()]));
    return Object.fromEntries(rows);
  }

  stop() {
    for (const session of [...this.peers.keys()]) this.drop(session);
  }
}
