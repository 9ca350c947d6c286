"""SIGTERM ends streams at once: servers wait for open responses, and a stream would not end."""

import os
import signal
import threading
from types import FrameType

from realtime.streams.wakeups import hub


def end_streams_on_sigterm() -> None:
    """Put before the handler the server installed; that one then runs as ever. Python allows
    it in the main thread alone, elsewhere nothing is done."""
    if threading.current_thread() is not threading.main_thread():
        return
    servers = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        hub.stopping = True
        if callable(servers):
            servers(number, frame)
        elif servers is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
