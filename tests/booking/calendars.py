"""Calendars at the stand-ins of Google and Microsoft, for tests."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from booking.models import BusyTime, CalendarConnection
from booking.services import syncing
from sandbox.faults import board
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.http import Door
from tutorme.core.models import Job

PAGE = "/settings/calendars/"
MOUNT = {"google": "google", "microsoft": "graph"}
FAULTS = {"google": "google-calendar", "microsoft": "graph"}
LIST = {"google": "list", "microsoft": "delta"}
CREATE = {"google": "insert", "microsoft": "create"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def consent(sandbox: Sandbox, address: str, email: str, choice: str = "other") -> str:
    """What a person does at the provider; the address they are sent back to."""
    asked = dict(parse_qsl(urlsplit(address).query))
    path = address.partition("?")[0]
    answer = sandbox.http.post(path, data={**asked, "email": email, "choice": choice})
    assert answer.status_code == 303, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def connect(sandbox: Sandbox, user: User, provider: str) -> CalendarConnection:
    client = client_of(user)
    sent = client.post(f"{PAGE}{provider}/connect/")
    assert sent.status_code == 303
    assert client.get(consent(sandbox, sent["Location"], user.email)).status_code == 302
    return CalendarConnection.objects.get(user=user, provider=provider)


def put(sandbox: Sandbox, provider: str, account: str, start: datetime, end: datetime, **more: Any):
    """An appointment of theirs; its id."""
    if provider == "google":
        event = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
    else:
        wall = "%Y-%m-%dT%H:%M:%S.0000000"
        event = {
            "start": {"dateTime": start.strftime(wall), "timeZone": "UTC"},
            "end": {"dateTime": end.strftime(wall), "timeZone": "UTC"},
        }
    body = {"account": account, "event": {**event, **more.pop("event", {})}, **more}
    return own(sandbox, provider, body)["id"]


def own(sandbox: Sandbox, provider: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = sandbox.http.post(f"{sandbox.url}/{MOUNT[provider]}/_calendar", json=body)
    return answer.raise_for_status().json()


def events(sandbox: Sandbox, provider: str, account: str) -> list[dict[str, Any]]:
    """What stands in the calendar, removed ones left out."""
    path = f"{sandbox.url}/{MOUNT[provider]}/_calendar"
    rows = sandbox.http.get(path, params={"account": account}).json()["events"]
    return [row for row in rows if row.get("status") != "cancelled" and "@removed" not in row]


def take_back(sandbox: Sandbox, account: str) -> None:
    sandbox.http.post(f"{sandbox.url}/calendars/_take_back", json={"account": account})


def hasty(provider: str, base_url: str, **patience: Any) -> Door:
    """Leaves a stand-in that is about to hang after a third of a second instead of fifteen. One
    that is only slow, as a busy machine makes it, is waited for: that would be one fault more than
    the test means."""
    if any(fault["kind"] == "hang" for fault in board.armed()):
        patience = {"read_timeout": 0.3, "deadline": 1.0, **patience}
    return Door(provider, base_url, **{"wait_initial": 0.01, **patience})


def again() -> None:
    """What failed becomes due, as if time had passed."""
    Job.objects.filter(state="queued").update(run_after=timezone.now())


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


def busy(user: User) -> list[tuple]:
    rows = BusyTime.objects.filter(tutor=user).order_by("starts_at")
    return list(rows.values_list("starts_at", "ends_at"))


def look(row: CalendarConnection, drain) -> None:
    syncing.hint(row)
    drain()
