// Channels over Pusher's protocol. What arrives is held against the numbers: one that does not follow the last
// makes us read the rows, so nothing is missed and nothing is heard twice.
import { csrfToken, getJson } from "./http.js";

const POLL = 20000; // also says that we are still here
const POLL_ALONE = 4000;

export function openPusher(session, { client }) {
  let pusher;
  let wanted = false;
  let timer;
  const joined = new Set();

  async function open() {
    wanted = true;
    pusher ??= connect();
    await pusher;
    if (wanted) change();
  }

  async function connect() {
    const [config] = await Promise.all([getJson("/api/v1/realtime/config/"), script(client)]);
    const { key, host, port, tls, auth_url: endpoint } = config.pusher;
    const socket = new window.Pusher(key, {
      cluster: "",
      wsHost: host,
      httpHost: host,
      ...Object.fromEntries(["wsPort", "wssPort", "httpPort", "httpsPort"].map((name) => [name, port])),
      forceTLS: tls,
      enableStats: false,
      enabledTransports: ["ws", "xhr_streaming"],
      channelAuthorization: { endpoint, transport: "ajax", headersProvider: () => ({ "X-CSRFToken": csrfToken() }) },
    });
    socket.bind_global((name, said) => said?.channel && receive(said));
    socket.connection.bind("state_change", () => catchUp());
    return socket;
  }

  function receive(said) {
    const last = session.last(said.channel);
    if (said.data !== null && last !== undefined && said.seq === last + 1) session.deliver(said);
    else if (last === undefined || said.seq > last) catchUp();
  }

  async function change() {
    const socket = await pusher;
    const names = wanted ? session.channels() : [];
    for (const name of joined) if (!names.includes(name)) socket.unsubscribe(name), joined.delete(name);
    for (const name of names) {
      if (joined.has(name)) continue;
      joined.add(name);
      socket.subscribe(name).bind("pusher:subscription_succeeded", catchUp);
    }
    if (wanted) socket.connect();
    else socket.disconnect();
    catchUp();
  }

  let asking;
  let again = false;
  function catchUp() {
    clearTimeout(timer);
    if (!wanted) return;
    if (asking) again = true;
    else asking = ask();
  }

  async function ask() {
    let socket;
    try {
      socket = await pusher;
      await session.catchUp();
    } catch {
      // The next round asks again from where we stand.
    }
    asking = undefined;
    const wait = again ? 0 : socket?.connection.state === "connected" ? POLL : POLL_ALONE;
    again = false;
    if (wanted) timer = setTimeout(catchUp, wait);
  }

  function close() {
    wanted = false;
    clearTimeout(timer);
    if (pusher) change();
  }

  return { open, close, change: () => wanted && change() };
}

function script(src) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
    document.head.append(element);
  });
}
