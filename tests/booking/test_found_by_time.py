"""Who is free, how many each further choice would leave, and who comes first, held against the
same said plainly in Python, in small worlds made by chance."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.directory import FreeAt
from accounts.models import Subject, TutorLanguage, TutorProfile, TutorSubject, User
from accounts.queries import tutors
from accounts.queries.tutors import Wanted
from booking.models import FreeStart, TutorStanding
from tests import cast
from tests.booking.conftest import hour

PEOPLE, SIZE = 18, 4
LEVELS = ("beginner", "intermediate", "advanced")
SLUGS = ("chance-one", "chance-two", "chance-three")
AT = FreeAt(hour(3, 9), hour(3, 12))


def world(dice: random.Random) -> list[dict[str, Any]]:
    Subject.objects.bulk_create(Subject(slug=slug, name=slug, family="art") for slug in SLUGS)
    return [person(dice, number) for number in range(PEOPLE)]


def person(dice: random.Random, number: int) -> dict[str, Any]:
    user = cast.person(f"Chance{'bcdfghjkmpqrstvwxz'[number]}")
    User.objects.filter(pk=user.pk).update(is_active=dice.random() < 0.9)
    price, currency = dice.randrange(1000, 4000, 500), dice.choice(["EUR", "USD", "JPY"])
    row = TutorProfile.objects.create(
        user=user,
        state=dice.choice(["approved"] * 8 + ["draft"]),
        is_listed=dice.random() < 0.9,
        approved_at=timezone.now() - timedelta(days=dice.randrange(9)),
        hourly_minor=price,
        hourly_currency=currency,
        years_of_experience=dice.randrange(4),
    )
    taught = {
        slug: dice.sample(LEVELS, dice.randint(1, 3))
        for slug in dice.sample(SLUGS, dice.randint(0, 3))
    }
    TutorSubject.objects.bulk_create(
        TutorSubject(profile=row, subject_id=slug, levels=levels, position=place)
        for place, (slug, levels) in enumerate(taught.items())
    )
    spoken = dice.sample(["en", "fr"], dice.randint(0, 2))
    TutorLanguage.objects.bulk_create(
        TutorLanguage(profile=row, code=code, level="native", position=place)
        for place, code in enumerate(spoken)
    )
    stars, reviews = 0, dice.randrange(3)
    if reviews:
        stars = sum(dice.randint(1, 5) for _ in range(reviews))
        TutorStanding.objects.create(tutor=user, stars=stars, reviews=reviews)
    User.objects.filter(pk=user.pk).update(display_name=f"{dice.choice('ABab')}{number}")
    row.refresh_from_db()
    return {
        "row": row,
        "pk": user.pk,
        "taught": taught,
        "spoken": spoken,
        "stars": (stars, reviews),
        "times": times(dice, user),
        "priced": price * 100 if currency == "JPY" else price,
    }


def times(dice: random.Random, user: User) -> list[FreeStart]:
    starts = dice.sample(range(-2, 8), dice.randint(0, 6))
    rows = [
        FreeStart(
            tutor=user,
            starts_at=(begin := AT.starts_at + timedelta(minutes=30 * start)),
            ends_at=begin + timedelta(minutes=dice.choice([30, 60])),
            closes_at=dice.choice([begin, timezone.now() - timedelta(minutes=1)]),
        )
        for start in starts
    ]
    return FreeStart.objects.bulk_create(rows)


def first_of(one: dict[str, Any], free: FreeAt) -> datetime | None:
    fitting = [
        row.starts_at
        for row in one["times"]
        if free.starts_at <= row.starts_at < free.ends_at
        and row.ends_at <= free.ends_at
        and row.closes_at >= timezone.now()
        and free.minutes in {None, (row.ends_at - row.starts_at).seconds // 60}
    ]
    return min(fitting, default=None)


def fits(one: dict[str, Any], wanted: Wanted) -> dict[str, bool]:
    """Each choice by itself, and what is no choice of a facet under `always`."""
    row, taught = one["row"], one["taught"]
    user = User.objects.get(pk=one["pk"])
    bare = row.hourly_minor if row.hourly_currency == "JPY" else row.hourly_minor / 100
    stars, reviews = one["stars"]
    assert wanted.free is not None
    return {
        "always": row.state == "approved"
        and row.is_listed
        and user.is_active
        and first_of(one, wanted.free) is not None
        and (wanted.rating is None or (reviews > 0 and stars >= reviews * float(wanted.rating))),
        "subject": not wanted.subject or wanted.subject in taught,
        "level": not wanted.level or any(wanted.level in each for each in taught.values()),
        "pair": not (wanted.subject and wanted.level)
        or wanted.level in taught.get(wanted.subject, []),
        "language": not wanted.language or wanted.language in one["spoken"],
        "price": (not wanted.currency or wanted.currency == row.hourly_currency)
        and (wanted.price_min is None or bare >= wanted.price_min)
        and (wanted.price_max is None or bare <= wanted.price_max),
    }


def said_plainly(
    people: list[dict[str, Any]], wanted: Wanted
) -> tuple[list[dict[str, Any]], dict[str, dict[str, int]]]:
    marks = [(one, fits(one, wanted)) for one in people]

    def without(*lifted: str) -> list[dict[str, Any]]:
        return [one for one, each in marks if all(v for k, v in each.items() if k not in lifted)]

    of_subject = Counter(
        slug
        for one in without("subject", "pair")
        for slug, levels in one["taught"].items()
        if not wanted.level or wanted.level in levels
    )
    of_level = Counter(
        level
        for one in without("level", "pair")
        for level in {
            level
            for slug, levels in one["taught"].items()
            if not wanted.subject or slug == wanted.subject
            for level in levels
        }
    )
    of_language = Counter(code for one in without("language") for code in one["spoken"])
    of_currency = Counter(one["row"].hourly_currency for one in without("price"))
    facets = {
        "subject": dict(of_subject),
        "level": dict(of_level),
        "language": dict(of_language),
        "currency": dict(of_currency),
    }
    return without(), facets


ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "soonest": lambda one: first_of(one, AT),
    "price": lambda one: one["priced"],
    "-price": lambda one: -one["priced"],
    "newest": lambda one: -one["row"].approved_at.timestamp(),
    "experience": lambda one: -one["row"].years_of_experience,
    "rating": lambda one: -((one["stars"][0] + 20) * 1000 // (one["stars"][1] + 5)),
    "name": lambda one: User.objects.get(pk=one["pk"]).display_name.lower(),
}


def wish(dice: random.Random) -> Wanted:
    return Wanted(
        free=AT,
        subject=dice.choice(["", "", *SLUGS]),
        level=dice.choice(["", "", *LEVELS]),
        language=dice.choice(["", "", "en"]),
        currency=dice.choice(["", "", "", "EUR"]),
        price_max=dice.choice([None, None, Decimal("30.00"), Decimal("2000")]),
        rating=dice.choice([None, None, None, Decimal(3)]),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_counts_facets_and_pages_are_as_said_plainly(seed: int) -> None:
    dice = random.Random(seed)
    people = world(dice)
    asked = [(wish(dice), order) for order in ORDERS for _ in range(3)]
    asked += [(replace(wish(dice), free=replace(AT, minutes=30)), "name")]
    for wanted, order in [*((Wanted(free=AT), order) for order in ORDERS), *asked]:
        _holds(people, replace(wanted, order=order))


def _holds(people: list[dict[str, Any]], wanted: Wanted) -> None:
    fitting, facets = said_plainly(people, wanted)
    fitting.sort(key=lambda one: (ORDERS[wanted.order](one), one["pk"]))
    expected = [one["pk"] for one in fitting]
    cursor, seen = "", []
    while True:
        rows = TutorProfile.objects.listed()
        total, said, page = tutors.listed_page(rows, wanted, cursor=cursor, size=SIZE)
        assert (total, said) == (len(expected), facets), wanted
        seen += [row["pk"] for row in page.rows]
        if page.previous:
            _, _, back = tutors.listed_page(rows, wanted, cursor=page.previous, size=SIZE)
            shown = [row["pk"] for row in back.rows]
            at = len(seen) - len(page.rows)
            assert shown == expected[max(0, at - SIZE) : at], wanted
        if not page.next:
            break
        cursor = page.next
    assert seen == expected, wanted
