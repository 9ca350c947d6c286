"""Courses that people ask for."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min

from courses.models import CourseWish
from tutorme.core.row_security import as_system

MOST = 50


@dataclass(frozen=True)
class AskedFor:
    """`words` as somebody wrote them; nobody is named."""

    words: str
    people: int


@as_system("how many wish for the same; nobody is named")
def asked_for(limit: int = MOST) -> list[AskedFor]:
    """What most people ask for first; one query."""
    rows = CourseWish.objects.filter(state=CourseWish.State.OPEN).values("words_key")
    counted = rows.annotate(shown=Min("words"), people=Count("user_id"))
    found = counted.order_by("-people", "words_key")[:limit]
    return [AskedFor(row["shown"], row["people"]) for row in found]


def wishes_of(user: Any) -> list[CourseWish]:
    """One's own, the open ones first and of each kind the latest."""
    rows = CourseWish.objects.visible_to(user).select_related("course")
    return sorted(rows.order_by("-created_at", "-id")[:100], key=lambda row: row.state != "open")
