// The tiles: one figure for each person, oneself among them; a layout that suits how many there are.
export class Stage {
  constructor(root, words) {
    this.root = root;
    this.words = words;
    this.tiles = new Map();
  }

  people(people, me) {
    const here = new Set(people.map((person) => person.session));
    for (const session of this.tiles.keys()) if (!here.has(session)) this.remove(session);
    for (const person of people) this.tile(person, person.session === me);
    this.root.dataset.count = String(this.tiles.size);
  }

  tile(person, isMe) {
    const known = this.tiles.get(person.session);
    if (known) return known;
    const figure = document.createElement("figure");
    figure.className = "tile";
    figure.dataset.session = person.session;
    const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true, muted: isMe });
    const face = document.createElement("span");
    face.className = "tile-face";
    face.textContent = initials(person.name);
    const caption = document.createElement("figcaption");
    const name = document.createElement("span");
    name.textContent = isMe ? `${person.name} (${this.words.you})` : person.name;
    const state = document.createElement("span");
    state.className = "tile-state";
    caption.append(name, state);
    const pin = document.createElement("button");
    pin.type = "button";
    pin.className = "tile-pin";
    pin.textContent = this.words.pin;
    pin.setAttribute("aria-pressed", "false");
    pin.setAttribute("aria-label", `${this.words.pin}: ${person.name}`);
    pin.onclick = () => this.pin(person.session);
    figure.append(video, face, caption, pin);
    figure.classList.add("tile-faceless");
    if (isMe) figure.classList.add("tile-me");
    this.root.append(figure);
    const made = { figure, video, state, pin, person, media: null, link: isMe ? "connected" : "new", hand: false };
    this.tiles.set(person.session, made);
    this.say(made);
    return made;
  }

  remove(session) {
    this.tiles.get(session)?.figure.remove();
    this.tiles.delete(session);
    if (this.root.dataset.pinned === session) delete this.root.dataset.pinned;
  }

  stream(session, stream) {
    const tile = this.tiles.get(session);
    if (!tile || tile.video.srcObject === stream) return;
    tile.video.srcObject = stream;
    tile.video.play().catch(() => this.root.dispatchEvent(new CustomEvent("tm:blocked", { bubbles: true })));
    this.faces(tile);
  }

  media(session, media) {
    const tile = this.tiles.get(session);
    if (!tile) return;
    tile.media = media;
    tile.figure.classList.toggle("tile-screen", media.screen);
    this.faces(tile);
    this.say(tile);
    this.focus();
  }

  faces(tile) {
    const seen = tile.video.srcObject && (tile.media?.video ?? true);
    tile.figure.classList.toggle("tile-faceless", !seen);
  }

  state(session, link) {
    const tile = this.tiles.get(session);
    if (!tile) return;
    tile.link = link;
    tile.figure.dataset.link = link;
    this.say(tile);
  }

  hand(session, up) {
    const tile = this.tiles.get(session);
    if (!tile) return;
    tile.hand = up;
    this.say(tile);
  }

  say(tile) {
    const said = [];
    if (tile.hand) said.push(this.words.hand);
    if (tile.media && !tile.media.audio) said.push(this.words.muted);
    if (tile.media?.screen) said.push(this.words.sharing);
    if (tile.link !== "connected") said.push(tile.link === "new" || tile.link === "connecting" ? this.words.connecting : this.words.reconnecting);
    tile.state.textContent = said.join(" · ");
  }

  pin(session) {
    this.pinned = this.pinned === session ? null : session;
    this.focus();
  }

  // Who is large: the one that was chosen, else a screen that is shown, else the first of the others.
  focus() {
    const sharing = [...this.tiles].find(([, tile]) => tile.media?.screen)?.[0];
    const chosen = this.tiles.has(this.pinned) ? this.pinned : sharing;
    const other = [...this.tiles].find(([, tile]) => !tile.figure.classList.contains("tile-me"))?.[0];
    const large = chosen ?? (this.layout === "focus" ? other : null);
    this.root.dataset.layout = large ? "focus" : "grid";
    for (const [session, tile] of this.tiles) {
      tile.figure.classList.toggle("tile-large", session === large);
      tile.pin.setAttribute("aria-pressed", String(session === this.pinned));
    }
  }

  arrange(layout) {
    this.layout = layout;
    if (layout === "grid") this.pinned = null;
    this.focus();
  }
}

function initials(name) {
  return name.split(/\s+/).filter(Boolean).map((part) => part[0]).slice(0, 2).join("").toUpperCase();
}
