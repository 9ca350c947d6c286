"""Somebody new with an app in hand, and what they know: the demo's own right answers."""

import json
import re
import time
import uuid
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import yaml

from tutorme.devstack.running import RunningStack

DEMO = Path(__file__).parents[2] / "courses" / "demo"
MATHS = "linear-equations-balance-to-graph"
PYTHON = "python-first-line-to-small-program"
PASSWORD = "seven paper boats"  # a test's own


def eventually(look: Callable[[], Any], *, within_s: float = 240.0) -> Any:
    """What `look` finds once it finds something. A fresh stack has the demo's work to do first."""
    ends_at = time.monotonic() + within_s
    while time.monotonic() < ends_at:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {within_s} s: {look}")


@lru_cache(maxsize=16)
def quiz_of(slug: str, lesson: str) -> dict[str, Any]:
    """The author's file by question key, key included: what a good learner would answer."""
    source = yaml.safe_load((DEMO / slug / "lessons" / f"{lesson}.yaml").read_text())
    return {row["prompt"].strip(): row for row in source["questions"]}


def right_answer(row: dict[str, Any]) -> Any:
    correct = [option["key"] for option in row.get("options", ()) if option["correct"]]
    match row["kind"]:
        case "single":
            return correct[0]
        case "multiple":
            return correct
        case "true_false":
            return row["answer"]
        case "number":
            return str(row["number"]["value"])
    return str(row["accepted"][0])


def mails_to(stack: RunningStack, email: str) -> list[dict[str, Any]]:
    url = f"{stack.sandbox_url}/mail/api/messages"
    found: list[dict[str, Any]] = httpx.get(url, params={"to": email}).json()["messages"]
    return found


def mailed_code(stack: RunningStack, email: str) -> str:
    """The code in the newest mail to this address, once it has come."""

    def look() -> str | None:
        found = [re.search(r"[B-Z]{4}-[B-Z]{4}", mail["text"]) for mail in mails_to(stack, email)]
        return next((match[0] for match in found if match), None)

    code: str = eventually(look)
    return code


class App:
    """An API client of one newly registered person."""

    def __init__(self, stack: RunningStack, name: str) -> None:
        self.stack = stack
        self.email = f"{name.lower()}-{uuid.uuid4().hex[:8]}@example.test"
        self.http = httpx.Client(base_url=f"{stack.base_url}/api/v1/", timeout=30)
        body = {"email": self.email, "password": PASSWORD, "display_name": name}
        asked = self.http.post("auth/register/", json=body)
        assert asked.status_code == 201, asked.text
        waiting = asked.json()["verification"]["id"]
        typed = {"id": waiting, "code": mailed_code(stack, self.email)}
        made = self.http.post("auth/register/confirm/", json=typed)
        assert made.status_code == 201, made.text
        self.user, self.refresh = made.json()["user"], made.json()["refresh"]
        self._carry(made.json()["access"])

    def _carry(self, access: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {access}"

    def renew(self) -> None:
        pair = self.http.post("auth/token/refresh/", json={"refresh": self.refresh}).json()
        self.refresh = pair["refresh"]
        self._carry(pair["access"])

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(path, params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = self.http.post(path, json=body, headers=headers)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def course(self, slug: str) -> dict[str, Any]:
        words = " ".join(slug.split("-")[:2])
        rows = self.get("courses/", search=words)["results"]
        found: dict[str, Any] = next(row for row in rows if row["slug"] == slug)
        return found

    def order(self, course: dict[str, Any]) -> dict[str, Any]:
        body = {"kind": "course", "target": course["id"]}
        made: dict[str, Any] = self.post("payments/orders/", body, status=201)
        return made

    def enrolled(self, slug: str) -> dict[str, Any] | None:
        rows = self.get("me/enrollments/")["results"]
        return next((row for row in rows if row["slug"] == slug), None)

    def lessons(self, course: dict[str, Any]) -> list[dict[str, Any]]:
        """Those that count."""
        parts = self.get(f"courses/{course['id']}/outline/")["sections"]
        return [row for part in parts for row in part["lessons"] if row["is_required"]]

    def learn(self, course: dict[str, Any], *, leave_last: bool = False) -> None:
        """Reads every lesson that counts and answers every quiz rightly."""
        lessons = self.lessons(course)
        for lesson in lessons[:-1] if leave_last else lessons:
            self.do(course["slug"], lesson)

    def do(self, slug: str, lesson: dict[str, Any]) -> None:
        if lesson["kind"] == "quiz":
            self.take(slug, lesson)
            return
        beat = {"client_event_id": str(uuid.uuid4()), "time_delta_s": 5, "completed": True}
        self.post(f"lessons/{lesson['id']}/progress/", beat)

    def take(self, slug: str, lesson: dict[str, Any]) -> None:
        known = quiz_of(slug, lesson["key"])
        attempt = self.post(f"lessons/{lesson['id']}/attempts/", status=201)
        answers = {
            question["id"]: right_answer(known[question["prompt"].strip()])
            for question in attempt["questions"]
        }
        path = f"attempts/{attempt['id']}/"
        kept = self.http.patch(f"{path}answers/", json={"answers": answers})
        assert kept.status_code == 200, kept.text
        assert self.post(f"{path}submit/")["percent"] == 100

    def certificate(self) -> dict[str, Any] | None:
        rows = self.get("certificates/")["results"]
        return rows[0] if rows and rows[0]["state"] == "issued" else None

    def mails(self) -> list[dict[str, Any]]:
        return mails_to(self.stack, self.email)

    def news(self, *, within_s: float = 30.0, kind: str = "") -> dict[str, Any]:
        """The first notification of this kind on the live stream."""
        ends_at = time.monotonic() + within_s
        with self.http.stream("GET", "realtime/stream/", timeout=within_s) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    told: dict[str, Any] = json.loads(line.removeprefix("data:")).get("data") or {}
                    if told.get("kind", "").startswith(kind):
                        return told
                if time.monotonic() > ends_at:
                    break
        raise AssertionError(f"nothing of {kind!r} on the stream")


def approve(order: dict[str, Any], choice: str = "approve") -> httpx.Response:
    """What the payer presses on the provider's page."""
    return httpx.post(order["approve_url"], data={"choice": choice})


def arm(stack: RunningStack, operation: str, kind: str, **more: Any) -> None:
    body = {"provider": "paypal", "operation": operation, "kind": kind, **more}
    httpx.post(f"{stack.sandbox_url}/_faults", json=body).raise_for_status()
