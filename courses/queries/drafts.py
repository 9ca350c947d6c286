"""What pages and API read of drafts, versions and the learner's changelog."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.documents import FACTS, Changes
from courses.models import Course, CourseDraft, CourseVersion, Enrollment
from tutorme.core.money import Money

_IN_TREE = (
    *("id", "key", "title", "kind", "minutes", "is_free_preview", "is_required"),
    *("is_held_back", "revision"),
)


def tree(course: Course) -> list[dict[str, Any]]:
    """Sections with their lessons, in order; two queries."""
    sections: dict[UUID, dict[str, Any]] = {
        row["id"]: {**row, "lessons": []}
        for row in course.section_drafts.order_by("position").values("id", "title")
    }
    lessons = course.lesson_drafts.order_by("position")
    for row in lessons.values("section_id", *_IN_TREE):
        sections[row.pop("section_id")]["lessons"].append(row)
    return list(sections.values())


def draft_shape(course: Course, draft: CourseDraft) -> dict[str, Any]:
    """The draft as its author reads it."""
    facts = {name: draft.facts.get(name, getattr(course, name)) for name in FACTS}
    price = Money(facts.pop("price_minor"), facts.pop("currency"))
    return {
        "course": course.pk,
        "slug": course.slug,
        "state": course.state,
        "version": course.version,
        "revision": draft.revision,
        "is_changed": draft.is_changed,
        **facts,
        "price": price.as_json(),
        "prerequisites": draft.facts.get("prerequisites", []),
        "sections": tree(course),
    }


@dataclass(frozen=True)
class Changelog:
    """`completed` is the version this learner finished, `since` what came after it together."""

    versions: list[CourseVersion]
    completed: int | None
    since: Changes | None
    is_breaking: bool

    @property
    def new(self) -> int:
        return len(self.since["added"]) if self.since else 0


def changelog(course: Course, enrollment: Enrollment | None, limit: int = 100) -> Changelog:
    """Newest first; without the snapshots, which hold every lesson's text."""
    rows = list(course.versions.defer("snapshot").order_by("-number")[:limit])
    completed = enrollment.completed_version if enrollment else None
    later = [row for row in rows if completed is not None and row.number > completed]
    return Changelog(
        versions=rows,
        completed=completed,
        since=_together(reversed(later)) if completed is not None else None,
        is_breaking=any(row.is_breaking for row in later),
    )


def _together(versions: Any) -> Changes:
    """As seen by who was away: added and removed again is nothing, added and changed is added."""
    named: dict[str, str] = {}
    kind: dict[str, str] = {}
    for version in versions:
        for row in version.changes["added"]:
            kind[row["id"]] = "changed" if kind.get(row["id"]) == "removed" else "added"
        for row in version.changes["changed"]:
            kind.setdefault(row["id"], "changed")
        for row in version.changes["removed"]:
            if kind.get(row["id"]) == "added":
                kind.pop(row["id"])
            else:
                kind[row["id"]] = "removed"
        for rows in version.changes.values():
            named |= {row["id"]: row["title"] for row in rows}
    together: Changes = {"added": [], "changed": [], "removed": []}
    for pk, what in kind.items():
        together[what].append({"id": pk, "title": named[pk]})
    return together
