"""The list of tutors: found by words and near words, filtered, counted, silent otherwise."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import TutorProfile, User
from accounts.services import profiles, tutor_profile
from tests import cast
from tutorme.core.money import Money

LIST = "/api/v1/tutors/"


def teaches(user: User, *subjects: tuple[str, list[str]], price: Money, **more: Any) -> None:
    rows = [{"subject": slug, "levels": levels} for slug, levels in subjects]
    changes = {"subjects": rows, "hourly_price": price, **more}
    tutor_profile.update(user=user, changes=changes)


@pytest.fixture
def town(subjects, tess: User, orla: User) -> dict[str, User]:
    kwame = cast.tutor("Kwame")
    teaches(
        tess,
        ("algebra", ["beginner", "advanced"]),
        ("geometry", ["beginner"]),
        price=Money(3000, "EUR"),
        headline="Mathematics with reasons",
        about="Équations, patiently",
        languages=[{"code": "fr", "level": "native"}, {"code": "en", "level": "fluent"}],
    )
    teaches(
        orla,
        ("music-theory", ["beginner"]),
        price=Money(2500, "EUR"),
        headline="Sight-reading for choirs",
        languages=[{"code": "en", "level": "native"}],
    )
    teaches(
        kwame,
        ("python", ["beginner", "intermediate"]),
        price=Money(4000, "USD"),
        headline="First steps in programming",
        languages=[{"code": "en", "level": "fluent"}],
    )
    return {"tess": tess, "orla": orla, "kwame": kwame}


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return sorted(row["display_name"] for row in answer.json()["results"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("algebra", ["Tess"]),
        ("équations", ["Tess"]),
        ("equations", ["Tess"]),
        ("EQUATION", ["Tess"]),
        ("choir", ["Orla"]),
        ("programming", ["Kwame"]),
        ("french", ["Tess"]),
        ("algbera", ["Tess"]),
        ("musik theory", ["Orla"]),
        ("kwamme", ["Kwame"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1--", []),
        ("\\", []),
        ("zzzzqqq", []),
    ],
)
def test_words_find_and_near_words_too(api, town, words: str, who: list[str]) -> None:
    assert names(api(None).get(LIST, {"q": words})) == who


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "who"),
    [
        ({"subject": "algebra"}, ["Tess"]),
        ({"subject": "algebra", "level": "advanced"}, ["Tess"]),
        ({"subject": "geometry", "level": "advanced"}, []),
        ({"level": "beginner"}, ["Kwame", "Orla", "Tess"]),
        ({"language": "fr"}, ["Tess"]),
        ({"price_max": "29.99"}, ["Orla"]),
        ({"price_min": "30", "price_max": "30"}, ["Tess"]),
        ({"currency": "USD"}, ["Kwame"]),
    ],
)
def test_filters(api, town, query: dict[str, str], who: list[str]) -> None:
    assert names(api(None).get(LIST, query)) == who


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {"level": "wizard"},
        {"language": "xx"},
        {"price_min": "-1"},
        {"price_min": "NaN"},
        {"price_max": "1e400"},
        {"ordering": "password"},
        {"ordering": "user__email"},
        {"rating_min": "4"},
        {"page_size": "0"},
        {"q": "x" * 201},
        {"q": "a\x00b"},
    ],
)
def test_unknown_questions_are_400(api, town, query: dict[str, str]) -> None:
    assert api(None).get(LIST, query).status_code == 400


@pytest.mark.django_db
def test_facets_say_what_another_choice_would_leave(api, town) -> None:
    facets = api(None).get(LIST, {"subject": "algebra"}).json()["facets"]
    assert facets["subject"] == {"algebra": 1, "geometry": 1, "music-theory": 1, "python": 1}
    assert facets["language"] == {"en": 1, "fr": 1}
    assert facets["level"] == {"beginner": 1, "advanced": 1}
    for slug, count in facets["subject"].items():
        assert api(None).get(LIST, {"subject": slug}).json()["count"] == count


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["newest", "price", "-price", "experience", "name"])
def test_pages_go_on_where_they_ended(api, town, order: str) -> None:
    whole = [row["id"] for row in api(None).get(LIST, {"ordering": order}).json()["results"]]
    walked, address = [], f"{LIST}?ordering={order}&page_size=1"
    while address:
        page = api(None).get(address).json()
        walked += [row["id"] for row in page["results"]]
        address = page["next"]
    assert walked == whole
    assert len(whole) == 3
    assert api(None).get(LIST, {"cursor": "AAAA"}).status_code == 404


@pytest.mark.django_db
def test_the_list_costs_the_same_for_few_and_for_many(api, town, query_budget) -> None:
    with query_budget("tutors_list"):
        first = api(None).get(LIST)
    for n in range(12):
        teaches(
            cast.tutor(f"More{n:02}"),
            ("python", ["beginner"]),
            price=Money(1000, "EUR"),
            languages=[{"code": "en", "level": "basic"}],
        )
    with query_budget("tutors_list"):
        again = api(None).get(LIST)
    assert again.json()["count"] == 15
    tag = {"if-none-match": again["ETag"]}
    assert api(None).get(LIST, headers=tag).status_code == 304
    assert first["ETag"] != again["ETag"]


@pytest.mark.django_db
def test_who_is_not_approved_or_rests_or_is_suspended_is_not_listed(api, town) -> None:
    TutorProfile.objects.filter(pk=town["orla"].pk).update(state="draft")
    TutorProfile.objects.filter(pk=town["kwame"].pk).update(is_listed=False)
    User.objects.filter(pk=town["tess"].pk).update(is_active=False)
    assert names(api(None).get(LIST)) == []
    visitor = Client()
    assert visitor.get("/tutors/orla/").status_code == 404
    assert visitor.get("/tutors/tess/").status_code == 404
    resting = visitor.get("/tutors/kwame/")
    assert "takes no new students" in resting.content.decode()
    assert 'content="noindex"' in resting.content.decode()


@pytest.mark.django_db
def test_a_new_name_is_found_and_the_old_address_leads_there(api, town) -> None:
    changes = {"display_name": "Thérèse Moreau", "username": "therese"}
    profiles.update_profile(user=town["tess"], changes=changes)
    assert names(api(None).get(LIST, {"q": "therese"})) == ["Thérèse Moreau"]
    visitor = Client()
    for old in ("tess", "TESS", "Therese", "there.se"):
        answer = visitor.get(f"/tutors/{old}/")
        assert (answer.status_code, answer["Location"]) == (302, "/tutors/therese/")
    assert visitor.get("/tutors/nobody/").status_code == 404


@pytest.mark.django_db
def test_the_pages_say_it_to_people_and_machines(town, query_budget) -> None:
    visitor = Client()
    with query_budget("page_tutors"):
        page = visitor.get("/tutors/", {"q": "algebra"}).content.decode()
    assert "Mathematics with reasons" in page
    assert 'name="robots" content="noindex' in page
    empty = visitor.get("/tutors/", {"q": "algebra", "language": "de"}).content.decode()
    assert "without the language there is 1 tutor" in empty
    with query_budget("page_tutor"):
        own = visitor.get("/tutors/tess/").content.decode()
    assert '"@type": "Person"' in own
    assert "€30.00" in own


@pytest.mark.django_db
def test_what_people_write_stays_words(town) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    tutor_profile.update(user=town["tess"], changes={"headline": evil[:120], "about": evil})
    profiles.update_profile(user=town["tess"], changes={"display_name": "<b>Tess</b>"})
    for path in ("/tutors/", "/tutors/tess/"):
        page = Client().get(path).content.decode()
        assert "<img src=x" not in page
        assert "<b>Tess" not in page
        assert page.count("</script>") == page.count("<script")
