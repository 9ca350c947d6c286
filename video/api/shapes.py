"""Rooms as the API writes them."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from video import queries
from video.models import CallEvent, ChatLine, Recording, Room
from video.services.tokens import Grant


def room(row: Room) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "host": row.host_id,
        "state": row.state,
        "provider": row.provider,
        "epoch": row.epoch,
        "capacity": row.capacity,
        "recording": row.taping,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "opens_at": row.opens_at,
        "closes_at": row.closes_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
    }


def detail(row: Room) -> dict[str, Any]:
    return {
        **room(row),
        "members": queries.members(row),
        "people": queries.people_here(row.pk),
        "notes": row.notes,
        "notes_version": row.notes_version,
    }


def grant(given: Grant) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "provider": given.provider,
        "room": given.room,
        "identity": given.identity,
        "epoch": given.epoch,
        "expires_at": given.expires_at,
    }
    if given.token is not None:
        return {**shown, "token": given.token}
    return {**shown, "ice_servers": given.ice_servers}


def chat_line(row: ChatLine) -> dict[str, Any]:
    return {
        "id": row.pk,
        "author": row.author_id,
        "name": row.author.display_name,
        "text": row.text,
        "created_at": row.created_at,
    }


def statistics(row: Room, *, now: datetime) -> dict[str, Any]:
    here = {person["member"] for person in queries.people_here(row.pk)}
    seconds, most = queries.together(row)
    told = CallEvent.objects.filter(room=row).values("kind").annotate(count=Count("pk"))
    longest = CallEvent.objects.filter(room=row, kind="room-ended").aggregate(
        seconds=Max("seconds")
    )
    return {
        "seconds_together": seconds,
        "most_at_once": most,
        "members": [
            stay(each, here=each.member_id in here) for each in queries.stays(row, now=now)
        ],
        "provider_events": {each["kind"]: each["count"] for each in told.order_by("kind")},
        "provider_seconds": longest["seconds"],
        "rating": queries.satisfaction(row),
    }


def stay(each: queries.Stay, *, here: bool) -> dict[str, Any]:
    return {
        "member": each.member_id,
        "name": each.name,
        "role": each.role,
        "first_joined_at": each.first_joined_at,
        "last_seen_at": each.last_seen_at,
        "seconds": each.seconds,
        "joins": each.joins,
        "is_here": here,
    }


def recording(row: Recording) -> dict[str, Any]:
    return {
        "id": row.pk,
        "member": row.member_id,
        "media": row.media,
        "state": row.state,
        "seconds": row.seconds,
        "size_bytes": row.size_bytes,
        "started_at": row.started_at,
    }
