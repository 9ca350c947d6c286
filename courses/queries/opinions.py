"""What was said of a course, as its page and the API show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import JSONObject

from courses.models import Course, CourseRating, Favorite
from courses.models.courses import RATINGS_TO_SHOW
from courses.querysets import CourseQuerySet, Viewer
from tutorme.core import keyset
from tutorme.core.prepared import first, prepared

COLUMNS = (
    "id",
    "rating",
    "review",
    "reply",
    "replied_at",
    "created_at",
    "updated_at",
    "is_hidden",
    "user_id",
    "author",
)
NEWEST = ("-created_at", "-id")


@dataclass(frozen=True)
class Bar:
    """One line of the histogram; `percent` is rounded down, so that nothing adds up to more."""

    stars: int
    count: int
    percent: int


@dataclass(frozen=True)
class Summary:
    """The plain mean as it is kept, and how it came about, five stars first."""

    average: Any
    count: int
    bars: tuple[Bar, ...]

    @property
    def is_shown(self) -> bool:
        return self.count >= RATINGS_TO_SHOW


def summary(course: Course) -> Summary:
    """No query: the course's row carries it."""
    counts = {stars: getattr(course, f"rated_{stars}") for stars in range(5, 0, -1)}
    total = sum(counts.values())
    bars = (Bar(stars, n, 100 * n // total if total else 0) for stars, n in counts.items())
    return Summary(course.average_rating, total, tuple(bars))


def reviews(course: Course, viewer: Any, *, cursor: str = "", size: int = 20) -> keyset.Page:
    """The newest first, whatever they say. A hidden one is there for whoever wrote it, and for the
    staff."""
    rows = CourseRating.objects.visible_to(viewer).filter(course=course)
    named = rows.annotate(author=F("user__display_name")).values(*COLUMNS)
    return keyset.page(named, NEWEST, cursor=cursor, size=size)


def with_recent(courses: CourseQuerySet, viewer: Any, *, size: int) -> CourseQuerySet:
    """Each course with its latest reviews and whether the viewer keeps it in mind, read along:
    `recent` for `read_along`, and `is_kept`."""
    columns = {name: F(name) for name in COLUMNS if name != "author"}
    latest = (
        CourseRating.objects.standing()
        .filter(course=OuterRef("pk"))
        .order_by(*NEWEST)
        .values(row=JSONObject(**columns, author=F("user__display_name")))[:size]
    )
    kept = Favorite.objects.visible_to(viewer).filter(course=OuterRef("pk"))
    return courses.annotate(recent=ArraySubquery(latest), is_kept=Exists(kept))


def shown_with_recent(slug: str, viewer: Any, *, size: int) -> Any:
    """The course of this address with its teacher, `with_recent`; None where the viewer may not see
    it."""
    who = Viewer(viewer.pk, getattr(viewer, "is_admin", False))
    return first(_with_teacher(slug, who.pk, is_admin=who.is_admin, size=size))


@prepared
def _with_teacher(slug: str, user_id: UUID | None, *, is_admin: bool, size: int) -> CourseQuerySet:
    viewer = Viewer(user_id, is_admin)
    teacher = ("instructor__avatar", "instructor__tutor_profile")
    seen = Course.objects.visible_to(viewer).select_related(*teacher).filter(slug=slug)
    return with_recent(seen, viewer, size=size).order_by("pk")[:1]


def read_along(recent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As `reviews` gives them; JSON knows no moments and no ids."""
    return [
        {
            **row,
            "id": UUID(row["id"]),
            "user_id": UUID(row["user_id"]),
            "created_at": datetime.fromisoformat(row["created_at"]),
        }
        for row in recent
    ]


def own_rating(course: Course, viewer: Any) -> CourseRating | None:
    if not viewer.is_authenticated:
        return None
    return CourseRating.objects.filter(course=course, user_id=viewer.pk).first()


def prompt(percent: int, dismissed: int, *, rated: bool) -> int:
    """The moment (20, 50, 100 per cent) at which to ask now what they think; 0 for none."""
    reached = max((moment for moment in (20, 50, 100) if percent >= moment), default=0)
    return 0 if rated or reached <= dismissed else reached
