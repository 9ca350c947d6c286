"""Why a tutor was found, in words made from the factors alone. Pure but for the language."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.queries.matching import FACTORS, Candidate
from ai.wishes import Wishes

_KNOWN = Decimal("0.5")


def words(row: Candidate, wishes: Wishes) -> dict[str, str]:
    """By factor, and only what is known: what counts half for want of facts says nothing."""
    found = {
        "subject": _subject(row),
        "availability": ngettext(
            "is free once in your hours in the next two weeks",
            "is free %(count)d times in your hours in the next two weeks",
            row.slots,
        )
        % {"count": row.slots},
        "rating": _("is rated %(mean)s of 5") % {"mean": f"{row.mean:.1f}"} if row.mean else "",
        "reliability": _("keeps appointments and answers soon")
        if row.sessions and row.points["reliability"] >= 8
        else "",
        "price": _price(row, wishes),
        "goals": _("works on what you want to reach")
        if wishes.goals and row.points["goals"] > 0
        else "",
        "language_zone": _("speaks your language well")
        if row.fluency is not None and row.fluency == 1
        else "",
        "continuity": _continuity(row),
    }
    return {name: text for name, text in found.items() if text}


def _subject(row: Candidate) -> str:
    if row.fit == 1:
        return _("teaches it at your level")
    if row.fit >= _KNOWN:
        return _("teaches it one level up")
    return _("teaches something close to it")


def _price(row: Candidate, wishes: Wishes) -> str:
    if wishes.budget_minor is None or row.currency != wishes.currency or row.hourly_minor is None:
        return ""
    if row.hourly_minor <= wishes.budget_minor:
        return _("is within your budget")
    return _("asks more than your budget")


def _continuity(row: Candidate) -> str:
    if row.taught_me:
        return _("has taught you before")
    return _("teaches a course you take") if row.teaches_me else ""


def sentence(row: Candidate, wishes: Wishes) -> str:
    """The three that weigh most, against what they could."""
    known = words(row, wishes)
    order = sorted(known, key=lambda name: -row.points[name])[:3]
    said = ", ".join(known[name] for name in order)
    return f"{said[:1].upper()}{said[1:]}."


def breakdown(row: Candidate, wishes: Wishes) -> list[dict[str, str | int]]:
    known = words(row, wishes)
    return [
        {
            "factor": name,
            "points": f"{row.points[name]:.2f}",
            "of": of,
            "words": known.get(name, ""),
        }
        for name, of in FACTORS.items()
    ]
