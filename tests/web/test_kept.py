"""Pieces that are drawn once: never with anybody else's words in them."""

from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.template import Context, Template
from django.test import Client, override_settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from accounts import middleware
from accounts.models import User
from courses.models import Course
from tests.courses.conftest import course, publish  # noqa: F401  fixtures
from tutorme.core.money import Money
from tutorme.web.kept import NotKeepable, Shelf, frozen, key_of, shelf
from tutorme.web.navigation import nav_at

CARD = Template('{% kept "courses/_card.html" course=course level=level %}')


@pytest.fixture(autouse=True)
def _empty_shelf() -> None:
    shelf.clear()


def card(**facts: Any) -> dict[str, Any]:
    return {
        "slug": "a",
        "title": "Algebra",
        "category": "maths",
        "teacher": "Tess",
        "lesson_count": 3,
        "total_minutes": 30,
        "summary": "Balance",
        "level": "beginner",
        "price_minor": 1900,
        "currency": "EUR",
        "is_mine": False,
        "is_kept": False,
        **facts,
    }


def drawn(template: Template = CARD, **values: Any) -> str:
    return template.render(Context(values))


def test_the_same_is_drawn_once() -> None:
    first = drawn(course=card())
    assert len(shelf) == 1
    assert drawn(course=card()) == first
    assert len(shelf) == 1


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        ({"title": "Geometry"}, "Geometry"),
        ({"price_minor": 2900}, "€29.00"),
        ({"currency": "USD"}, "$19.00"),
        ({"price_minor": 0}, "Free"),
        ({"shows_rating": True, "rating_count": 4, "average_rating": "4.5"}, "4.5 of 5"),
        ({"is_kept": True}, "on your list"),
        ({"is_mine": True}, "Yours"),
    ],
)
def test_what_changed_is_seen_at_once(facts: dict[str, Any], seen: str) -> None:
    """Control: before, it is not there."""
    assert seen not in drawn(course=card())
    assert seen in drawn(course=card(**facts))
    assert seen not in drawn(course=card())


def test_each_language_zone_and_clock_has_its_own() -> None:
    when = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    for language, zone in (("en", "UTC"), ("ar", "UTC"), ("en", "Africa/Lagos")):
        with translation.override(language), timezone.override(zone):
            drawn(course=card(published_at=when))
    assert len(shelf) == 3
    sam, otto = copy_context(), copy_context()
    sam.run(middleware._hours.set, "12")
    assert sam.run(key_of, "x", {"at": when}) != otto.run(key_of, "x", {"at": when})
    assert otto.run(key_of, "x", {"at": when}) == key_of("x", {"at": when})


def test_a_piece_sees_what_it_is_given_and_no_more() -> None:
    """Control: an include sees everything."""
    whole = Template('{% include "courses/_card.html" %}')
    context: dict[str, Any] = {"course": card(is_kept=True), "kept_here": True}
    assert "on your list" not in drawn(whole, **context)
    assert "on your list" in drawn(**context)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), ("<b>", SafeString("<b>")), (None, ""), ([1], (1,)), ("1", 1)],
)
def test_equal_values_of_two_kinds_are_two_keys(one: Any, other: Any) -> None:
    assert frozen(one) != frozen(other)
    assert frozen({"a": [one]}) != frozen({"a": [other]})
    assert frozen(one) == frozen(one)


def test_a_text_is_escaped_though_the_same_was_safe() -> None:
    assert "<b>x</b>" in drawn(course=card(summary=SafeString("<b>x</b>")))
    assert "<b>x</b>" not in drawn(course=card(summary="<b>x</b>"))


@dataclass
class Loose:
    name: str


@pytest.mark.parametrize("value", [object(), User(), Loose("a"), {1}, iter(())])
def test_what_could_change_is_refused(value: Any) -> None:
    """Control: what cannot is taken."""
    assert frozen({"a": [Money(1, "EUR"), uuid4(), datetime.now(UTC)]})
    with pytest.raises(NotKeepable):
        frozen([value])


def test_what_is_filled_in_is_each_ones_own() -> None:
    bar = Template('{% kept "shell/nav.html" nav=nav filling token=token name=name %}')
    nav = nav_at("/today/", known=True, staff=False, with_doors=True)
    one = drawn(bar, nav=nav, token="t" * 64, name="Sam")
    other = drawn(bar, nav=nav, token="u" * 64, name="<Otto>")
    assert len(shelf) == 1
    assert "Sam" in one
    assert "t" * 64 in one
    assert "Sam" not in other
    assert "t" * 64 not in other
    assert "&lt;Otto&gt;" in other


def test_the_shelf_is_bounded_and_the_oldest_leaves() -> None:
    small = Shelf(most_pieces=3, most_characters=100)
    for number in range(3):
        small.put((number,), ("x",))
    assert small.get((0,)) == ("x",)
    small.put((3,), ("x",))
    assert small.get((1,)) is None
    assert small.get((0,)) == ("x",)
    small.put((4,), ("y" * 99,))
    assert small.characters <= 100
    assert small.get((4,)) == ("y" * 99,)
    small.put((5,), ("z" * 101,))
    assert len(small) == 0
    assert small.characters == 0


def test_other_settings_draw_anew() -> None:
    drawn(course=card())
    with override_settings(SUPPORT_EMAIL="else@example.test"):
        assert len(shelf) == 0


def test_in_development_nothing_is_kept() -> None:
    key = key_of("courses/_card.html", {"course": card(), "level": ""})
    shelf.put(key, ("old",))
    assert drawn(course=card()) == "old"
    with override_settings(DEBUG=True):
        shelf.put(key, ("old",))
        assert "Algebra" in drawn(course=card())


@pytest.mark.django_db
def test_two_people_one_after_the_other_see_only_themselves(
    client: Client, sam: User, otto: User
) -> None:
    pages = {}
    for who in (sam, otto, sam):
        client.force_login(who)
        pages[who.pk] = client.get("/today/").content.decode()
    assert "Sam" in pages[sam.pk]
    assert "Otto" not in pages[sam.pk]
    assert "Otto" in pages[otto.pk]
    assert "Sam" not in pages[otto.pk]


@pytest.mark.django_db
def test_two_papers_are_two_footers(client: Client) -> None:
    seen = {}
    for theme in ("light", "dark", "", '"><script>'):
        client.cookies["theme"] = theme
        seen[theme] = client.get("/account/login/").content.decode()
    assert 'value="dark" aria-pressed="true"' in seen["dark"]
    assert 'value="light" aria-pressed="true"' in seen["light"]
    assert 'value="device" aria-pressed="true"' in seen[""]
    # A cookie may say anything, and makes no other footer.
    assert 'value="device" aria-pressed="true"' in seen['"><script>']


@pytest.mark.django_db
def test_a_course_renamed_is_so_on_the_next_request(client: Client, course: Course) -> None:  # noqa: F811
    assert course.title in client.get("/courses/").content.decode()
    Course.objects.filter(pk=course.pk).update(title="Quite another", price_minor=4200)
    text = client.get("/courses/").content.decode()
    assert "Quite another" in text
    assert "42.00" in text
