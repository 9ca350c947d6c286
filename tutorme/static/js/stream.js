// Channels over server-sent events. Opened anew when the page wants to hear other channels.
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60000;

export function openStream(session, { stream }) {
  let source;
  let timer;
  let wait = FIRST_WAIT;

  function open() {
    clearTimeout(timer);
    if (source) return;
    const url = new URL(stream, location.href);
    // EventSource sends Last-Event-ID only when it reconnects by itself; after a page change it goes in the query.
    const cursor = session.cursor();
    if (cursor) url.searchParams.set("last_event_id", cursor);
    const others = session.channels().slice(1);
    if (others.length) url.searchParams.set("channels", others.join(","));
    source = new EventSource(url);
    source.onopen = () => (wait = FIRST_WAIT);
    source.onerror = lost;
    source.addEventListener("hello", (event) => session.hello(parsed(event)));
    source.addEventListener("resync", (event) => session.resync(parsed(event).channel));
    for (const name of session.names()) source.addEventListener(name, (event) => session.deliver(parsed(event)));
  }

  const parsed = (event) => {
    const data = JSON.parse(event.data);
    // The hello says where we stand before anything was heard.
    if (event.type === "hello") session.stand(event.lastEventId);
    return data;
  };

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function lost() {
    close();
    timer = setTimeout(() => !document.hidden && open(), wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function change() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      close();
      open();
    }, 50);
  }

  return { open, close, change };
}
