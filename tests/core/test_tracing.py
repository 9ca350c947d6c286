"""Traces reach a collector, in one trace with the request's id, and carry nobody's values."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from accounts.models import User
from tests.core.probe import Rang, Switch
from tests.house.sources import ROOT
from tutorme.core import context, jobs, outbox, tracing

pytest.importorskip("opentelemetry.sdk", reason="the extra `tracing` is not installed")
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tutorme.core import otel

pytestmark = pytest.mark.django_db


class Collector(BaseHTTPRequestHandler):
    received: list[bytes] = []

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector(settings) -> Iterator[list[bytes]]:
    Collector.received = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        settings.TRACING = {"endpoint": endpoint, "service": "tutorme-test"}
        tracing.start()
        yield Collector.received
        tracing._make.clear()
        otel._providers.pop().shutdown()
        server.shutdown()


def spans(received: list[bytes]) -> list[tuple[str, str, bool]]:
    """Each span's trace, name, and whether it is within another."""
    otel.flush()
    found = [ExportTraceServiceRequest.FromString(body) for body in received]
    return [
        (span.trace_id.hex(), span.name, bool(span.parent_span_id))
        for message in found
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_request_and_what_follows_from_it_are_one_trace(
    client, sam: User, drain, collector: list[bytes]
) -> None:
    request_id = uuid4().hex
    Switch.job = lambda _run: None
    client.force_login(sam)
    client.get("/courses/?search=canary-in-a-query", headers={"X-Request-Id": request_id})
    with context.bound(request_id=request_id):
        outbox.record(Rang("door"))
        job = jobs.enqueue("test.probe", key="traced")
    drain()
    told = spans(collector)
    own = [(name, within) for trace, name, within in told if trace == request_id]
    assert ("GET /courses/", False) in own
    assert ("query", True) in own
    assert ("test.probe", False) in own
    assert any(name.startswith("tests.core.probe") for name, _within in own)
    text = b"".join(collector)
    assert b"tutorme-test" in text
    assert str(job.pk).encode() in text
    for private in (b"canary-in-a-query", sam.email.encode(), str(sam.pk).encode()):
        assert private not in text


def test_words_of_a_client_become_an_id_of_a_trace() -> None:
    assert otel.trace_id_of("my-own-request-7") == otel.trace_id_of("my-own-request-7")
    assert 0 < otel.trace_id_of("my-own-request-7") < 2**128


def test_without_a_collector_nothing_is_loaded() -> None:
    """Of ours; redis' client looks for its own metrics wherever the packages are."""
    program = (
        "import sys, django; django.setup(); from tutorme.core import tracing; "
        "assert not tracing.is_on(); assert tracing.span('x') is tracing.span('y'); "
        "sys.exit(any(name in sys.modules for name in "
        "('tutorme.core.otel', 'opentelemetry.sdk.trace', 'opentelemetry.exporter')))"
    )
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": ""}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment)
    assert done.returncode == 0


@pytest.mark.parametrize("absent", ["opentelemetry", "opentelemetry.exporter"])
def test_without_its_packages_a_collector_is_refused_in_a_sentence(absent: str) -> None:
    program = (
        f"import runpy, sys; sys.modules[{absent!r}] = None; sys.argv = ['manage.py', 'check']; "
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "requirements/tracing.txt" in sentence
