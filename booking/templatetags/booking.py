from typing import Any
from uuid import UUID

from django import template
from django.db.models.functions import Lower

from booking.models import LessonReview, LessonType, TutorStanding

register = template.Library()
_SHOWN = 3


@register.simple_tag
def takes_bookings(tutor_id: UUID) -> bool:
    """Whether there is something to book with this tutor; one query."""
    offered = LessonType.objects.filter(tutor_id=tutor_id, is_offered=True)
    return offered.filter(tutor__schedule__is_open=True).exists()


@register.simple_tag
def tutor_standing(tutor_id: UUID) -> dict[str, Any]:
    """`standing` and the newest `reviews` of a tutor; two queries."""
    standing = TutorStanding.objects.filter(pk=tutor_id).first()
    if standing is None:
        return {}
    rows = LessonReview.objects.filter(tutor_id=tutor_id, is_hidden=False)
    newest = rows.select_related("student").order_by("-created_at", "-pk")[:_SHOWN]
    return {"standing": standing, "reviews": list(newest)}


@register.simple_tag
def standings_of(cards: list[dict[str, Any]]) -> dict[str, TutorStanding]:
    """Of all tutors on a page of the directory, by the name in their address; one query."""
    rows = TutorStanding.objects.alias(name=Lower("tutor__username")).filter(
        name__in=[card["slug"] for card in cards]
    )
    return {row.tutor.username.lower(): row for row in rows.select_related("tutor")}


@register.filter
def of_tutor(standings: dict[str, TutorStanding], slug: str) -> TutorStanding | None:
    return standings.get(slug)
