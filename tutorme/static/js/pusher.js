// Channels over Pusher's protocol. What arrives is held against the numbers: one that does not follow the last
// makes us read the rows, so nothing is missed and nothing is heard twice.
import { csrfToken, getJson } from "./http.js";

const POLL = 20000; // also says that we are still here
const POLL_ALONE = 4000;

export function openPusher(session, { client }) {
  let socket;
  let connecting;
  let wanted = false;
  let timer;
  const joined = new Set();

  function open() {
    wanted = true;
    change();
  }

  async function connect() {
    const [config] = await Promise.all([getJson("/api/v1/realtime/config/"), script(client)]);
    const { key, host, port, tls, auth_url: endpoint } = config.pusher;
    const made = new window.Pusher(key, {
      cluster: "",
      wsHost: host,
      httpHost: host,
      ...Object.fromEntries(["wsPort", "wssPort", "httpPort", "httpsPort"].map((name) => [name, port])),
      forceTLS: tls,
      enableStats: false,
      enabledTransports: ["ws", "xhr_streaming"],
      channelAuthorization: { endpoint, transport: "ajax", headersProvider: () => ({ "X-CSRFToken": csrfToken() }) },
    });
    made.bind_global((name, said) => said?.channel && receive(said));
    made.connection.bind("state_change", () => catchUp());
    return made;
  }

  function receive(said) {
    const last = session.last(said.channel);
    if (said.data !== null && last !== undefined && said.seq === last + 1) session.deliver(said);
    else if (last === undefined || said.seq > last) catchUp();
  }

  async function change() {
    await meet();
    catchUp();
  }

  // Where the client or our answer does not come, the rows are read, and each round tries again.
  async function meet() {
    connecting ??= connect();
    try {
      socket = await connecting;
    } catch {
      connecting = undefined;
      return;
    }
    const names = wanted ? session.channels() : [];
    for (const name of joined) if (!names.includes(name)) socket.unsubscribe(name), joined.delete(name);
    for (const name of names) {
      if (joined.has(name)) continue;
      joined.add(name);
      socket.subscribe(name).bind("pusher:subscription_succeeded", catchUp);
    }
    if (wanted) socket.connect();
    else socket.disconnect();
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
    try {
      if (!socket) await meet();
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
    if (connecting) change();
  }

  return { open, close, change: () => wanted && change() };
}

function script(src) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src, onload: resolve });
    element.onerror = () => {
      element.remove();
      reject(new Error(src));
    };
    document.head.append(element);
  });
}
