"""Tutors as anybody may see them: the list, and each one's page."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import tongues
from accounts.directory import FreeAt
from accounts.forms.tutors import DirectoryForm
from accounts.models import Level, Subject, TutorLanguage, TutorProfile
from accounts.queries import tutors
from accounts.queries.people import picture_address, picture_of
from accounts.queries.tutors import Card, Found, Spoken, Taught, Wanted
from tutorme.core.errors import NotFound
from tutorme.core.money import Money

PAGE_SIZE = 20
# So many times are named on a card; the tutor's own page has all of them.
_STARTS = 6
_LEVELS = dict(Level.choices)
_FLUENCY = dict(TutorLanguage.Fluency.choices)
_FORMATS = dict(TutorProfile.Format.choices)
_BADGES = dict(TutorProfile.Badge.choices)
_PLATFORMS = dict(TutorProfile.Platform.choices)


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    given = DirectoryForm(request.GET).wanted()
    wanted = _wanted(given)
    try:
        found = tutors.search(wanted, cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    except NotFound as error:
        raise Http404 from error
    names = dict(Subject.objects.values_list("pk", "name"))
    context = {
        "cards": [shown(card) for card in found.cards],
        "found": found,
        "wanted": given,
        "order": wanted.ordering,
        "facets": _facets(found, names),
        "orders": [
            row
            for row in DirectoryForm.base_fields["order"].choices  # type: ignore[attr-defined]
            if (wanted.text or row[0] != "relevance") and (wanted.free or row[0] != "soonest")
        ],
        "star_choices": [
            value
            for value, _label in DirectoryForm.base_fields["rating"].choices  # type: ignore[attr-defined]
        ],
        "next": _page_link(request, found.next),
        "previous": _page_link(request, found.previous),
        "relaxed": [] if found.cards else _relaxed(request, given, names),
    }
    return render(request, "tutors/list.html", context)


def _wanted(given: dict[str, Any]) -> Wanted:
    asked = {{"q": "text"}.get(name, name): value for name, value in given.items()}
    on, after, before = (asked.pop(name, None) for name in ("free", "after", "before"))
    return Wanted(**asked, free=_free(on, after, before) if on else None)


def _free(on: date, after: time | None, before: time | None) -> FreeAt:
    """By the reader's clock; to midnight where no end, or none after the beginning, is given."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(on, after or time(0), zone)
    end = datetime.combine(on, before, zone) if before else begin
    if end <= begin:
        end = datetime.combine(on + timedelta(days=1), time(0), zone)
    return FreeAt(begin.astimezone(UTC), end.astimezone(UTC))


Options = list[tuple[str, Any, int]]


def _facets(found: Found, names: dict[str, str]) -> list[tuple[str, Any, Any, Options]]:
    by = found.by
    subjects = [(key, names.get(key, key), n) for key, n in by["subject"].items()]
    levels = [(key, label, by["level"].get(key, 0)) for key, label in Level.choices]
    spoken = [(code, tongues.language_name(code), n) for code, n in by["language"].items()]
    money = [(code, code, n) for code, n in by["currency"].items()]
    return [
        ("subject", _("Subject"), _("Any subject"), subjects),
        ("level", _("Level"), _("Any level"), levels),
        ("language", _("Language"), _("Any language"), spoken),
        ("currency", _("Currency"), _("Any currency"), money),
    ]


def _relaxed(
    request: HttpRequest, given: dict[str, Any], names: dict[str, str]
) -> list[tuple[str, int, str]]:
    """What leaving out one thing that was asked for would find."""
    labels = {
        "q": _("your words"),
        "subject": _("the subject"),
        "level": _("the level"),
        "language": _("the language"),
        "currency": _("the currency"),
        "price_min": _("the lowest price"),
        "price_max": _("the highest price"),
        "rating": _("the stars"),
        "free": _("the day"),
    }
    found = []
    for name, label in labels.items():
        if name not in given:
            continue
        rest = {key: value for key, value in given.items() if key != name}
        count = tutors.count(_wanted(rest))
        if count:
            found.append((label, count, _without(request, name)))
    return found


def _without(request: HttpRequest, name: str) -> str:
    params = request.GET.copy()
    for gone in (name, "cursor"):
        params.pop(gone, None)
    return f"{request.path}?{params.urlencode()}" if params else request.path


def _page_link(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    params = request.GET.copy()
    params["cursor"] = cursor
    return f"{request.path}?{params.urlencode()}"


def shown(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "slug": card.slug,
        "href": reverse("tutor", args=[card.slug]),
        "picture": picture_address(card.avatar_id, card.avatar_name) or "",
        "headline": card.headline,
        "subjects": ", ".join(each.name for each in card.subjects),
        "languages": ", ".join(each.name for each in card.languages),
        "price": card.price,
        "years": card.years_of_experience,
        "badge": _BADGES.get(card.badge, "") if card.badge else "",
        "starts": card.starts[:_STARTS],
        "more_starts": len(card.starts) > _STARTS,
    }


@require_safe
def tutor(request: HttpRequest, slug: str) -> HttpResponse:
    """One tutor's page, at the name they have now: older names and other spellings lead there."""
    profile = tutors.by_name(slug)
    if profile is None:
        raise Http404
    name = profile.user.username.lower()
    if slug != name:
        return redirect("tutor", slug=name, permanent=False)
    return render(request, "tutors/tutor.html", page_of(profile))


def page_of(profile: TutorProfile) -> dict[str, Any]:
    """What the page shows; also for its preview."""
    subjects, languages = tutors.taught_by([profile.pk])
    taught, spoken = subjects[profile.pk], languages[profile.pk]
    priced = profile.hourly_minor is not None
    return {
        "tutor": profile,
        "person": profile.user,
        "picture": picture_of(profile.user) or "",
        "price": Money(profile.hourly_minor or 0, profile.hourly_currency) if priced else None,
        "taught": [_taught(row) for row in taught],
        "spoken": [(row.name, _FLUENCY[row.level]) for row in spoken],
        "formats": [_FORMATS[key] for key in profile.session_formats],
        "platform": _PLATFORMS[profile.preferred_video_platform],
        "badge": _BADGES.get(profile.badge, "") if profile.badge else "",
        "structured": _structured(profile, taught, spoken),
    }


def _taught(row: Taught) -> dict[str, Any]:
    levels: list[str | Promise] = [_LEVELS[level] for level in row.levels]
    return {"name": row.name, "slug": row.slug, "family": row.family, "levels": levels}


def _structured(
    profile: TutorProfile, taught: list[Taught], spoken: list[Spoken]
) -> dict[str, Any]:
    """https://schema.org/Person: what the page itself says, and nothing else."""
    base, picture = settings.PUBLIC_BASE_URL, picture_of(profile.user)
    known: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": profile.user.display_name,
        "description": profile.headline,
        "jobTitle": "Tutor",
        "url": base + reverse("tutor", args=[profile.user.username.lower()]),
        "knowsAbout": [row.name for row in taught],
        "knowsLanguage": [row.code for row in spoken],
    }
    return {**known, "image": base + picture} if picture else known
