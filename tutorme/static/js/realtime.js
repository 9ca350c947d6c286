// What is said on channels, whatever carries it. Pages say what they want to hear:
//   const stop = listen(`private-course-${id}`, { "course-updated": (data, event) => … });
// Which carrier the site uses (server-sent events or Pusher) is written on <tm-live> and known here alone.
import { getJson, postJson } from "./http.js";
import { openStream } from "./stream.js";

const EVENTS = "/api/v1/realtime/events/";
const wanted = new Map(); // channel → list of { event: handler }
const heard = new Map(); // channel → the number of the last event
let place; // the <tm-live> of this page
let carrier;

export const own = () => `private-user-${place?.dataset.viewer ?? ""}`;

export function listen(channel, handlers) {
  wanted.set(channel, [...(wanted.get(channel) ?? []), handlers]);
  carrier?.change();
  return () => {
    const left = wanted.get(channel).filter((each) => each !== handlers);
    if (left.length) wanted.set(channel, left);
    else {
      wanted.delete(channel);
      heard.delete(channel);
    }
    carrier?.change();
  };
}

export const say = (channel, event, data) => postJson(EVENTS, { channel, event, data });

const storageKey = () => `tm-last-event-${place.dataset.viewer}`;

export const session = {
  channels: () => [...new Set([own(), ...wanted.keys()])],
  names: () => new Set([...wanted.values()].flat().flatMap((handlers) => Object.keys(handlers))),
  // Where we stand, as the server writes it. A new page goes on with the person's own channel alone.
  cursor() {
    const mine = heard.get(own()) ?? sessionStorage.getItem(storageKey()) ?? "";
    const others = [...heard].filter(([channel]) => channel !== own()).map(([channel, seq]) => `${channel}:${seq}`);
    return [mine, ...others].filter((part) => part !== "").join(",");
  },
  stand(cursor) {
    for (const part of cursor.split(",")) {
      const at = part.lastIndexOf(":");
      reach(at < 0 ? own() : part.slice(0, at), Number(part.slice(at + 1)));
    }
  },
  last: (channel) => heard.get(channel),
  deliver(event) {
    if (event.seq <= (heard.get(event.channel) ?? -1)) return;
    reach(event.channel, event.seq);
    tell(event.channel, event.event, event.data, event);
  },
  hello: (data) => tell(own(), "hello", data, {}),
  resync: (channel) => tell(channel, "resync", {}, {}),
  // What was said since, by plain requests: the floor under every carrier.
  async catchUp(signal) {
    let page;
    do {
      const query = new URLSearchParams({ channels: this.channels().join(","), after: this.cursor() });
      page = await getJson(`${EVENTS}?${query}`, signal);
      page.resync.forEach(this.resync);
      page.events.forEach((event) => this.deliver(event));
      this.stand(page.cursor);
    } while (page.more);
  },
};

function reach(channel, seq) {
  if (!Number.isSafeInteger(seq) || seq < (heard.get(channel) ?? -1)) return;
  heard.set(channel, seq);
  if (channel === own()) sessionStorage.setItem(storageKey(), String(seq));
}

function tell(channel, name, data, event) {
  for (const handlers of wanted.get(channel) ?? []) handlers[name]?.(data, event);
}

export async function begin(element) {
  if (!element.dataset.stream) return;
  place = element;
  await null; // first everything that is to be heard, then one connection for it
  // The other carrier's client is fetched where the site chose it and nowhere else.
  const open = element.dataset.carrier === "pusher" ? (await import("./pusher.js")).openPusher : openStream;
  carrier = open(session, element.dataset);
  const onVisible = () => (document.hidden ? carrier.close() : carrier.open());
  document.addEventListener("visibilitychange", () => place.dataset.steady === undefined && onVisible());
  addEventListener("pagehide", () => carrier.close());
  addEventListener("pageshow", (event) => event.persisted && onVisible());
  onVisible();
}

// A page where something goes on that must be heard in the background too (a call) says so.
export const stayAwake = () => (place.dataset.steady = "");
