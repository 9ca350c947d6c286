"""Rows as the API shows them."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from courses.models import Attempt, Enrollment
from courses.queries import Outline
from courses.queries.catalogue import Found
from courses.queries.explaining import Explained, Explanation
from courses.queries.renewals import Renewal
from courses.services import marking
from courses.sheets import choices_of, options_of
from tutorme.core.money import Money

_CARD = (
    "id",
    "slug",
    "title",
    "subtitle",
    "summary",
    "category",
    "tags",
    "difficulty",
    "language",
    "lesson_count",
    "total_minutes",
    "enrollment_count",
    "is_premium",
    "published_at",
)


def course(row: dict[str, Any]) -> dict[str, Any]:
    """From `values(*catalogue.CARD)`."""
    return {
        **{name: row[name] for name in _CARD},
        "price": Money(row["price_minor"], row["currency"]).as_json(),
        "rating": {"average": str(row["average_rating"]), "count": row["rating_count"]},
        "instructor": {
            "id": row["instructor_id"],
            "display_name": row["instructor__display_name"],
            "username": row["instructor__username"],
        },
    }


def catalogue(found: Found, request: Request) -> dict[str, Any]:
    return {
        "next": page_link(request, found.page.next),
        "previous": page_link(request, found.page.previous),
        "results": [course(row) for row in found.page.rows],
        "count": found.count,
        "facets": found.by,
        "corrected": found.corrected,
    }


def page_link(request: Request, cursor: str) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None


def outline(found: Outline) -> dict[str, Any]:
    return {
        "course": found.course_id,
        "percent": found.enrollment.percent if found.enrollment else 0,
        "sections": [
            {"title": part.title, "lessons": [vars(lesson) for lesson in part.lessons]}
            for part in found.sections
        ],
    }


def enrollment(row: Enrollment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "course": row.course_id,
        "slug": row.course.slug,
        "title": row.course.title,
        "state": row.state,
        "percent": row.percent,
        "by_plan": row.by_plan,
        "last_lesson": row.last_lesson_id,
        "completed_at": row.completed_at,
        "completed_version": row.completed_version,
        "certified_version": row.certified_version,
        "created_at": row.created_at,
    }


def renewal(found: Renewal | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"version": found.version, "again": sorted(found.outdated)}


def explanation(told: Explanation, found: Outline, due: Renewal | None) -> dict[str, Any]:
    row = told.enrollment
    return {
        "percent": row.percent,
        "counted": len(told.counted),
        "done": told.done,
        "completed_at": row.completed_at,
        "completed_version": row.completed_version,
        "certified_version": row.certified_version,
        "added_since": found.added_since,
        "renewal": renewal(due),
        "lessons": [_explained(one) for one in told.counted],
        "optional": [_explained(one) for one in told.optional],
    }


def _explained(one: Explained) -> dict[str, Any]:
    return {
        "id": one.lesson.id,
        "title": one.lesson.title,
        "kind": one.lesson.kind,
        "rule": str(one.rule),
        "state": one.state,
        "lock": one.lesson.lock,
        "completed_at": one.completed_at,
        "seconds": one.seconds,
        "watched_seconds": one.watched_seconds,
        "remaining_seconds": one.remaining_seconds,
    }


def attempt(row: Attempt) -> dict[str, Any]:
    """What its learner may know now: the key, the marks and the reasons only when the review is
    open, and then from the same rows the grader read."""
    graded = row.state == Attempt.State.GRADED
    now = timezone.now()
    return {
        "id": row.pk,
        "lesson": row.lesson_id,
        "number": row.number,
        "state": row.state,
        "started_at": row.started_at,
        "deadline_at": row.deadline_at,
        "server_time": now,
        "submitted_at": row.submitted_at,
        "score": str(row.score) if graded else None,
        "max_score": str(row.max_score),
        "percent": row.percent if graded else None,
        "pass_percent": row.pass_percent,
        "passed": row.passed,
        "questions": _questions(row, open_review=marking.may_review(row)),
    }


def _questions(row: Attempt, *, open_review: bool) -> list[dict[str, Any]]:
    shown = []
    for answer in row.sheet:
        question = answer.question
        card = {
            "id": question.pk,
            "kind": question.kind,
            "prompt": question.prompt,
            "options": options_of(question, row.seed),
            "choices": choices_of(question, row.seed),
            "points": str(question.points),
            "answer": answer.answer,
            "sequence": answer.sequence,
        }
        if open_review:
            card["earned"] = str(answer.points)
            card["solution"] = question.key_in_force
            card["explanation"] = question.explanation
            card["comment"] = answer.comment
        shown.append(card)
    return shown
