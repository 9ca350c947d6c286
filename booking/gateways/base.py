"""What services ask of providers of meetings and calendars, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

import httpx

from tutorme.core.gateways import GatewayRejected, GatewayUnavailable


class GrantGone(GatewayRejected):
    """Whoever gave us access took it back: only they can give it again."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("grant-gone", detail)


class SyncTokenDead(GatewayRejected):
    """The provider no longer knows where we were: everything is to be read again."""

    def __init__(self) -> None:
        super().__init__("sync-token-dead")


@dataclass(frozen=True)
class Lesson:
    """What a provider is told. `link` is our own address of the lesson: people come through it,
    and by it we find again what a lost answer left behind."""

    booking_id: UUID
    version: int
    title: str
    link: str
    starts_at: datetime
    ends_at: datetime
    # Of a class: all its seats are one event of the tutor's calendar.
    group_id: UUID | None = None

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True)
class Made:
    """A meeting or an event at the provider. `join_url` is a guest's; `is_pending` says that the
    provider still makes the room, `has_failed` that it never will."""

    reference: str
    join_url: str = ""
    is_pending: bool = False
    has_failed: bool = False


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    until: datetime
    account: str = ""


@dataclass(frozen=True)
class Busy:
    reference: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Changes:
    """`busy` are the events that take time, `free` the ids of those that do not or no longer are;
    `is_whole` says that nothing else is there. `token` is where the next look goes on."""

    busy: list[Busy] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    token: str = ""
    is_whole: bool = False


@dataclass(frozen=True)
class Channel:
    id: str
    resource: str
    until: datetime


class CalendarGateway(Protocol):
    """Every call raises `GatewayUnavailable`, `GatewayRejected(code)` or `GrantGone`."""

    def write(self, lesson: Lesson, *, reference: str, with_room: bool) -> Made: ...

    def find(self, lesson: Lesson, reference: str) -> Made | None: ...

    def read(self, reference: str) -> Made: ...

    def move(self, reference: str, lesson: Lesson) -> None: ...

    def remove(self, reference: str) -> None: ...

    def busy(self, *, since: datetime, until: datetime) -> list[Busy]:
        """What takes time then, of the first 250 events."""
        ...

    def changes(self, token: str, *, since: datetime, until: datetime) -> Changes: ...

    def watch(self, *, channel_id: str, secret: str, address: str) -> Channel: ...

    def unwatch(self, channel: Channel) -> None: ...


def segment(provider_id: str) -> str:
    """An id as one path segment: some come from outside, and none may name another path."""
    return quote(provider_id, safe="")


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def readable(what: str) -> Iterator[None]:
    """An answer that has not the shape it should is as good as none."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise GatewayUnavailable(f"{what} cannot be read: {error!r}") from error


def answer_of(provider: str, response: httpx.Response) -> dict[str, Any]:
    """The JSON object of a 2xx; a refusal carries the provider's own code."""
    status = response.status_code
    try:
        body = response.json() if response.content else {}
    except ValueError as error:
        raise GatewayUnavailable(f"{provider}: unreadable answer, HTTP {status}") from error
    if not isinstance(body, dict):
        raise GatewayUnavailable(f"{provider}: not an object, HTTP {status}")
    if 200 <= status < 300:
        return body
    code, detail = _refusal(body)
    if status == 401:
        raise GrantGone(detail)
    raise GatewayRejected(code or f"HTTP_{status}", detail[:300])


def _refusal(body: dict[str, Any]) -> tuple[str, str]:
    """Google and Microsoft wrap it in `error`, Zoom does not."""
    error = body.get("error", body)
    if not isinstance(error, dict):
        return str(error)[:100], str(body.get("error_description", ""))
    return str(error.get("code", ""))[:100], str(error.get("message", ""))
