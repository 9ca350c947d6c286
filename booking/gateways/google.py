"""Google Calendar v3, as whoever connected it; Meet comes with an event (`conferenceData`)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

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
from tutorme.core.zones import canonical

_EVENTS = "/calendars/primary/events"
_PAGE = 250
_MOST_PAGES = 40
_CHANNEL_LIFE = timedelta(days=7)
_GONE = {"404", "410"}
# Of Google's kinds of events; a birthday or a place of work takes no time.
_TAKES_TIME = {"default", "outOfOffice", "focusTime", "fromGmail"}


class GoogleCalendar:
    def __init__(self, api_url: str, access: str, **patience: Any) -> None:
        self._door = Door("google-calendar", api_url, **patience)
        self._headers = {"Authorization": f"Bearer {access}"}

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        response = self._door.request(method, path, headers=self._headers, **content)
        return answer_of("google-calendar", response)

    def write(self, lesson: Lesson, *, reference: str, with_room: bool) -> Made:
        """Under an id of our own, so that a repeated insert is refused and changes nothing. An
        event that was removed keeps its id, and is brought back."""
        body = {"id": reference, **_event(lesson)}
        if with_room:
            body["conferenceData"] = _conference(reference)
        path = f"{_EVENTS}?{urlencode({'conferenceDataVersion': 1, 'sendUpdates': 'none'})}"
        try:
            answer = self._call("POST", path, idempotent=True, json=body)
        except GatewayRejected as refusal:
            if refusal.code != "409":
                raise
            change = {key: value for key, value in body.items() if key != "id"}
            answer = self._patch(reference, {**change, "status": "confirmed"})
        return _made(answer, with_room=with_room)

    def find(self, lesson: Lesson, reference: str) -> Made | None:
        try:
            answer = self._call("GET", f"{_EVENTS}/{segment(reference)}")
        except GatewayRejected as refusal:
            if refusal.code in _GONE:
                return None
            raise
        return None if answer.get("status") == "cancelled" else _made(answer, with_room=True)

    def read(self, reference: str) -> Made:
        return _made(self._call("GET", f"{_EVENTS}/{segment(reference)}"), with_room=True)

    def move(self, reference: str, lesson: Lesson) -> None:
        self._patch(reference, _event(lesson))

    def _patch(self, reference: str, body: dict[str, Any]) -> dict[str, Any]:
        query = urlencode({"conferenceDataVersion": 1, "sendUpdates": "none"})
        path = f"{_EVENTS}/{segment(reference)}?{query}"
        return self._call("PATCH", path, idempotent=True, json=body)

    def remove(self, reference: str) -> None:
        try:
            self._call("DELETE", f"{_EVENTS}/{segment(reference)}?sendUpdates=none")
        except GatewayRejected as refusal:
            if refusal.code not in _GONE:
                raise

    def changes(self, token: str, *, since: datetime, until: datetime) -> Changes:
        """A sync token comes only at the end of a list that names neither order nor end, so what
        lies beyond `until` is left out here."""
        query: dict[str, Any] = {"singleEvents": "true", "maxResults": _PAGE}
        query |= {"syncToken": token} if token else {"timeMin": moment(since)}
        found = Changes(is_whole=not token)
        for _ in range(_MOST_PAGES):
            answer = self._page(query)
            with readable("a list of Google events"):
                _sort(answer.get("items") or [], found, answer.get("timeZone", "UTC"), until)
                if "nextPageToken" not in answer:
                    next_token = str(answer["nextSyncToken"])
                    return Changes(found.busy, found.free, next_token, found.is_whole)
                query["pageToken"] = answer["nextPageToken"]
        raise GatewayRejected("too-many-events")

    def busy(self, *, since: datetime, until: datetime) -> list[Busy]:
        query = {"singleEvents": "true", "maxResults": _PAGE}
        query |= {"timeMin": moment(since), "timeMax": moment(until)}
        answer = self._page(query)
        found = Changes()
        with readable("a list of Google events"):
            _sort(answer.get("items") or [], found, answer.get("timeZone", "UTC"), until)
        return found.busy

    def _page(self, query: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._call("GET", f"{_EVENTS}?{urlencode(query)}")
        except GatewayRejected as refusal:
            if refusal.code == "410":
                raise SyncTokenDead from refusal
            raise

    def watch(self, *, channel_id: str, secret: str, address: str) -> Channel:
        body = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": secret,
            "params": {"ttl": str(int(_CHANNEL_LIFE.total_seconds()))},
        }
        answer = self._call("POST", f"{_EVENTS}/watch", json=body)
        with readable("a Google channel"):
            until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
            return Channel(str(answer["id"]), str(answer["resourceId"]), until)

    def unwatch(self, channel: Channel) -> None:
        body = {"id": channel.id, "resourceId": channel.resource}
        try:
            self._call("POST", "/channels/stop", idempotent=True, json=body)
        except GatewayRejected as refusal:
            if refusal.code not in _GONE:
                raise


def reference_of(lesson: Lesson, round_: int = 0) -> str:
    """Base32hex is wanted; the digits of a UUID are among its letters. Each round has its own: the
    id of an event that was removed is taken for good."""
    return (lesson.group_id or lesson.booking_id).hex + (str(round_) if round_ else "")


def _event(lesson: Lesson) -> dict[str, Any]:
    return {
        "summary": lesson.title,
        "description": lesson.link,
        "location": lesson.link,
        "start": {"dateTime": moment(lesson.starts_at), "timeZone": "UTC"},
        "end": {"dateTime": moment(lesson.ends_at), "timeZone": "UTC"},
        "extendedProperties": {"private": {"tutorme": str(lesson.booking_id)}},
        "reminders": {"useDefault": True},
    }


def _conference(reference: str) -> dict[str, Any]:
    """The request id is the event's: asked again, Google makes no second room."""
    request = {
        "requestId": reference,
        "conferenceSolutionKey": {"type": "hangoutsMeet"},
    }
    return {"createRequest": request}


def _made(answer: dict[str, Any], *, with_room: bool) -> Made:
    with readable("a Google event"):
        reference = str(answer["id"])
        if not with_room:
            return Made(reference)
        data = answer.get("conferenceData") or {}
        status = (data.get("createRequest") or {}).get("status", {}).get("statusCode", "")
        points = data.get("entryPoints") or []
        videos = [row["uri"] for row in points if row.get("entryPointType") == "video"]
        url = videos[0] if videos else answer.get("hangoutLink", "")
    # No word of a room at all means that the account has none to give.
    has_failed = not url and status != "pending"
    return Made(reference, url, is_pending=not url and status == "pending", has_failed=has_failed)


def _sort(rows: list[dict[str, Any]], found: Changes, zone: str, until: datetime) -> None:
    for row in rows:
        span = _span(row, zone) if _takes_time(row) else None
        if span and span[0] < until:
            found.busy.append(Busy(str(row["id"]), *span))
        else:
            found.free.append(str(row["id"]))


def _takes_time(row: dict[str, Any]) -> bool:
    """Ours are in the table of bookings already; what was declined or shown as free is neither."""
    ours = (row.get("extendedProperties") or {}).get("private", {}).get("tutorme")
    declined = any(
        each.get("self") and each.get("responseStatus") == "declined"
        for each in row.get("attendees") or []
    )
    return not (
        ours
        or declined
        or row.get("status") == "cancelled"
        or row.get("transparency") == "transparent"
        or row.get("eventType", "default") not in _TAKES_TIME
    )


def _span(row: dict[str, Any], zone: str) -> tuple[datetime, datetime] | None:
    start, end = _instant(row["start"], zone), _instant(row["end"], zone)
    return (start, end) if start < end else None


def _instant(value: dict[str, str], zone: str) -> datetime:
    """All-day events have dates, of the calendar's own zone."""
    if "dateTime" in value:
        return datetime.fromisoformat(value["dateTime"]).astimezone(UTC)
    return midnight(date.fromisoformat(value["date"]), zone)


def midnight(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(0), ZoneInfo(canonical(zone) or "UTC")).astimezone(UTC)
