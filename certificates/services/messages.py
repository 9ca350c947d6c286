"""Graphy's messages: that somebody completed a course."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from certificates.errors import GraphyMessageMalformed, GraphyMessageRefused
from certificates.gateways import graphy
from certificates.services import enrolling
from tutorme.core import inbox
from tutorme.core.errors import Conflict, ProviderNotConfigured
from tutorme.core.gateways import GatewayMisconfigured
from tutorme.core.inbox import NotYet
from tutorme.core.models import InboxMessage

KIND = "course.completed"


def receive(*, headers: Mapping[str, str], body: bytes) -> None:
    """Keeps a genuine message once, and returns. What cannot be read is refused before it is
    kept, so that it is mended where it is sent."""
    try:
        genuine = graphy.is_genuine(
            body=body,
            signature=headers.get("X-Graphy-Signature", ""),
            timestamp=headers.get("X-Graphy-Timestamp", ""),
        )
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    if not genuine:
        raise GraphyMessageRefused
    event_id = _read(body)["event_id"]
    kept = inbox.store(
        provider=enrolling.PROVIDER, delivery_id=event_id, kind=KIND, body=body, headers={}
    )
    kept.refresh_from_db(fields=["body"])
    if bytes(kept.body) != body:
        raise Conflict("Another message came under this event_id.")


def _read(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body)
        found = {name: given[name] for name in ("course_id", "email", "event_id", "completed_at")}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise GraphyMessageMalformed from error
    texts = all(isinstance(value, str) and 0 < len(value) <= 200 for value in found.values())
    if not texts or "\x00" in "".join(found.values()) or _moment(found) is None:
        raise GraphyMessageMalformed
    return found


def _moment(message: Mapping[str, Any]) -> datetime | None:
    try:
        at = parse_datetime(message["completed_at"])
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None and 1970 <= at.year < 2100 else None


def apply(message: InboxMessage) -> None:
    """Who is not on a list yet may be on the next one: the message waits for it."""
    said = _read(bytes(message.body))
    at = _moment(said)
    assert at is not None
    learner = enrolling.learner_of(course_id=said["course_id"], email=said["email"])
    if learner is None:
        raise NotYet(f"nobody with this address is in course {said['course_id']!r}")
    enrolling.complete(learner_id=learner.pk, at=at)
