"""Searching, counting, ordering and paging, over the API and in the page."""

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from courses.api.serializers import CatalogueQuery
from courses.forms import CatalogueForm
from courses.models import Course, SearchWord
from courses.queries import catalogue
from courses.queries.wanted import ORDERS, Wanted
from tutorme.core import spelling
from tutorme.core.ids import uuid7
from tutorme.core.money import WITHOUT_DECIMALS
from tutorme.core.spelling import corrected, distance

pytestmark = pytest.mark.django_db
COURSES = "/api/v1/courses/"


@pytest.fixture
def add(tess: User) -> Callable[..., Course]:
    def added(title: str, **facts: Any) -> Course:
        plain = {
            "slug": str(uuid7()),
            "instructor": tess,
            "title": title,
            "summary": "About it.",
            "category": "basics",
            "difficulty": "beginner",
            "state": "published",
            "published_at": timezone.now(),
        }
        return Course.objects.create(**{**plain, **facts})

    return added


def read(api, query: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = api(None).get(COURSES, query or {})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def titles(api, query: dict[str, Any] | None = None) -> list[str]:
    return [row["title"] for row in read(api, query)["results"]]


@pytest.mark.parametrize(
    ("language", "title", "asked"),
    [
        ("en", "Cooking for beginners", "cook beginner"),
        ("es", "Ecuaciones lineales", "ecuación lineal"),
        ("de", "Die Häuser von Wien", "haus"),
        ("fr", "Chanter des chansons", "chanson"),
        ("pt-BR", "Canções do Brasil", "cancoes"),
        ("ru", "Уравнения и функции", "функция"),
        ("el", "Μουσική για όλους", "μουσική"),
        ("ja", "数学 入門", "数学"),
        ("tlh", "Klingon opera", "klingon"),
    ],
)
def test_each_language_is_stemmed_as_its_own(api, add, language, title, asked) -> None:
    add(title, language=language)
    add("Something else altogether")
    assert titles(api, {"search": asked}) == [title]


def test_a_title_weighs_more_than_a_tag_and_a_tag_more_than_a_text(api, add) -> None:
    add("In the text", description="All about violins, violins and violins.")
    add("In the summary", summary="Of violins.")
    add("In a tag", tags=["violin"])
    add("The violin")
    expected = ["The violin", "In a tag", "In the summary", "In the text"]
    assert titles(api, {"search": "violin"}) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pyhton", "python"),
        ("pyton", "python"),
        ("pytohn", "python"),
        ("mathmatics", "mathematics"),
        ("beginers", "beginners"),
        ("Pyth", "python"),
        ("matématics python", "mathematics python"),
    ],
)
def test_a_slip_is_mended_and_said(api, add, typed: str, meant: str) -> None:
    add("Python and mathematics for beginners")
    found = read(api, {"search": typed})
    assert (found["count"], found["corrected"].casefold()) == (1, meant)


def test_of_words_as_near_the_one_of_most_courses_is_meant(api, add) -> None:
    add("Bridge spans")
    for number in range(3):
        add(f"Spanish {number}")
    assert read(api, {"search": "spansh"})["corrected"].casefold() == "spanish"
    # The control: by the letters alone it is the other.
    assert corrected("spansh", SearchWord) == "spans"
    Course.objects.filter(title="Bridge spans").update(state="archived")
    assert read(api, {"search": "span"})["corrected"].casefold() == "spanish"


def test_a_slip_is_looked_up_in_the_index(add) -> None:
    """At the size of a catalogue; a table of a dozen words is read whole, and rightly."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO courses_searchword SELECT DISTINCT translate(md5(n::text), "
            "'0123456789', 'ghijklmnop') FROM generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE courses_searchword")
        query = spelling._NEAREST.format(known="courses_searchword", most=12)
        cursor.execute(f"EXPLAIN {query}", [["fractoins"]])
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "search_word_likeness" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("typed", ["quantum", "cat", "pon", "zzzzzz", "ok"])
def test_what_only_shares_letters_is_not_taken_for_it(api, add, typed: str) -> None:
    add("Python and mathematics for beginners")
    found = read(api, {"search": typed})
    assert (found["count"], found["corrected"]) == (0, "")


def test_words_left_out_are_left_out_in_every_language(api, add) -> None:
    add("Poets and equations")
    add("Poets alone")
    assert titles(api, {"search": "poets -equation"}) == ["Poets alone"]
    assert titles(api, {"search": 'poets -"and equations"'}) == ["Poets alone"]


def test_slips_are_counted_as_people_make_them() -> None:
    pairs = {("abc", "abc"): 0, ("abc", "acb"): 1, ("abc", "ab"): 1, ("abc", "xbc"): 1}
    assert {pair: distance(*pair) for pair in pairs} == pairs
    assert distance("", "abc") == 3


def test_words_are_learned_by_whatever_writes_a_course(add) -> None:
    course = add("Zymurgy", state="draft")
    assert not SearchWord.objects.filter(word="zymurgy").exists()
    Course.objects.filter(pk=course.pk).update(state="published")
    assert SearchWord.objects.filter(word="zymurgy").exists()


@pytest.fixture
def mixed(add) -> list[Course]:
    dice = random.Random(3)
    made = []
    for number in range(40):
        stars = dice.choice([{}, {"rated_5": 9}, {"rated_4": 5, "rated_3": 3}, {"rated_2": 4}])
        made.append(
            add(
                f"Course {number}",
                category=dice.choice(["maths", "music"]),
                difficulty=dice.choice(["beginner", "advanced"]),
                language=dice.choice(["en", "es"]),
                tags=dice.sample(["exam", "weekend", "kids"], dice.randint(0, 2)),
                price_minor=dice.choice([0, 500, 1500, 12000]),
                is_premium=number % 5 == 0,
                enrollment_count=dice.randint(0, 3),
                **stars,
            )
        )
    catalogue_ranks()
    return made


def catalogue_ranks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_course SET rating_rank = 1000000 + rating_sum * 1000 / 10")


FILTERS = {
    "category": "maths",
    "difficulty": "beginner",
    "language": "es",
    "tag": "exam",
    "price": "10-25",
    "rating": "3.5",
}


def counted(**given: str) -> catalogue.Found:
    asked: dict[str, Any] = {**given}
    if "is_premium" in asked:
        asked["is_premium"] = asked["is_premium"] == "true"
    return catalogue.search(Wanted(**asked), viewer=None, cursor="", size=100)


def test_a_facet_ignores_its_own_filter_and_keeps_the_others(mixed) -> None:
    """The control is asking: each count is what choosing the value really leaves."""
    for many in (1, 2, 3):
        for names in combinations(FILTERS, many):
            asked = {name: FILTERS[name] for name in names}
            for facet, counts in counted(**asked).by.items():
                if facet == "currency":
                    continue
                for value, n in counts.items():
                    other = counted(**{**asked, facet: value})
                    assert other.count == n == len(other.page.rows), (asked, facet, value)


def test_facets_with_words_and_filters_agree_with_the_list(api, mixed) -> None:
    found = read(api, {"search": "course", "category": "maths", "page_size": 100})
    assert found["count"] == len(found["results"]) == found["facets"]["category"]["maths"]


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_pages_in_any_order_hold_still_while_courses_come(api, add, mixed, order: str) -> None:
    words = {"search": "course"} if order == "relevance" else {}
    query = {"ordering": order, "page_size": 7, **words}
    everything = titles(api, {**query, "page_size": 100})
    client, seen = api(None), []
    page = client.get(COURSES, query).json()
    while True:
        seen += [row["title"] for row in page["results"]]
        add(f"Late {len(seen)}", price_minor=500, rated_5=9, enrollment_count=2)
        if not page["next"]:
            break
        page = client.get(page["next"]).json()
    assert [title for title in seen if not title.startswith("Late")] == everything
    assert len(seen) == len(set(seen))
    back = [row["title"] for row in client.get(page["previous"]).json()["results"]]
    before = seen[: -len(page["results"])] if page["results"] else seen
    assert [t for t in back if not t.startswith("Late")] == [
        t for t in before if not t.startswith("Late")
    ][-len([t for t in back if not t.startswith("Late")]) :]


def test_a_price_without_coins_compares_by_its_number(api, add) -> None:
    add("Yen", price_minor=500, currency="JPY")
    add("Euro", price_minor=4900, currency="EUR")
    assert titles(api, {"ordering": "price"}) == ["Euro", "Yen"]
    assert titles(api, {"price_min": "100"}) == ["Yen"]
    assert read(api)["facets"]["currency"] == {"EUR": 1, "JPY": 1}
    generated = Course._meta.get_field("price_hundredths").expression.extra["template"]  # type: ignore[attr-defined]
    assert all(currency in generated for currency in WITHOUT_DECIMALS)


@pytest.mark.parametrize("stars", [{}, {"rated_5": 2}])
def test_few_ratings_are_new_and_pass_no_filter(api, add, stars) -> None:
    add("Fresh", **stars)
    assert titles(api, {"rating": "3.0"}) == []
    add("Rated", rated_5=3)
    assert titles(api, {"rating": "4.5"}) == ["Rated"]


@pytest.mark.parametrize(
    "query",
    [
        *({"price": "cheap"}, {"rating": "5"}, {"language": "english!"}, {"is_premium": "maybe"}),
        *({"tag": "x" * 41}, {"category": "a\u202eb"}, {"ordering": "rank"}, {"price_min": "1e9"}),
    ],
)
def test_a_value_nobody_offers_is_400(api, add, query) -> None:
    assert api(None).get(COURSES, query).status_code == 400


@pytest.mark.parametrize(
    "cursor",
    ["%%%", "W10", "WzAsMV0", "WzAsIngiLCJ5Il0", "WzIsMSwyXQ", "bnVsbA", "e30", "WzAs" * 300, "Ww"],
)
def test_a_cursor_of_somebody_else_is_404(api, mixed, cursor: str) -> None:
    for order in ("newest", "price", "title"):
        answer = api(None).get(COURSES, {"cursor": cursor, "ordering": order})
        assert answer.status_code in {400, 404}, answer.content


def test_looking_again_costs_one_query_until_something_changes(
    api, add, django_assert_num_queries
) -> None:
    course, client = add("Violin"), api(None)
    tag = client.get(COURSES)["ETag"]
    with django_assert_num_queries(1):
        assert client.get(COURSES, headers={"if-none-match": tag}).status_code == 304
    Course.objects.filter(pk=course.pk).update(title="Viola")
    fresh = client.get(COURSES, headers={"if-none-match": tag})
    assert (fresh.status_code, fresh.json()["results"][0]["title"]) == (200, "Viola")
    assert (
        client.get(f"{COURSES}?ordering=title", headers={"if-none-match": tag}).status_code == 200
    )


def test_a_visitors_page_is_conditional_and_a_learners_is_not(client, add, sam: User) -> None:
    add("Violin")
    client.get("/courses/")
    tag = client.get("/courses/")["ETag"]
    assert client.get("/courses/", headers={"if-none-match": tag}).status_code == 304
    assert client.get("/courses/?search=v", headers={"if-none-match": tag}).status_code == 200
    client.cookies["theme"] = "dark"
    assert client.get("/courses/", headers={"if-none-match": tag}).status_code == 200
    client.force_login(sam)
    answer = client.get("/courses/", headers={"if-none-match": tag})
    assert (answer.status_code, "ETag" in answer) == (200, False)


def test_counts_are_kept_and_never_stale(api, add) -> None:
    add("One")
    assert read(api)["facets"]["category"] == {"basics": 1}
    add("Two", category="music")
    assert read(api)["facets"]["category"] == {"basics": 1, "music": 1}
    Course.objects.filter(title="One").delete()
    assert read(api)["facets"]["category"] == {"music": 1}


def test_without_redis_the_counts_are_counted(api, add, settings) -> None:
    add("One")
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    wanted = Wanted()
    found = catalogue.search(wanted, viewer=None, cursor="", size=20)
    assert (found.count, found.by["category"]) == (1, {"basics": 1})


def test_the_indexes_are_really_used(add) -> None:
    """With few rows a planner reads them all; forbidding it that shows what it could use."""
    add("Violin")
    plans = {
        "search_word_likeness": (
            "SELECT word FROM courses_searchword ORDER BY word <-> 'vioiln' LIMIT 12"
        ),
        "course_words": (
            "SELECT course_id FROM courses_coursewords WHERE words @@ courses_query('violin')"
        ),
        "course_rated": (
            "SELECT id FROM courses_course WHERE state = 'published'"
            " ORDER BY rating_rank DESC, id DESC LIMIT 20"
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for index, sql in plans.items():
            cursor.execute(f"EXPLAIN {sql}")
            assert index in "\n".join(row[0] for row in cursor.fetchall()), index


def test_page_and_api_ask_by_the_same_names() -> None:
    paging = {"cursor", "page_size"}
    assert set(CatalogueForm.base_fields) == set(CatalogueQuery().fields) - paging


@pytest.mark.parametrize(
    "asked",
    [
        {"search": "algebra"},
        {"category": "maths"},
        {"difficulty": "advanced"},
        {"language": "es"},
        {"tag": "exam"},
        {"price": "10-25"},
        {"price_min": "12.5", "price_max": "20"},
        {"rating": "4.0"},
        {"is_premium": "true"},
        {"is_premium": "false", "ordering": "title"},
        {"instructor": "tess"},
    ],
)
def test_page_and_api_find_the_same(api, client, add, tess: User, orla: User, asked) -> None:
    add("Algebra", category="maths", tags=["exam"], rated_5=3, is_premium=True, price_minor=1500)
    add("Harmony", difficulty="advanced", language="es", instructor=orla)
    if "instructor" in asked:
        asked = {"instructor": str(tess.pk)}
    there = titles(api, asked)
    assert len(there) == 1 or asked == {"is_premium": "false", "ordering": "title"}
    page = client.get("/courses/", asked)
    assert [row["title"] for row in page.context["courses"]] == there
    counts = read(api, asked)["facets"]
    offered = {facet["name"]: facet["options"] for facet in page.context["facets"]}
    for name, options in offered.items():
        assert {value: n for value, _label, n in options if n} == counts[name]
