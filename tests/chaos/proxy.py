"""A wire that can be cut: one TCP port in front of a server, on loopback, in a thread of its own.

Modes, for connections that are open and for new ones: `pass`; `refuse` (nobody listens); `shut`
(nobody listens, what is open goes on to its end); `blackhole` (accepted, and nothing comes
through); `delay` (every piece waits `seconds`); `reset` (cut hard at once); `trickle` (so many
`bytes_a_second` back to the client); `cut` (closed after `after_bytes` of an answer).
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

from tests.sandbox_server import free_port

_PIECE = 65_536
_HARD = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST


class Wire:
    """`target` is a port on loopback or a Unix socket; it may be named later."""

    def __init__(self, target: int | Path | None = None) -> None:
        self.port = free_port()
        self.target = target
        self._mode = "pass"
        self._seconds, self._rate, self._most = 0.0, 1, 0
        self._pairs: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._moving = asyncio.Event()
        self._moving.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._listen())

    def set(
        self, mode: str, *, seconds: float = 0, bytes_a_second: int = 1, after_bytes: int = 0
    ) -> None:
        self._seconds, self._rate, self._most = seconds, bytes_a_second, after_bytes
        self._do(self._change(mode))

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", self.port)

    async def _change(self, mode: str) -> None:
        self._mode = mode
        if mode == "blackhole":
            self._moving.clear()
        else:
            self._moving.set()
        if mode in {"refuse", "reset"}:
            self._cut_all()
        if mode in {"refuse", "shut"}:
            await self._stop_listening()
        elif self._server is None:
            await self._listen()

    async def _stop_listening(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)

    def _cut_all(self) -> None:
        for writer in list(self._pairs):
            _cut(writer)

    async def _end(self) -> None:
        """Every socket is given back before the loop is."""
        await self._change("refuse")
        await asyncio.sleep(0)
        self._cut_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._kept(writer):
            if self._mode == "reset":
                return _cut(writer)
            await self._moving.wait()
            there, back = await self._connect()
            async with self._kept(back):
                pumps = (self._pump(reader, back, answers=False), self._pump(there, writer))
                await asyncio.gather(*pumps)
        return None

    @contextlib.asynccontextmanager
    async def _kept(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """Known as long as it is open, and closed when this is over, whatever happened."""
        self._pairs.add(writer)
        with contextlib.suppress(OSError):
            try:
                yield
            finally:
                writer.close()
                self._pairs.discard(writer)
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(str(self.target))
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = True
    ) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                await self._moving.wait()
                if self._mode == "delay":
                    await asyncio.sleep(self._seconds)
                if answers and self._mode == "cut" and sent + len(piece) > self._most:
                    writer.write(piece[: self._most - sent])
                    break
                await self._write(writer, piece, slowly=answers and self._mode == "trickle")
                sent += len(piece)
        with contextlib.suppress(OSError):
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, piece: bytes, *, slowly: bool) -> None:
        step = max(1, self._rate // 10) if slowly else len(piece)
        for start in range(0, len(piece), step):
            writer.write(piece[start : start + step])
            await writer.drain()
            if slowly and self._mode == "trickle":
                await asyncio.sleep(step / self._rate)


def _cut(writer: asyncio.StreamWriter) -> None:
    own = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
    writer.transport.abort()
