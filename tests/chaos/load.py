"""Steady load with a memory: what was acknowledged is written down, to be looked for afterwards.

An open model: every request leaves at its time, whether the one before it was answered or not.
"""

import http.client
import itertools
import json
import ssl
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

A_SECOND = 6
_AT_ONCE = 96
_PATIENCE_S = 60
NO_ANSWER = 0
ANYBODY = ssl.create_default_context()
ANYBODY.check_hostname, ANYBODY.verify_mode = False, ssl.CERT_NONE
# What a fault may answer beside what was asked.
NOT_NOW = 503


@dataclass(frozen=True)
class Answer:
    """`at` is when it was asked, on the monotonic clock; `row` what the answer acknowledged."""

    at: float
    kind: str
    status: int
    seconds: float
    row: str = ""
    retry_after: str = ""
    body: str = ""
    approve_url: str = ""


@dataclass(frozen=True)
class Ask:
    kind: str
    method: str
    path: str
    who: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    with_cookie: bool = False

    def headers(self) -> dict[str, str]:
        given = {"Idempotency-Key": str(uuid.uuid4())} if self.method == "POST" else {}
        if self.body is not None:
            given["Content-Type"] = "application/json"
        if self.who:
            signed = {"Cookie": self.who["cookie"]} if self.with_cookie else None
            given |= signed or {"Authorization": f"Bearer {self.who['token']}"}
        # As a proxy without a line kept open would ask.
        return {**given, "Connection": "close"}


def line_to(
    port: int, *, patience_s: float = _PATIENCE_S, secure: bool = False
) -> http.client.HTTPConnection:
    """`secure`: to a proxy whose certificate is its own word."""
    if not secure:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=patience_s)
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=patience_s, context=ANYBODY)


def send(port: int, ask: Ask, *, patience_s: float = _PATIENCE_S, secure: bool = False) -> Answer:
    return sent_over(line_to(port, patience_s=patience_s, secure=secure), ask)


def sent_over(line: http.client.HTTPConnection, ask: Ask) -> Answer:
    began = time.monotonic()
    try:
        body = None if ask.body is None else json.dumps(ask.body)
        line.request(ask.method, ask.path, body, ask.headers())
        answer = line.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return Answer(began, ask.kind, NO_ANSWER, time.monotonic() - began, body=repr(error))
    finally:
        line.close()
    seconds = time.monotonic() - began
    made = json.loads(text) if answer.status == 201 else {}
    return Answer(
        began,
        ask.kind,
        answer.status,
        seconds,
        row=made.get("id", ""),
        retry_after=answer.headers.get("Retry-After", ""),
        body=text[:300].decode(errors="replace") if answer.status >= 400 else "",
        approve_url=made.get("approve_url") or "",
    )


def approve(port: int, order: Answer) -> Answer:
    """What the payer presses at PayPal, who then tells us by a webhook."""
    began = time.monotonic()
    address = urlsplit(order.approve_url)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    try:
        line.request("POST", f"{address.path}?{address.query}", "choice=approve", form)
        status = line.getresponse().status
    finally:
        line.close()
    assert status < 400, "the stand-in itself is not part of what breaks"
    seconds = time.monotonic() - began
    return replace(order, kind="approval", status=status, at=began, seconds=seconds)


class School:
    """What there is to do, in turns: a read to a write, and now and then somebody books or buys,
    which is most of the work for workers."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.people: list[dict[str, Any]] = facts["learners"]
        shop = itertools.product(facts["shop"], self.people)
        self._to_buy = deque(shop)
        self._times = self._half_hours()

    def asks(
        self, *, buying: bool = False, people: list[dict[str, Any]] | None = None
    ) -> Iterator[Ask]:
        """`people` are the same in the same order, with other tokens and cookies."""
        now = {who["id"]: who for who in people or self.people}
        usual = [self.shelf, self.note, self.places, self.message, self.today, self.note] * 2
        turns = [self.buy, *usual[:3]] if buying else [*usual, self.book, *usual, self.buy]
        for number, turn in enumerate(itertools.cycle(turns)):
            ask = turn(self.people[number % len(self.people)])
            yield replace(ask, who=ask.who and now[ask.who["id"]])

    def shelf(self, _who: dict[str, Any]) -> Ask:
        return Ask("shelf", "GET", "/courses/")

    def places(self, who: dict[str, Any]) -> Ask:
        return Ask("places", "GET", "/api/v1/me/enrollments/", who)

    def today(self, who: dict[str, Any]) -> Ask:
        return Ask("today", "GET", "/", who, with_cookie=True)

    def note(self, who: dict[str, Any]) -> Ask:
        body = {"body": "What a lever does."}
        return Ask("note", "POST", f"/api/v1/lessons/{self.facts['lesson']}/notes/", who, body)

    def message(self, who: dict[str, Any]) -> Ask:
        body = {"body": "Shall we go on with levers?"}
        path = f"/api/v1/conversations/{who['conversation']}/messages/"
        return Ask("message", "POST", path, who, body)

    def book(self, who: dict[str, Any]) -> Ask:
        body = {"session_type": self.facts["chat"], "start": next(self._times)}
        return Ask("booking", "POST", "/api/v1/bookings/", who, body)

    def buy(self, who: dict[str, Any]) -> Ask:
        if not self._to_buy:
            return self.shelf(who)
        course, buyer = self._to_buy.popleft()
        body = {"kind": "course", "target": course}
        return Ask("order", "POST", "/api/v1/payments/orders/", buyer, body)

    def _half_hours(self) -> Iterator[str]:
        """Each half hour of the tutor's days once; nobody ever clashes."""
        day = datetime.now(ZoneInfo("UTC")).replace(hour=0, minute=0, second=0, microsecond=0)
        for days, half in itertools.product(range(2, 55), range(16, 39)):
            yield (day + timedelta(days=days, minutes=30 * half)).isoformat()


class Load:
    """Runs while the `with` block does; every answer goes to `history` and to the file."""

    def __init__(
        self,
        port: int,
        payers_port: int,
        asks: Iterator[Ask],
        history: Path,
        *,
        secure: bool = False,
    ) -> None:
        self.port, self._payers_port, self._secure = port, payers_port, secure
        self._asks, self._file = asks, history
        self.history: list[Answer] = []
        self._guard, self._over = threading.Lock(), threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._pacer = threading.Thread(target=self._pace, daemon=True)

    def __enter__(self) -> "Load":
        self._pacer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pacer.join()
        self._pool.shutdown(wait=True)

    def _pace(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            self._pool.submit(self._one, next(self._asks))
            due += 1 / A_SECOND

    def _one(self, ask: Ask) -> None:
        answer = send(self.port, ask, secure=self._secure)
        self._keep(answer)
        if answer.kind == "order" and answer.approve_url:
            self._keep(approve(self._payers_port, answer))

    def _keep(self, answer: Answer) -> None:
        with self._guard, self._file.open("a") as file:
            self.history.append(answer)
            file.write(json.dumps(asdict(answer)) + "\n")

    # Looking back -------------------------------------------------------------------------------

    def since(self, began: float) -> list[Answer]:
        with self._guard:
            return [answer for answer in self.history if answer.at >= began]

    def wait_for(
        self, enough: Callable[[list[Answer]], bool], *, within_s: float = _PATIENCE_S
    ) -> float:
        """Seconds until the answers to what was asked from now on satisfied `enough`."""
        began = time.monotonic()
        while not enough(self.since(began)):
            waited = time.monotonic() - began
            assert waited < within_s, f"not within {within_s} s: {told(self.since(began))}"
            time.sleep(0.05)
        return time.monotonic() - began

    def until_refused(self) -> float:
        """Until somebody was told to come again later."""
        return self.wait_for(lambda found: any(one.status == NOT_NOW for one in found))

    def until_normal(self, *, within_s: float = _PATIENCE_S) -> float:
        """Until eight requests in a row, asked from now on, did what they were asked."""

        def eight(answers: list[Answer]) -> bool:
            last = sorted(answers, key=lambda one: one.at)[-8:]
            return len(last) == 8 and all(is_good(one) for one in last)

        return self.wait_for(eight, within_s=within_s)


def is_good(answer: Answer) -> bool:
    return 200 <= answer.status < 400


def told(answers: list[Answer]) -> str:
    """For a person: how often which answer, and what the unexpected ones said."""
    counted = Counter((one.kind, one.status) for one in answers)
    wrong = [f"{one.kind} {one.status}: {one.body}" for one in answers if not is_good(one)]
    return f"{dict(counted)}\n" + "\n".join(wrong[:5])
