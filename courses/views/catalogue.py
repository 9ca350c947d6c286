"""The catalogue and a course's own page."""

from types import SimpleNamespace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from rest_framework.request import Request
from rest_framework.views import APIView

from courses import queries
from courses.errors import AlreadyEnrolled, PaymentRequired
from courses.forms import LEVELS, ORDERS, PRICES, CatalogueForm
from courses.markdown import html_of
from courses.models import Course
from courses.services import enrolling
from tutorme.core.api.pagination import CursorPage
from tutorme.core.errors import InvalidInput, NotFound


@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    wanted = CatalogueForm(request.GET).wanted()
    text = wanted.get("q", "")
    order = queries.order_of(wanted.get("order"), text)
    found = queries.catalogue(text)
    counts = queries.catalogue_counts(found, wanted)
    chosen = queries.narrowed(found, wanted).values(*queries.CARD, *(["rank"] if text else []))
    page = CursorPage()
    ordering = cast(APIView, SimpleNamespace(page_ordering=queries.ORDERS[order]))
    try:
        rows = page.paginate_queryset(chosen, Request(request), ordering) or []
    except (NotFound, InvalidInput) as error:
        raise Http404 from error
    context = {
        "courses": [_card(row) for row in rows],
        "count": counts.total,
        "next": page.get_next_link() or "",
        "previous": page.get_previous_link() or "",
        "wanted": wanted,
        "order": order,
        "subjects": [(name, name, n) for name, n in counts.by["subject"].items()],
        "levels": _options(LEVELS, counts.by["level"]),
        "prices": _options(PRICES, counts.by["price"]),
        "orders": [row for row in ORDERS.items() if text or row[0] != "relevance"],
    }
    return render(request, "courses/list.html", context)


def _options(labels: dict[Any, Any], counts: dict[str, int]) -> list[tuple[str, Any, int]]:
    return [(str(value), label, counts.get(value, 0)) for value, label in labels.items()]


def _card(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "level": LEVELS[row["difficulty"]], "teacher": row["instructor__display_name"]}


def course_of(request: HttpRequest, slug: str) -> Course:
    course = (
        Course.objects.visible_to(request.user)
        .select_related("instructor")
        .filter(slug=slug)
        .first()
    )
    if course is None:
        raise Http404
    return course


@require_safe
def course_page(request: HttpRequest, slug: str) -> HttpResponse:
    course = course_of(request, slug)
    found = queries.outline(course, request.user)
    context = {
        "course": course,
        "level": LEVELS[Course.Difficulty(course.difficulty)],
        "description": SafeString(html_of(course.description)),
        "outline": found,
        "enrollment": found.enrollment,
        "is_owner": queries.owns(course, request.user),
    }
    return render(request, "courses/course.html", context)


@login_required
@require_POST
def enroll(request: HttpRequest, slug: str) -> HttpResponse:
    course = course_of(request, slug)
    if course.state != Course.State.PUBLISHED:
        raise Http404
    try:
        enrolling.enroll_free(user=request.user, course=course)
    except PaymentRequired as error:
        messages.error(request, error.detail)
        return redirect("courses-course", slug=slug)
    except AlreadyEnrolled:
        pass
    else:
        messages.success(request, _("You are enrolled. Begin whenever you like."))
    return redirect("courses-learn-course", slug=slug)
