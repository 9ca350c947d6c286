"""Microsoft Graph, calendar part, as whoever connected it; Teams comes with an event. A Teams
event's `body` is never written again: the way into the meeting stands in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils import timezone

from booking.gateways.base import (
    Busy,
    Changes,
    Channel,
    Lesson,
    Made,
    SyncTokenDead,
    answer_of,
    moment,
    readable,
    segment,
)
from tutorme.core.gateways import GatewayRejected
from tutorme.core.http import Door

_VIEW = "/me/calendarView"
_DELTA = f"{_VIEW}/delta"
_MOST_AT_ONCE = 250
_MOST_PAGES = 80
_SUBSCRIPTION_LIFE = timedelta(days=2)
_GONE = {"ErrorItemNotFound", "ResourceNotFound", "HTTP_404"}
_DEAD = {"SyncStateNotFound", "syncStateNotFound", "resyncRequired", "HTTP_410"}
_FREE = {"free", "workingElsewhere"}
_HEADERS = {"Prefer": 'outlook.timezone="UTC", odata.maxpagesize=100'}


class MicrosoftCalendar:
    def __init__(self, api_url: str, access: str, **patience: Any) -> None:
        self._door = Door("microsoft-graph", api_url, **patience)
        self._headers = {"Authorization": f"Bearer {access}", **_HEADERS}

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        response = self._door.request(method, path, headers=self._headers, **content)
        return answer_of("microsoft-graph", response)

    def write(self, lesson: Lesson, *, reference: str, with_room: bool) -> Made:
        """Repeatable: Graph answers a known `transactionId` with the event it made then."""
        body: dict[str, Any] = {
            **_event(lesson),
            "body": {"contentType": "text", "content": lesson.link},
            "location": {"displayName": lesson.link},
            "transactionId": reference,
        }
        if with_room:
            body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
        answer = self._call("POST", "/me/events", idempotent=True, json=body)
        return _made(answer, with_room=with_room)

    def find(self, lesson: Lesson, reference: str) -> Made | None:
        """Graph cannot be asked for a `transactionId`; to find is to make again."""
        return self.write(lesson, reference=reference, with_room=True)

    def read(self, reference: str) -> Made:
        return _made(self._call("GET", f"/me/events/{segment(reference)}"), with_room=True)

    def move(self, reference: str, lesson: Lesson) -> None:
        path = f"/me/events/{segment(reference)}"
        self._call("PATCH", path, idempotent=True, json=_event(lesson))

    def remove(self, reference: str) -> None:
        try:
            self._call("DELETE", f"/me/events/{segment(reference)}")
        except GatewayRejected as refusal:
            if refusal.code not in _GONE:
                raise

    def changes(self, token: str, *, since: datetime, until: datetime) -> Changes:
        span = {"startDateTime": moment(since), "endDateTime": moment(until)}
        query, found = token or urlencode(span), Changes(is_whole=not token)
        for _ in range(_MOST_PAGES):
            answer = self._page(query)
            with readable("a list of Microsoft events"):
                _sort(answer.get("value") or [], found)
                if "@odata.nextLink" not in answer:
                    next_token = _query_of(answer["@odata.deltaLink"])
                    return Changes(found.busy, found.free, next_token, found.is_whole)
                query = _query_of(answer["@odata.nextLink"])
        raise GatewayRejected("too-many-events")

    def busy(self, *, since: datetime, until: datetime) -> list[Busy]:
        """By `calendarView`, which personal accounts have too; `getSchedule` is not for them."""
        span = {"startDateTime": moment(since), "endDateTime": moment(until)}
        answer = self._call("GET", f"{_VIEW}?{urlencode({**span, '$top': _MOST_AT_ONCE})}")
        found = Changes()
        with readable("a list of Microsoft events"):
            _sort(answer.get("value") or [], found)
        return found.busy

    def _page(self, query: str) -> dict[str, Any]:
        try:
            return self._call("GET", f"{_DELTA}?{query}")
        except GatewayRejected as refusal:
            if refusal.code in _DEAD:
                raise SyncTokenDead from refusal
            raise

    def watch(self, *, channel_id: str, secret: str, address: str) -> Channel:
        """Graph names the subscription itself; `channel_id` is in the address."""
        until = timezone.now() + _SUBSCRIPTION_LIFE
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "resource": "me/events",
            "expirationDateTime": moment(until),
            "clientState": secret,
        }
        answer = self._call("POST", "/subscriptions", json=body)
        with readable("a Graph subscription"):
            ends = datetime.fromisoformat(answer["expirationDateTime"])
            return Channel(channel_id, str(answer["id"]), ends.astimezone(UTC))

    def unwatch(self, channel: Channel) -> None:
        try:
            self._call("DELETE", f"/subscriptions/{segment(channel.resource)}")
        except GatewayRejected as refusal:
            if refusal.code not in _GONE:
                raise


def _query_of(link: str) -> str:
    """Links are whole addresses; only what they ask for is kept, never where they lead."""
    return urlsplit(link).query


def _event(lesson: Lesson) -> dict[str, Any]:
    return {
        "subject": lesson.title,
        "start": {"dateTime": _wall(lesson.starts_at), "timeZone": "UTC"},
        "end": {"dateTime": _wall(lesson.ends_at), "timeZone": "UTC"},
    }


def _wall(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _made(answer: dict[str, Any], *, with_room: bool) -> Made:
    with readable("a Microsoft event"):
        reference = str(answer["id"])
        if not with_room:
            return Made(reference)
        url = str((answer.get("onlineMeeting") or {}).get("joinUrl") or "")
        promised = bool(answer.get("isOnlineMeeting"))
    return Made(reference, url, is_pending=promised and not url, has_failed=not promised)


def _sort(rows: list[dict[str, Any]], found: Changes) -> None:
    for row in rows:
        if "@removed" in row or row.get("isCancelled") or row.get("showAs") in _FREE:
            found.free.append(str(row["id"]))
            continue
        start, end = _instant(row["start"]), _instant(row["end"])
        if start < end:
            found.busy.append(Busy(str(row["id"]), start, end))


def _instant(value: dict[str, str]) -> datetime:
    return datetime.fromisoformat(value["dateTime"]).replace(tzinfo=UTC)
