"""Zoom meetings, as the site's own server-to-server app. Zoom knows no key by which a repeated
creation is one: whoever is in doubt looks for our link among the host's meetings first."""

import base64
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings

from booking.gateways.base import GrantGone, Lesson, Made, answer_of, moment, readable, segment
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected
from tutorme.core.http import Door

T = TypeVar("T")
_RENEW_BEFORE_S = 60
# Zoom's own words: no such user in the account, no such meeting.
NO_USER, NO_MEETING = "1001", "3001"
_TOPIC, _AGENDA, _PAGE = 200, 2000, 300


class Zoom:
    def __init__(self, account: dict[str, str]) -> None:
        self._account = account
        self._door = Door("zoom", account["api_url"])
        self._oauth = Door("zoom", account["oauth_url"])
        self._lock = threading.Lock()
        self._token, self._token_until = "", 0.0

    def create(self, lesson: Lesson, *, host: str) -> Made:
        """On the tutor's own seat in the account, else on the site's."""
        return self._for_host(host, lambda user: self._create(lesson, user))

    def find(self, lesson: Lesson, *, host: str) -> Made | None:
        """What an earlier try may have made."""
        return self._for_host(host, lambda user: self._find(lesson, user)) or self._find(
            lesson, self._account["host_user"]
        )

    def _for_host(self, host: str, ask: Callable[[str], T]) -> T:
        try:
            return ask(host)
        except GatewayRejected as refusal:
            if refusal.code != NO_USER or host == self._account["host_user"]:
                raise
        return ask(self._account["host_user"])

    def _create(self, lesson: Lesson, user: str) -> Made:
        body = {
            "topic": lesson.title[:_TOPIC],
            "agenda": lesson.link[:_AGENDA],
            "type": 2,
            **_when(lesson),
            "settings": {
                "join_before_host": False,
                "waiting_room": True,
                "approval_type": 2,
                "auto_recording": "none",
            },
        }
        answer = self._call("POST", f"/users/{segment(user)}/meetings", json=body)
        return _made(answer)

    def _find(self, lesson: Lesson, user: str) -> Made | None:
        query = {"type": "upcoming", "page_size": _PAGE}
        while True:
            path = f"/users/{segment(user)}/meetings?{urlencode(query)}"
            answer = self._call("GET", path)
            with readable("a list of Zoom meetings"):
                for row in answer.get("meetings") or []:
                    if row.get("agenda") == lesson.link:
                        return _made(row)
            if not answer.get("next_page_token"):
                return None
            query["next_page_token"] = str(answer["next_page_token"])

    def move(self, reference: str, lesson: Lesson) -> None:
        body = {"topic": lesson.title[:_TOPIC], **_when(lesson)}
        self._call("PATCH", f"/meetings/{segment(reference)}", idempotent=True, json=body)

    def remove(self, reference: str) -> None:
        """One that is gone already is gone."""
        try:
            self._call("DELETE", f"/meetings/{segment(reference)}")
        except GatewayRejected as refusal:
            if refusal.code != NO_MEETING:
                raise

    def host_url(self, reference: str) -> str:
        """Opens the meeting as its host, for two hours from now: for the tutor's eyes alone, and
        never kept."""
        answer = self._call("GET", f"/meetings/{segment(reference)}")
        with readable("a Zoom meeting"):
            return str(answer["start_url"])

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        for last_try in (False, True):
            headers = {"Authorization": f"Bearer {self._access()}"}
            response = self._door.request(method, path, headers=headers, **content)
            try:
                return answer_of("zoom", response)
            except GrantGone as error:
                self._token = ""
                if last_try:
                    raise GatewayMisconfigured("Zoom refuses our token") from error
        raise AssertionError("the second try returns or raises")

    def _access(self) -> str:
        with self._lock:
            if not self._token or time.monotonic() > self._token_until:
                self._token, life_s = self._asked()
                self._token_until = time.monotonic() + life_s - _RENEW_BEFORE_S
            return self._token

    def _asked(self) -> tuple[str, int]:
        pair = f"{self._account['client_id']}:{self._account['client_secret']}"
        grant = {
            "grant_type": "account_credentials",
            "account_id": self._account["account_id"],
        }
        response = self._oauth.request(
            "POST",
            "/token",
            idempotent=True,
            headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
            data=grant,
        )
        if response.status_code in {400, 401, 403}:
            raise GatewayMisconfigured(f"Zoom refuses our credentials ({response.status_code})")
        answer = answer_of("zoom", response)
        with readable("a Zoom token"):
            return str(answer["access_token"]), int(answer["expires_in"])


def _when(lesson: Lesson) -> dict[str, Any]:
    return {"start_time": moment(lesson.starts_at), "duration": lesson.minutes, "timezone": "UTC"}


def _made(answer: dict[str, Any]) -> Made:
    with readable("a Zoom meeting"):
        return Made(reference=str(answer["id"]), join_url=str(answer["join_url"]))


def is_configured() -> bool:
    return all(settings.ZOOM[name] for name in ("account_id", "client_id", "client_secret"))


def gateway() -> Zoom:
    if not is_configured():
        raise GatewayMisconfigured("ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID or its secret is not set")
    return _client(tuple(sorted(settings.ZOOM.items())))


@lru_cache(maxsize=4)
def _client(account: tuple[tuple[str, str], ...]) -> Zoom:
    return Zoom(dict(account))
