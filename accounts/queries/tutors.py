"""The directory of tutors: what is wanted, who fits, and what each further choice would leave."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Lower

from accounts import directory, names, tongues
from accounts.directory import FreeAt
from accounts.models import (
    HeldUsername,
    Level,
    TutorLanguage,
    TutorProfile,
    TutorSubject,
    TutorWord,
)
from accounts.queries import tutor_facets
from accounts.querysets import TutorProfileQuerySet
from tutorme.core import keyset
from tutorme.core.lookups import among
from tutorme.core.money import WITHOUT_DECIMALS, Money
from tutorme.core.prepared import prepared
from tutorme.core.row_security import as_system
from tutorme.core.spelling import corrected

ORDERS = {
    "relevance": ("-rank", "pk"),
    "newest": ("-approved_at", "pk"),
    "price": ("price_hundredths", "pk"),
    "-price": ("-price_hundredths", "pk"),
    "experience": ("-years_of_experience", "pk"),
    "rating": ("-rating", "pk"),
    # Where a time is asked for.
    "soonest": ("first", "pk"),
    "name": ("name", "pk"),
}
_CARD = (
    "user__username",
    "user__display_name",
    "user__avatar_id",
    "user__avatar__name",
    "headline",
    "hourly_minor",
    "hourly_currency",
    "years_of_experience",
    "session_formats",
    "badge",
    "approved_at",
)


@dataclass(frozen=True)
class Wanted:
    """`price_min` and `price_max` are by the hour, in units of each tutor's own currency: nothing
    is converted; `currency` leaves one currency."""

    text: str = ""
    subject: str = ""
    language: str = ""
    level: str = ""
    currency: str = ""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    order: str = ""
    free: FreeAt | None = None
    # The least mean of learners' stars, of five.
    rating: Decimal | None = None

    @property
    def ordering(self) -> str:
        order = self.order or "relevance"
        if order == "soonest" and not self.free:
            order = "relevance"
        if order == "relevance" and not self.text:
            return "soonest" if self.free and not self.order else "newest"
        return order


@dataclass(frozen=True)
class Taught:
    slug: str
    name: str
    family: str
    levels: list[str]


@dataclass(frozen=True)
class Spoken:
    code: str
    level: str

    @property
    def name(self) -> str:
        return tongues.language_name(self.code)


@dataclass(frozen=True)
class Card:
    """One tutor of a list."""

    pk: UUID
    slug: str
    name: str
    avatar_id: UUID | None
    avatar_name: str | None
    headline: str
    price: Money | None
    years_of_experience: int
    session_formats: list[str]
    badge: str
    subjects: list[Taught] = field(default_factory=list)
    languages: list[Spoken] = field(default_factory=list)
    # When a lesson can begin, where a time was asked for.
    starts: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """`by[facet][value]` is how many tutors choosing that value would leave, every other filter
    kept. `corrected` is what was searched instead of words nobody has; empty where they were taken
    as they are."""

    cards: list[Card]
    next: str
    previous: str
    count: int
    by: dict[str, dict[str, int]]
    corrected: str


def search(wanted: Wanted, *, cursor: str = "", size: int = 20) -> Found:
    """Four queries however many tutors; one more for words, two where they are unknown, seven for
    the diaries of those who are shown where a time is asked for."""
    rows, meant = _matching(wanted.text), ""
    if wanted.text and not rows.exists() and (meant := corrected(wanted.text, TutorWord)):
        rows = _matching(meant)
    found, facets, page = listed_page(rows, wanted, cursor=cursor, size=size)
    cards = _with_time([_card(row) for row in page.rows], wanted)
    _fill(cards)
    return Found(cards, page.next, page.previous, found, facets, meant)


def first_free(free: FreeAt, count: int, *, times: int, or_newest: bool = False) -> list[Card]:
    """Who has time first within `free`, each with so many times; where nobody has, nobody, or those
    approved last. Three queries. By what was noted down alone: a page that only leads to their
    diaries need not read them."""
    listed = TutorProfile.objects.listed()
    newest = listed.order_by(*ORDERS["newest"])
    chosen = Q(pk__in=_first(free, listed, count))
    if or_newest:
        chosen |= Q(pk__in=newest.values("pk")[:count])
    rows = newest.filter(chosen).annotate(starts=directory.moments(free, times))
    found = [
        replace(_card(row), starts=row["starts"]) for row in rows.values("pk", "starts", *_CARD)
    ]
    timed = sorted((card for card in found if card.starts), key=lambda card: (card.starts, card.pk))
    cards = (timed or found)[:count]
    _fill(cards)
    return cards


def _first(free: FreeAt, listed: TutorProfileQuerySet, count: int) -> Any:
    noted = directory.noted(free)
    if noted is None:
        return []
    rows = noted.filter(tutor_id__in=listed.values("pk")).order_by("first", "tutor_id")
    return rows.values("tutor_id")[:count]


def listed_page(
    rows: TutorProfileQuerySet, wanted: Wanted, *, cursor: str = "", size: int = 20
) -> tuple[int, tutor_facets.Facets, keyset.Page]:
    """How many there are, the facets, and the rows of a page; where a time is asked for, by what
    was noted down."""
    order = ORDERS[wanted.ordering]
    shown = rows.annotate(**_sorted_by(order[0].removeprefix("-")))
    conditions = _conditions(wanted)
    choice = {"subject": wanted.subject, "level": wanted.level}
    noted = directory.noted(wanted.free) if wanted.free else None
    if noted is not None:
        del conditions["free"]
        place = keyset.place(order, cursor=cursor, size=size)
        found, facets, keys = tutor_facets.counted_with_page(
            shown, conditions, **choice, noted=noted, place=place
        )
        page = place.page(keys)
        return found, facets, replace(page, rows=_shown(page.rows))
    found, facets = tutor_facets.counted(rows, conditions, **choice)
    columns = {name.removeprefix("-") for name in order} | {"pk", *_CARD}
    fitting = shown.filter(*conditions.values()).values(*columns)
    return found, facets, keyset.page(fitting, order, cursor=cursor, size=size)


def _shown(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What their cards say, in their order. Who has gone meanwhile is left out."""
    if not keys:
        return []
    by_key = {row["pk"]: row for row in _cards([key["pk"] for key in keys])}
    return [by_key[key["pk"]] for key in keys if key["pk"] in by_key]


@prepared
def _cards(profile_ids: list[UUID]) -> QuerySet[TutorProfile, Any]:
    shown = TutorProfile.objects.filter(among("pk", profile_ids))
    found: QuerySet[TutorProfile, Any] = shown.values("pk", *_CARD)
    return found


def _with_time(cards: list[Card], wanted: Wanted) -> list[Card]:
    """What was noted down beforehand found them; their diaries decide."""
    if wanted.free is None:
        return cards
    found = directory.starts(wanted.free, [card.pk for card in cards])
    for card in cards:
        card.starts.extend(found.get(card.pk, []))
    return [card for card in cards if card.starts]


def fitting(wanted: Wanted) -> TutorProfileQuerySet:
    """Those who fit, by the words as they were typed."""
    return _matching(wanted.text).filter(*_conditions(wanted).values())


def count(wanted: Wanted) -> int:
    return fitting(wanted).count()


_HUNDREDTHS = Case(
    When(hourly_currency__in=sorted(WITHOUT_DECIMALS), then=F("hourly_minor") * 100),
    default=F("hourly_minor"),
    output_field=IntegerField(),
)


def _sorted_by(column: str) -> dict[str, Any]:
    """What the order needs: one of another table is a join, also where nobody reads it."""
    made = {
        "price_hundredths": lambda: _HUNDREDTHS,
        "name": lambda: Lower("user__display_name"),
        "rating": directory.rank,
    }
    return {column: made[column]()} if column in made else {}


def _matching(text: str) -> TutorProfileQuerySet:
    """By words: name and subjects over the headline over other words for them over the rest."""
    listed = TutorProfile.objects.listed()
    if not text:
        return listed
    plain = names.plain(text)
    words = SearchQuery(plain, search_type="websearch", config="english") | SearchQuery(
        plain, search_type="websearch", config="simple"
    )
    found = listed.filter(search=words)
    return _ranked(found, SearchRank(F("search"), words))


def _ranked(rows: TutorProfileQuerySet, rank: Any) -> TutorProfileQuerySet:
    """A whole number, so that pages go on exactly where one ended."""
    return rows.annotate(rank=Cast(rank * 1_000_000, IntegerField()))


def _conditions(wanted: Wanted) -> dict[str, Q]:
    found: dict[str, Any] = {}
    if wanted.subject and wanted.level:
        taught = TutorSubject.objects.filter(profile=OuterRef("pk"), subject=wanted.subject)
        found["both"] = Exists(taught.filter(levels__contains=[wanted.level]))
    if wanted.subject:
        found["subject"] = Q(taught__contains=[wanted.subject])
    if wanted.level:
        found["level"] = Q(levels__in=_sets_with(wanted.level))
    if wanted.language:
        found["language"] = Q(spoken__contains=[wanted.language])
    if wanted.currency:
        found["currency"] = Q(hourly_currency=wanted.currency)
    if wanted.rating is not None:
        found["rating"] = directory.rated(wanted.rating)
    if wanted.free:
        found["free"] = directory.matching(wanted.free)
    for name, lookup in (("price_min", "gte"), ("price_max", "lte")):
        amount: Decimal | None = getattr(wanted, name)
        if amount is not None:
            found[name] = _priced(lookup, amount)
    return found


def _sets_with(level: str) -> list[int]:
    """Every set of levels this one is in; a level nobody knows is in none."""
    bit = Level(level).bit if level in Level.values else 0
    return [each for each in range(1 << len(Level)) if each & bit]


def _priced(lookup: str, amount: Decimal) -> Q:
    whole, hundredths = int(amount), int(amount * 100)
    bare = Q(hourly_currency__in=sorted(WITHOUT_DECIMALS))
    return (bare & Q((f"hourly_minor__{lookup}", whole))) | (
        ~bare & Q((f"hourly_minor__{lookup}", hundredths))
    )


def _card(row: dict[str, Any]) -> Card:
    priced = row["hourly_minor"] is not None
    return Card(
        pk=row["pk"],
        slug=row["user__username"].lower(),
        name=row["user__display_name"],
        avatar_id=row["user__avatar_id"],
        avatar_name=row["user__avatar__name"],
        headline=row["headline"],
        price=Money(row["hourly_minor"], row["hourly_currency"]) if priced else None,
        years_of_experience=row["years_of_experience"],
        session_formats=row["session_formats"],
        badge=row["badge"],
    )


def _fill(cards: list[Card]) -> None:
    """What is taught and spoken, for all of them at once."""
    if not cards:
        return
    subjects, languages = taught_by([card.pk for card in cards])
    for card in cards:
        card.subjects.extend(subjects[card.pk])
        card.languages.extend(languages[card.pk])


def taught_by(
    profile_ids: list[UUID],
) -> tuple[dict[UUID, list[Taught]], dict[UUID, list[Spoken]]]:
    subjects: dict[UUID, list[Taught]] = defaultdict(list)
    languages: dict[UUID, list[Spoken]] = defaultdict(list)
    for row in _subjects(profile_ids):
        taught = Taught(
            row["subject_id"], row["subject__name"], row["subject__family"], row["levels"]
        )
        subjects[row["profile_id"]].append(taught)
    for profile_id, code, level in _languages(profile_ids):
        languages[profile_id].append(Spoken(code, level))
    return subjects, languages


@prepared
def _subjects(profile_ids: list[UUID]) -> QuerySet[TutorSubject, Any]:
    rows = TutorSubject.objects.filter(among("profile_id", profile_ids)).order_by("position")
    return rows.values("profile_id", "subject_id", "subject__name", "subject__family", "levels")


@prepared
def _languages(profile_ids: list[UUID]) -> QuerySet[TutorLanguage, tuple[UUID, str, str]]:
    rows = TutorLanguage.objects.filter(among("profile_id", profile_ids)).order_by("position")
    return rows.values_list("profile_id", "code", "level")


def public_tutor(tutor_id: UUID) -> TutorProfile | None:
    """The profile of somebody whose page anybody may read, with name and picture."""
    public = TutorProfile.objects.public().select_related("user__avatar")
    found: TutorProfile | None = public.filter(pk=tutor_id).first()
    return found


@as_system("a name somebody gave up still leads to their page")
def by_name(slug: str) -> TutorProfile | None:
    """By username, by one that looks the same, or by one they gave up and still hold."""
    looks = names.skeleton(slug[:60])
    public = TutorProfile.objects.public().select_related("user__avatar")
    held = HeldUsername.objects.filter(skeleton=looks).values("user_id")
    found = public.filter(Q(user__username_skeleton=looks) | Q(pk__in=held))
    # Who has the name now comes before who had it.
    return found.order_by(
        Case(When(user__username_skeleton=looks, then=Value(0)), default=Value(1))
    ).first()
