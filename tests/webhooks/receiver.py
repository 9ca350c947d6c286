"""Somebody's program: a real server that keeps what it is sent and answers as told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook


@dataclass
class Receiver:
    url: str
    status: int = 204
    heard: list[tuple[dict[str, str], str]] = field(default_factory=list)

    def verified(self, secret: str) -> list[Any]:
        """By the library a receiver would use; it raises where a signature is not good."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.heard]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            running.heard.append((dict(self.headers.items()), body))
            self.send_response(running.status)
            if 300 <= running.status < 400:
                self.send_header("Location", f"{running.url}elsewhere/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    running = Receiver(f"{base}/hook/")
    # Loopback is let through where the stand-ins are, and nowhere else.
    settings.SANDBOX_URL = base
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield running
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
