"""The door against a real server on loopback that misbehaves in the ways providers do."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import httpx
import pytest
from django.conf import settings
from django.db import transaction
from django.utils.http import http_date

from tutorme.core import breaker, limits
from tutorme.core.gateways import GatewayUnavailable
from tutorme.core.http import Door
from tutorme.core.transactions import NetworkInsideTransaction


class Misbehaving(BaseHTTPRequestHandler):
    hits: dict[str, int] = {}
    meeting = threading.Barrier(2)
    arrived = threading.Event()
    released = threading.Event()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        path = self.path.partition("?")[0]
        self.hits[path] = self.hits.get(path, 0) + 1
        if path == "/slow":
            self.released.wait(timeout=30)
        if path == "/meet":
            self.meeting.wait(timeout=30)
        if path == "/held":
            self.arrived.set()
            self.released.wait(timeout=30)
        if path == "/trickle":
            return self.trickle()
        if path == "/dribble":
            return self.dribble()
        known = {"/flaky": 503 if self.hits[path] < 3 else 200, "/down": 503, "/moved": 302}
        known["/busy"] = 429 if self.hits[path] < 2 else 200
        self.send_response(known.get(path, 200))
        if path == "/busy":
            self.send_header("Retry-After", unquote(self.path.partition("?")[2]))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Seen-Id", self.headers.get("X-Request-Id", ""))
        if path == "/moved":
            self.send_header("Location", "http://169.254.169.254/")
        body = b"x" * 2_000_000 if path == "/huge" else b'{"ok": true}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while not self.released.wait(timeout=0.1):
            try:
                self.wfile.write(b".")
            except OSError:
                return

    def dribble(self) -> None:
        """Not even the headers come to an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.released.wait(timeout=0.1):
            try:
                self.wfile.write(b".")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[Door]:
    Misbehaving.hits = {}
    Misbehaving.meeting = threading.Barrier(2)
    Misbehaving.arrived, Misbehaving.released = threading.Event(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Door(
        provider="test",
        base_url=f"http://127.0.0.1:{server.server_port}",
        read_timeout=30,
        deadline=40,
        max_bytes=1_000_000,
    )
    Misbehaving.released.set()
    server.shutdown()
    server.server_close()


def test_a_passing_fault_is_repeated_when_that_is_safe(door: Door) -> None:
    assert door.request("GET", "/flaky").json() == {"ok": True}
    assert Misbehaving.hits["/flaky"] == 3


def test_a_post_is_repeated_only_on_its_callers_word(door: Door) -> None:
    with pytest.raises(GatewayUnavailable):
        door.request("POST", "/down", json={})
    assert Misbehaving.hits["/down"] == 1
    with pytest.raises(GatewayUnavailable):
        door.request("POST", "/down", json={}, idempotent=True)
    assert Misbehaving.hits["/down"] > 1


def test_who_asks_for_a_moment_is_given_it_and_asked_again(door: Door) -> None:
    started = time.monotonic()
    assert door.request("GET", "/busy?1").json() == {"ok": True}
    assert Misbehaving.hits["/busy"] == 2
    assert time.monotonic() - started >= 1


def test_who_asks_for_longer_than_a_call_may_last_is_not_asked_again_by_it(door: Door) -> None:
    """Whoever made the call is told when."""
    with pytest.raises(GatewayUnavailable) as refused:
        door.request("GET", "/busy?120")
    assert (Misbehaving.hits["/busy"], refused.value.retry_after_s) == (1, 120)
    Misbehaving.hits.clear()
    until = quote(http_date(time.time() + 300))
    with pytest.raises(GatewayUnavailable) as refused:
        door.request("GET", f"/busy?{until}")
    assert 200 < (refused.value.retry_after_s or 0) <= 300


@pytest.mark.parametrize("path", ["/slow", "/trickle", "/dribble", "/huge"])
def test_slow_endless_and_huge_answers_end_in_time(door: Door, path: str) -> None:
    """Left alone, each would go on for half a minute or longer."""
    started = time.monotonic()
    with pytest.raises(GatewayUnavailable):
        replace(door, read_timeout=0.3, deadline=0.6).request("POST", path)
    assert time.monotonic() - started < 15


def test_control_a_client_without_limits_takes_all_of_it(door: Door) -> None:
    assert len(httpx.get(f"{door.base_url}/huge").content) == 2_000_000
    with httpx.stream("GET", f"{door.base_url}/trickle", timeout=0.3) as answer:
        started = time.monotonic()
        # It looks at each piece alone, and each comes soon enough.
        assert any(time.monotonic() - started > 0.9 for _piece in answer.iter_raw())


def test_redirects_are_not_followed(door: Door) -> None:
    assert door.request("GET", "/moved").status_code == 302


def test_the_breaker_opens_after_five_failures_and_spares_the_provider(door: Door) -> None:
    for _ in range(8):
        with pytest.raises(GatewayUnavailable):
            door.request("POST", "/down")
    assert Misbehaving.hits["/down"] == breaker.FAILURES_TO_OPEN


def test_one_moment_without_redis_does_not_part_a_process_from_the_others(settings) -> None:
    there, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    alone = breaker.for_provider("parted")
    assert breaker.for_provider("parted") is alone, "it counts meanwhile"
    settings.REDIS_URL = there
    shared = breaker.for_provider("parted")
    alone.open()
    assert shared is not alone
    assert shared.current_state == "closed"
    shared.open()
    assert limits.client(there).get("breaker:parted:pybreaker:state") == b"open"


def test_a_slow_answer_holds_up_nobody_else(door: Door) -> None:
    """The provider answers the first only when the second has come too."""
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: door.request("POST", "/meet"), range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]


def test_after_a_rest_one_call_tries_and_the_others_are_refused_at_once(door: Door) -> None:
    for _ in range(breaker.FAILURES_TO_OPEN):
        with pytest.raises(GatewayUnavailable):
            door.request("POST", "/down")
    limits.client(settings.REDIS_URL).delete("breaker:test:pybreaker:opened_at")
    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(door.request, "POST", "/held")
        assert Misbehaving.arrived.wait(timeout=30)
        with pytest.raises(GatewayUnavailable, match="resting"):
            door.request("POST", "/ok")
        Misbehaving.released.set()
        assert trying.result().status_code == 200
    assert door.request("POST", "/ok").status_code == 200
    assert Misbehaving.hits == {"/down": breaker.FAILURES_TO_OPEN, "/held": 1, "/ok": 1}


@pytest.mark.django_db
def test_no_provider_is_called_while_a_transaction_is_open(door: Door) -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction):
        door.request("GET", "/ok")
    assert Misbehaving.hits == {}
