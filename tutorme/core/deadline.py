"""Ends a call at its deadline, however little by little the other side answers: a time limit of
each read begins anew with every byte of a header."""

import contextlib
import socket
import threading
import time
from typing import Any

# What httpcore says of a connection that is ready to be used, encrypted or not.
_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Deadline:
    """Entered around one call; `trace` is for the request's extensions, `over` says afterwards
    whether the call was ended here. `ends_at` is on the monotonic clock."""

    def __init__(self, ends_at: float) -> None:
        self._timer = threading.Timer(max(0.0, ends_at - time.monotonic()), self._end)
        self._timer.daemon = True
        self._stream: Any = None
        self.over = False

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, name: str, facts: dict[str, Any]) -> None:
        if name in _CONNECTED:
            self._stream = facts["return_value"]

    def _end(self) -> None:
        self.over = True
        line = self._stream and self._stream.get_extra_info("socket")
        with contextlib.suppress(OSError):
            if line:
                # Of the connection itself: who reads from it in another thread hears its end.
                socket.socket.shutdown(line, socket.SHUT_RDWR)
