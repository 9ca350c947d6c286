"""Finding a tutor: say what you look for, see who fits and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Level, Subject, User
from ai.forms.matching import MatchForm
from ai.gateways import chat
from ai.models import Match
from ai.services import matching
from tutorme.core import limits
from tutorme.core.errors import DomainError, TooManyRequests
from tutorme.core.limits import Limit
from tutorme.core.money import Money

_LIMIT = Limit("match", 60, 3600)
FACTOR_NAMES = {
    "subject": _("Subject and level"),
    "availability": _("Time"),
    "rating": _("Rating"),
    "reliability": _("Reliability"),
    "price": _("Price"),
    "goals": _("Goals"),
    "language_zone": _("Language and zone"),
    "continuity": _("Knows you"),
}
_REFRESH_S = 3


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def match(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = MatchForm(request.POST or None, user=request.user, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        if not limits.hit(_LIMIT, str(request.user.pk)).allowed:
            raise TooManyRequests
        found = matching.find(student=request.user, wishes=form.wishes())
        return redirect("ai-match", match_id=found.pk)
    context = {"form": form, "earlier": _earlier(request.user.pk)}
    return render(request, "ai/match.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest) -> dict[str, str]:
    """What a link from elsewhere knows already."""
    names = ("subject", "level", "language", "goals")
    return {name: request.GET[name][:300] for name in names if name in request.GET}


def _earlier(user_id: UUID) -> list[dict[str, Any]]:
    matches = Match.objects.filter(student_id=user_id).defer("results", "worded")
    rows = list(matches.order_by("-id")[:5])
    slugs = {slug for row in rows for slug in row.wishes["subjects"]}
    names = dict(Subject.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return [{"match": row, "said": _said(row, names)} for row in rows]


def _said(row: Match, names: dict[str, str]) -> str:
    words = [names.get(slug, slug) for slug in row.wishes["subjects"]]
    words += [str(Subject.Family(name).label) for name in row.wishes["families"]]
    level = dict(Level.choices).get(row.wishes["level"])
    return ", ".join([*dict.fromkeys(words), *([str(level)] if level else [])])


def own_match(request: HttpRequest, match_id: UUID) -> Match:
    rows = Match.objects.visible_to(request.user).select_related("job")
    row = rows.filter(pk=match_id).first()
    if row is None:
        raise Http404
    return row


@login_required
@never_cache
@require_safe
def matched(request: HttpRequest, match_id: UUID) -> HttpResponse:
    row = own_match(request, match_id)
    working = bool(row.job and not row.job.is_final)
    context: dict[str, Any] = {
        "match": row,
        "results": [_shown(result) for result in row.worded or row.results],
        "is_worded": row.worded is not None,
        "working": working,
        "can_word": chat.is_configured() and row.job is None and row.results,
        "went_wrong": bool(row.job and row.job.is_final and row.worded is None),
    }
    if working:
        context["refresh_seconds"] = _REFRESH_S
    return render(request, "ai/matched.html", context)


def _shown(result: dict[str, Any]) -> dict[str, Any]:
    tutor = result["tutor"]
    price = tutor["hourly_minor"]
    return {
        **result,
        "price": Money(price, tutor["currency"]) if price is not None else None,
        "starts": [datetime.fromisoformat(start) for start in result["next_slots"]],
        "factors": [
            {**row, "name": FACTOR_NAMES[row["factor"]], "value": float(row["points"])}
            for row in result["reasons"]
        ],
    }


@login_required
@require_POST
def words(request: HttpRequest, match_id: UUID) -> HttpResponse:
    row = own_match(request, match_id)
    try:
        matching.put_in_words(match=row)
    except DomainError as error:
        messages.error(request, error.detail)
    return redirect("ai-match", match_id=match_id)
