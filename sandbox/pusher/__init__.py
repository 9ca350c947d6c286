"""Pusher Channels: its HTTP API, and sockets over plain HTTP streaming (what `pusher-js` falls back
to where a WebSocket is refused; the machine that runs the stand-ins has no WebSocket library)."""
