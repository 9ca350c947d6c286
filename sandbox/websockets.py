"""WebSockets (RFC 6455) for the server of the stand-ins, which brings none: text, pings, closing.

`uvicorn sandbox.app:app --ws sandbox.websockets:WebSocket`. No extensions, no binary messages.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_MOST_BYTES = 1_000_000
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, TOO_BIG = 1001, 1002, 1003, 1009


class Refused(Exception):
    """What came breaks the protocol; the number says how (RFC 6455, 7.4.1)."""

    def __init__(self, code: int) -> None:
        self.code = code


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1(f"{key}{_SALT}".encode()).digest()).decode()  # noqa: S324


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole message, unmasked, as servers send it."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, size])
    elif size < 65536:
        head = bytes([0x80 | opcode, 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 127]) + size.to_bytes(8, "big")
    return head + payload


class Frames:
    """Cuts what a client sends into whole messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._begun: tuple[int, bytearray] | None = None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        self._bytes += data
        found = []
        while (one := self._frame()) is not None:
            is_last, opcode, payload = one
            whole = self._whole(opcode, payload, is_last=is_last)
            found += [whole] if whole else []
        return found

    def _frame(self) -> tuple[bool, int, bytes] | None:
        if len(self._bytes) < 2:
            return None
        first, second = self._bytes[0], self._bytes[1]
        if first & 0x70 or not second & 0x80:
            raise Refused(PROTOCOL_ERROR)
        more = {126: 2, 127: 8}.get(second & 0x7F, 0)
        size = int.from_bytes(self._bytes[2 : 2 + more], "big") if more else second & 0x7F
        if size > _MOST_BYTES:
            raise Refused(TOO_BIG)
        start = 2 + more + 4
        if len(self._bytes) < start + size:
            return None
        mask, masked = self._bytes[start - 4 : start], self._bytes[start : start + size]
        del self._bytes[: start + size]
        payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(masked))
        return bool(first & 0x80), first & 0x0F, payload

    def _whole(self, opcode: int, payload: bytes, *, is_last: bool) -> tuple[int, bytes] | None:
        if opcode >= CLOSE:
            return opcode, payload
        if (opcode == CONTINUATION) != (self._begun is not None):
            raise Refused(PROTOCOL_ERROR)
        kind, so_far = self._begun or (opcode, bytearray())
        so_far += payload
        if len(so_far) > _MOST_BYTES:
            raise Refused(TOO_BIG)
        self._begun = None if is_last else (kind, so_far)
        return (kind, bytes(so_far)) if is_last else None


class WebSocket(asyncio.Protocol):
    """What uvicorn hands a connection to that asks for a WebSocket: the request comes again as
    bytes, then the frames."""

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any]) -> None:
        self._app: Callable[..., Any] = config.loaded_app
        self._state, self._server = app_state, server_state
        self._head, self._frames = bytearray(), Frames()
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._is_open = False
        self._is_closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._server.connections.discard(self)
        self._heard.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def shutdown(self) -> None:
        self._close(GOING_AWAY)

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" not in self._head:
            self._head += data
            head, end, rest = bytes(self._head).partition(b"\r\n\r\n")
            if end:
                self._begin(head.decode("latin-1"))
                self._hear(rest)
        else:
            self._hear(data)

    def _begin(self, head: str) -> None:
        line, *rows = head.split("\r\n")
        self._headers = {
            name.strip().lower(): value.strip() for name, _colon, value in map(_parted, rows)
        }
        path, _mark, query = line.split(" ")[1].partition("?")
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "scheme": "ws",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in self._headers.items()],
            "subprotocols": [],
            "state": self._state.copy(),
        }
        self._heard.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run(scope))
        self._server.tasks.add(self._task)
        self._task.add_done_callback(self._server.tasks.discard)

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, self._heard.get, self._send)
        finally:
            self._close(GOING_AWAY)

    def _hear(self, data: bytes) -> None:
        try:
            for opcode, payload in self._frames.feed(data) if data else ():
                self._take(opcode, payload)
        except Refused as refused:
            self._close(refused.code)

    def _take(self, opcode: int, payload: bytes) -> None:
        match opcode:
            case 0x1:
                text = payload.decode(errors="replace")
                self._heard.put_nowait({"type": "websocket.receive", "text": text})
            case 0x8:
                self._close(int.from_bytes(payload[:2], "big") or 1000)
            case 0x9:
                self._transport.write(frame(PONG, payload))
            case 0xA:
                pass
            case _:
                raise Refused(UNSUPPORTED)

    async def _send(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.accept":
                key = accept_key(self._headers.get("sec-websocket-key", ""))
                head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                head += f"Connection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
                self._transport.write(head.encode())
                self._is_open = True
            case "websocket.send":
                self._transport.write(frame(TEXT, message["text"].encode()))
            case "websocket.close":
                self._close(message.get("code", 1000))

    def _close(self, code: int) -> None:
        """Says so once; before the greeting it is a refusal."""
        if self._is_closing or self._transport.is_closing():
            return
        self._is_closing = True
        if self._is_open:
            self._transport.write(frame(CLOSE, code.to_bytes(2, "big")))
        else:
            self._transport.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        self._transport.close()


def _parted(row: str) -> tuple[str, str, str]:
    return row.partition(":")
