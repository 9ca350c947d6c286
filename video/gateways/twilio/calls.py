"""Rooms, participants and recordings of Video v1. Rooms are of type `group`: the older types are
closed to new accounts."""

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VideoGrant  # type: ignore[import-untyped]

from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from video.gateways.base import Attendee, Track
from video.gateways.twilio.transport import Account, Transport

# Twilio's own ceiling, which the SDK does not check.
LONGEST_TOKEN_S = 24 * 3600
_LONGEST_CALL_S, _SHORTEST_CALL_S = 24 * 3600, 600
_EMPTY_MINUTES = 5
_NAME_TAKEN, _GONE = "53113", "20404"
# A room that is over refuses to be changed.
_OVER = frozenset({_GONE, "53105", "53118", "HTTP_404"})


class TwilioCalls:
    """Rooms under our names, in the words of `video.gateways.base`."""

    def __init__(self, transport: Transport, account: Account, *, callback_url: str) -> None:
        self._transport = transport
        self._account = account
        self._callback_url = callback_url

    def token(self, *, identity: str, room: str, seconds: int) -> str:
        """For one person and one room. A token without an identity would be anybody's."""
        if not identity or not room or seconds <= 0:
            raise ValueError("a token names a person, a room and a time")
        made = AccessToken(
            self._account.sid,
            self._account.key,
            self._account.secret,
            identity=identity,
            ttl=min(seconds, LONGEST_TOKEN_S),
        )
        made.add_grant(VideoGrant(room=room))
        return str(made.to_jwt())

    def ensure_room(self, name: str, *, most: int, seconds: int) -> str:
        """Its sid. A name is one room while it is in progress, so asking twice finds the first."""
        form = {
            "UniqueName": name,
            "Type": "group",
            "MaxParticipants": str(most),
            "MaxParticipantDuration": str(min(max(seconds, _SHORTEST_CALL_S), _LONGEST_CALL_S)),
            "EmptyRoomTimeout": str(_EMPTY_MINUTES),
            "UnusedRoomTimeout": str(_EMPTY_MINUTES),
            "RecordParticipantsOnConnect": "false",
            "StatusCallback": self._callback_url,
            "StatusCallbackMethod": "POST",
        }
        try:
            answer = self._transport.call("POST", "/v1/Rooms", form, idempotent=True)
        except GatewayRejected as refusal:
            if refusal.code != _NAME_TAKEN:
                raise
            answer = self._transport.call("GET", f"/v1/Rooms/{quote(name, safe='')}")
        with _readable("a room"):
            return str(answer["sid"])

    def end_room(self, sid: str) -> None:
        """One that is over already is over."""
        with _over_is_fine():
            self._transport.call(
                "POST", f"/v1/Rooms/{_segment(sid)}", {"Status": "completed"}, idempotent=True
            )

    def record(self, sid: str, *, on: bool) -> None:
        kind = "include" if on else "exclude"
        rules = f'[{{"type": "{kind}", "all": true}}]'
        with _over_is_fine():
            self._transport.call(
                "POST",
                f"/v1/Rooms/{_segment(sid)}/RecordingRules",
                {"Rules": rules},
                idempotent=True,
            )

    def attendees(self, sid: str) -> list[Attendee]:
        """Nobody is in a room that is gone."""
        path = f"/v1/Rooms/{_segment(sid)}/Participants?Status=connected&PageSize=100"
        answer: dict[str, Any] = {"participants": []}
        with _over_is_fine():
            answer = self._transport.call("GET", path)
        with _readable("participants"):
            return [_attendee(row) for row in answer["participants"]]

    def disconnect(self, sid: str, attendee: str) -> None:
        path = f"/v1/Rooms/{_segment(sid)}/Participants/{_segment(attendee)}"
        with _over_is_fine():
            self._transport.call("POST", path, {"Status": "disconnected"}, idempotent=True)

    def recording(self, sid: str) -> Track:
        answer = self._transport.call("GET", f"/v1/Recordings/{_segment(sid)}")
        with _readable("a recording"):
            return Track(
                sid=answer["sid"],
                status=answer["status"],
                media=answer["type"],
                seconds=answer.get("duration"),
                size_bytes=answer.get("size"),
            )

    def delete_recording(self, sid: str) -> None:
        with _over_is_fine():
            self._transport.call("DELETE", f"/v1/Recordings/{_segment(sid)}")


def _attendee(row: dict[str, Any]) -> Attendee:
    return Attendee(row["sid"], row["identity"], row["status"], row.get("duration"))


def _segment(sid: str) -> str:
    return quote(sid, safe="")


@contextlib.contextmanager
def _over_is_fine() -> Iterator[None]:
    try:
        yield
    except GatewayRejected as refusal:
        if refusal.code not in _OVER:
            raise


@contextlib.contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, IndexError) as error:
        raise GatewayUnavailable(f"twilio: {what} that cannot be read") from error
