"""The catalogue and a course's own page."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.queries.people import picture_of
from courses import entitlement, queries
from courses.errors import AlreadyEnrolled, CourseBefore, PaymentRequired
from courses.forms import LEVELS, ORDERS, PLANS, PRICE_BANDS, RATINGS, CatalogueForm
from courses.markdown import html_of
from courses.models import Course
from courses.models.courses import RATINGS_TO_SHOW
from courses.queries import catalogue, opinions
from courses.queries.catalogue import Found
from courses.queries.wanted import Wanted
from courses.services import enrolling
from tutorme.core.api.views import etag
from tutorme.core.errors import NotFound

PAGE_SIZE = 20
# As many as the course page shows; the rest has a page of its own.
REVIEWS = 3


@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    """A visitor's list is conditional: looked at again it costs one query."""
    tag, at = _visitors_tag(request)
    if tag and request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    asked = CatalogueForm(request.GET).asked()
    wanted = Wanted.of(asked)
    cursor = request.GET.get("cursor", "")
    try:
        found = catalogue.search(wanted, viewer=request.user, cursor=cursor, size=PAGE_SIZE, at=at)
    except NotFound as error:
        raise Http404 from error
    response = render(request, "courses/list.html", _listed(request, asked, wanted, found))
    if tag:
        response["ETag"] = tag
        patch_cache_control(response, private=True, no_cache=True)
    return response


def _visitors_tag(request: HttpRequest) -> tuple[str, int | None]:
    """With the catalogue's stamp; nothing for whoever the page may speak to in person. Its forms
    carry a token that belongs to the cookie, its words are in a language and on a paper."""
    csrf = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    if not csrf or {settings.SESSION_COOKIE_NAME, "messages"} & set(request.COOKIES):
        return "", None
    at, minute = catalogue.anonymous_tag()
    theme = request.COOKIES.get("theme", "")
    return etag(request.get_full_path(), get_language(), theme, csrf, at, minute), at


def _listed(
    request: HttpRequest, asked: dict[str, Any], wanted: Wanted, found: Found
) -> dict[str, Any]:
    by = found.by
    return {
        "courses": [card(row) for row in found.page.rows],
        "count": found.count,
        "corrected": found.corrected,
        "next": _page_link(request, found.page.next),
        "previous": _page_link(request, found.page.previous),
        "wanted": asked,
        "order": wanted.ordering,
        "facets": _facets(by, request.GET),
        "tags": [
            (name, n, _changed(request, tag=name)) for name, n in list(by["tag"].items())[:12]
        ],
        "without_tag": _changed(request, tag=""),
        "without_instructor": _changed(request, instructor=""),
        "many_currencies": len(by["currency"]) > 1,
        "orders": [row for row in ORDERS.items() if wanted.text or row[0] != "relevance"],
    }


def _facets(by: dict[str, dict[str, int]], given: QueryDict) -> list[dict[str, Any]]:
    rows = (
        ("category", _("Subject"), _("Any subject"), _plain(by["category"])),
        ("difficulty", _("Level"), _("Any level"), _labelled(LEVELS, by["difficulty"])),
        ("price", _("Price"), _("Any price"), _labelled(PRICE_BANDS, by["price"])),
        ("rating", _("Rating"), _("Any rating"), _labelled(RATINGS, by["rating"])),
        ("language", _("Language"), _("Any language"), _languages(by["language"])),
        ("is_premium", _("Plan"), _("In a plan or not"), _labelled(PLANS, by["is_premium"])),
    )
    names = ("name", "label", "any", "options")
    return [
        dict(zip(names, row, strict=True)) | {"chosen": _chosen(given.get(row[0], ""), row[3])}
        for row in rows
    ]


def _chosen(asked: str, options: "Options") -> str:
    """Nothing where it is none of the options: anybody may ask for anything."""
    return asked if any(asked == value for value, _text, _n in options) else ""


def _changed(request: HttpRequest, **changes: str) -> str:
    """This list's address with some parameters changed, from its first page."""
    params = request.GET.copy()
    for name, value in {**changes, "cursor": ""}.items():
        params.pop(name, None)
        if value:
            params[name] = value
    return f"{request.path}?{params.urlencode()}" if params else request.path


def _page_link(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    params = request.GET.copy()
    params["cursor"] = cursor
    return f"{request.path}?{params.urlencode()}"


Options = list[tuple[str, Any, int]]


def _plain(counts: dict[str, int]) -> Options:
    return [(name, name, n) for name, n in counts.items()]


def _labelled(labels: dict[Any, Any], counts: dict[str, int]) -> Options:
    return [(str(value), label, counts.get(value, 0)) for value, label in labels.items()]


def _languages(counts: dict[str, int]) -> Options:
    return [(code, language_name(code), n) for code, n in counts.items()]


def language_name(code: str) -> str:
    """In the language itself, as its speakers look for it."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


_SHOWN = (
    *("slug", "title", "subtitle", "summary", "category", "lesson_count", "total_minutes"),
    *("price_minor", "currency", "rating_count", "average_rating", "is_mine", "is_kept"),
)


def card(row: dict[str, Any]) -> dict[str, Any]:
    """What a card shows and nothing else: by it the drawn card is kept."""
    return {
        **{name: row[name] for name in _SHOWN},
        "level": LEVELS[row["difficulty"]],
        "teacher": row["instructor__display_name"],
        "shows_rating": row["rating_count"] >= RATINGS_TO_SHOW,
    }


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
    course = opinions.shown_with_recent(slug, request.user, size=REVIEWS)
    if course is None:
        raise Http404
    found = queries.outline(course, request.user)
    context = {
        "course": course,
        "teacher": _teacher(course.instructor),
        "level": LEVELS[Course.Difficulty(course.difficulty)],
        "description": SafeString(html_of(course.description)),
        "outline": found,
        "current_key": "",
        "enrollment": found.enrollment,
        "is_owner": queries.owns(course, request.user),
        "in_plan": found.enrollment is None and entitlement.by_plan(request.user, course),
        "summary": opinions.summary(course),
        "reviews": opinions.read_along(course.recent),
        "is_kept": course.is_kept,
        "structured": structured(course, request),
    }
    return render(request, "courses/course.html", context)


def _teacher(user: User) -> dict[str, str]:
    """Their picture, and the page where one books them; nothing where there is none."""
    profile = getattr(user, "tutor_profile", None)
    open_to_all = profile is not None and profile.is_approved
    return {
        "picture": picture_of(user) or "",
        "href": reverse("tutor", args=[user.username.lower()]) if open_to_all else "",
    }


def structured(course: Course, request: HttpRequest) -> dict[str, Any]:
    """schema.org Course."""
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": course.title,
        "description": course.summary,
        "url": f"{settings.PUBLIC_BASE_URL}{request.path}",
        "inLanguage": course.language,
        "educationalLevel": course.difficulty,
        "timeRequired": f"PT{course.total_minutes}M",
        "provider": {"@type": "Person", "name": course.instructor.display_name},
        "offers": {
            "@type": "Offer",
            "category": "Free" if course.is_free else "Paid",
            "price": course.price.amount,
            "priceCurrency": course.currency,
        },
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": f"PT{course.total_minutes}M",
        },
    }
    if course.rating_count >= RATINGS_TO_SHOW:
        about["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(course.average_rating),
            "ratingCount": course.rating_count,
        }
    return about


@login_required
@require_POST
def enroll(request: HttpRequest, slug: str) -> HttpResponse:
    course = course_of(request, slug)
    if course.state != Course.State.PUBLISHED:
        raise Http404
    try:
        enrolling.enroll_free(user=request.user, course=course)
    except CourseBefore as error:
        named = ", ".join(error.extras["courses"])
        messages.error(request, _("Complete this first: %(courses)s") % {"courses": named})
        return redirect("courses-course", slug=slug)
    except PaymentRequired as error:
        messages.error(request, error.detail)
        return redirect("courses-course", slug=slug)
    except AlreadyEnrolled:
        pass
    else:
        messages.success(request, _("You are enrolled. Begin whenever you like."))
    return redirect("courses-learn-course", slug=slug)
