"""What a crash reporter is sent, over real HTTP: the crash, and no secret."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import brotli
import pytest
import sentry_sdk
import structlog
from django.test import RequestFactory
from sentry_sdk.client import NonRecordingClient

from tutorme.core import context, reporting

log = structlog.get_logger(__name__)
CANARY = "canary-7f3a9c"


class Collector(BaseHTTPRequestHandler):
    bodies: list[bytes] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
        packing = self.headers.get("Content-Encoding", "")
        self.bodies.append(unpack[packing](body) if packing else body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def collector(settings) -> Iterator[list[bytes]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Collector.bodies = []
    port = server.server_address[1]
    settings.SENTRY = {"dsn": f"http://public@127.0.0.1:{port}/1", "environment": "test"}
    reporting.start()
    yield Collector.bodies
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(NonRecordingClient())
    server.shutdown()
    server.server_close()


def crash(password: str) -> None:
    request = RequestFactory().get(f"/x/?token={CANARY}", headers={"Cookie": f"sid={CANARY}"})
    raise RuntimeError(f"could not: password={password} at {request.path}")


def test_a_crash_is_reported_without_secrets(collector: list[bytes]) -> None:
    try:
        crash(CANARY)
    except RuntimeError:
        sentry_sdk.capture_exception()
    sentry_sdk.flush(timeout=10)
    sent = b"".join(collector)
    assert b"RuntimeError" in sent
    assert CANARY.encode() not in sent


def events(collector: list[bytes]) -> list[dict[str, Any]]:
    """Of each envelope what is behind the line that says it is an event."""
    sentry_sdk.flush(timeout=10)
    lines = [line for body in collector for line in body.splitlines()]
    return [json.loads(event) for kind, event in pairwise(lines) if b'"type":"event"' in kind[:60]]


def test_what_is_logged_is_one_crash_with_its_trace_and_its_request(
    collector: list[bytes],
) -> None:
    """Each by the name of its event, so that equal ones are grouped."""
    with context.bound(request_id="request-of-the-crash"):
        for _again in range(2):
            try:
                crash(CANARY)
            except RuntimeError as error:
                log.error("api.crashed", exc_info=error)  # noqa: TRY400  as the API does
                sentry_sdk.capture_exception(error)
    sent = events(collector)
    assert [event["logentry"]["message"] for event in sent] == ["api.crashed"] * 2
    for event in sent:
        (told,) = event["exception"]["values"]
        assert told["type"] == "RuntimeError"
        assert told["stacktrace"]["frames"][-1]["function"] == "crash"
        assert event["tags"]["request_id"] == "request-of-the-crash"
    assert CANARY not in repr(sent)


def test_the_request_loses_what_may_carry_a_secret() -> None:
    event = {"request": {"url": "/x/", "query_string": f"token={CANARY}", "cookies": CANARY}}
    assert CANARY not in str(reporting.cleaned(event, {}))


def test_without_a_dsn_nothing_is_sent(settings) -> None:
    settings.SENTRY = {"dsn": "", "environment": "test"}
    reporting.start()
    assert not sentry_sdk.get_client().is_active()
