"""What is found by words comes with its counts from one finding, and is kept while nothing
changes: the same as asked plainly, and never stale."""

import random
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from courses.models import Course
from courses.queries import catalogue, facets
from courses.queries.wanted import ORDERS, Wanted
from tests.courses.test_catalogue import add  # noqa: F401  a fixture
from tutorme.core import keyset

pytestmark = pytest.mark.django_db
WORDS = "equations vectors harmony rhythm proofs sketching Gleichungen acordes".split()
FILTERS: dict[str, Any] = {
    "category": "maths",
    "difficulty": "beginner",
    "language": "es",
    "tag": "exam",
    "price": "free",
    "rating": "3.5",
    "is_premium": False,
}


@pytest.fixture
def shelf(add) -> list[Course]:  # noqa: F811
    dice = random.Random(11)

    def some(most: int) -> str:
        return " ".join(dice.choices(WORDS, k=dice.randint(1, most)))

    return [
        add(
            some(3),
            summary=some(6),
            description=some(20),
            category=dice.choice(["maths", "music"]),
            difficulty=dice.choice(["beginner", "advanced"]),
            language=dice.choice(["en", "es", "de"]),
            tags=dice.sample(["exam", "weekend", "rhythm"], dice.randint(0, 2)),
            price_minor=dice.choice([0, 1500]),
            is_premium=dice.random() < 0.3,
            rated_4=dice.choice([0, 5]),
            state=dice.choice(["published"] * 5 + ["draft"]),
        )
        for _ in range(60)
    ]


def plainly(wanted: Wanted) -> list[tuple[Any, int]]:
    rows: Any = Course.objects.published().matching(wanted.text)
    rows = rows.filter(*wanted.conditions().values(), wanted.plain())
    return list(rows.order_by("-rank", "-id").values_list("id", "rank"))


def leafed(wanted: Wanted, size: int) -> list[tuple[Any, int]]:
    """To the end and back again, which must be the same."""
    seen, cursor, page = [], "", None
    while page is None or cursor:
        page = catalogue.search(wanted, viewer=None, cursor=cursor, size=size).page
        seen += [(row["id"], row["rank"]) for row in page.rows]
        cursor = page.next
    back = [(row["id"], row["rank"]) for row in page.rows]
    while page.previous:
        page = catalogue.search(wanted, viewer=None, cursor=page.previous, size=size).page
        back = [(row["id"], row["rank"]) for row in page.rows] + back
    assert back == seen
    return seen


@pytest.mark.parametrize("seed", range(12))
def test_pages_by_rank_are_what_ranking_plainly_gives(shelf, seed: int) -> None:
    dice = random.Random(seed)
    words = dice.sample(WORDS, dice.randint(1, 2))
    text = dice.choice(["{0}", "{0} or {1}", "{0} -{1}", '"{0} {1}" or {1}', "{0} -{1} -weekend"])
    chosen = {name: FILTERS[name] for name in dice.sample(sorted(FILTERS), dice.randint(0, 2))}
    wanted = Wanted(text=text.format(*words, "rhythm"), **chosen)
    expected = plainly(wanted)
    assert leafed(wanted, dice.randint(1, 9)) == expected
    found = catalogue.search(wanted, viewer=None, cursor="", size=100)
    assert (found.count, found.corrected) == (len(expected), "")
    by_title = catalogue.search(
        Wanted(**{**vars(wanted), "order": "title"}), viewer=None, cursor="", size=100
    )
    assert (by_title.count, by_title.by) == (found.count, found.by)
    assert {row["id"] for row in by_title.page.rows} == {pk for pk, _rank in expected}


def test_words_alone_find_something(shelf) -> None:
    """The control: the comparison above is of lists that are not empty."""
    assert len(plainly(Wanted(text="harmony or rhythm"))) > 20


def test_asking_again_finds_nothing_anew(shelf, sam: User, django_assert_num_queries) -> None:
    wanted = Wanted(text="harmony")
    with django_assert_num_queries(2):  # the finding, with the stamp, and the cards
        first = catalogue.search(wanted, viewer=sam, cursor="", size=5)
    with django_assert_num_queries(1):  # the cards, with the stamp
        assert catalogue.search(wanted, viewer=sam, cursor="", size=5) == first
    by_title = Wanted(text="harmony", order="title")
    catalogue.search(by_title, viewer=sam, cursor="", size=5)
    with django_assert_num_queries(1):
        catalogue.search(by_title, viewer=sam, cursor="", size=5)


def test_what_changed_is_found_anew_by_one_signed_in(
    shelf,
    sam: User,
    add,  # noqa: F811
    django_assert_num_queries,
) -> None:
    """Whose stamp comes with the cards: also where there were none, and where all have left."""

    def named(words: str) -> list[str]:
        found = catalogue.search(Wanted(text=words), viewer=sam, cursor="", size=5)
        assert (found.count > 0) == bool(found.page.rows)
        return [row["title"] for row in found.page.rows]

    assert (len(named("harmony")), named("sarabande")) == (5, [])
    course = add("Sarabande")
    assert named("sarabande") == ["Sarabande"]
    with django_assert_num_queries(3):  # the cards that were, the finding, the cards that are
        named("harmony")
    Course.objects.filter(pk=course.pk).update(title="Gavotte")
    assert (named("sarabande"), named("gavotte")) == ([], ["Gavotte"])
    Course.objects.filter(pk=course.pk).update(state="draft")
    assert named("gavotte") == []


def test_what_changes_is_found_at_once(shelf, add, api) -> None:  # noqa: F811
    def named(words: str) -> list[str]:
        answer = api(None).get("/api/v1/courses/", {"search": words})
        return [row["title"] for row in answer.json()["results"]]

    assert named("sarabande") == []
    course = add("Sarabande")
    assert named("sarabande") == ["Sarabande"]
    Course.objects.filter(pk=course.pk).update(title="Gavotte")
    assert (named("sarabande"), named("gavotte")) == ([], ["Gavotte"])
    Course.objects.filter(pk=course.pk).update(state="draft")
    assert named("gavotte") == []


def test_one_who_left_between_finding_and_reading_is_left_out(shelf, monkeypatch) -> None:
    wanted = Wanted(text="harmony")
    (gone, _rank), *stay = plainly(wanted)

    def and_then(*asked: Any) -> Any:
        found = facets.ranked(*asked)
        Course.objects.filter(pk=gone).update(state="archived")
        return found

    monkeypatch.setattr(catalogue, "ranked", and_then)
    found = catalogue.search(wanted, viewer=None, cursor="", size=100)
    assert [row["id"] for row in found.page.rows] == [pk for pk, _rank in stay]


def test_whose_it_is_and_who_keeps_it_is_never_kept(shelf, sam: User, otto: User) -> None:
    wanted = Wanted(text="harmony")
    pk = plainly(wanted)[0][0]
    Course.objects.get(pk=pk).favorites.create(user=sam)
    kept = {
        who.username: {
            row["id"]: row["is_kept"]
            for row in catalogue.search(wanted, viewer=who, cursor="", size=100).page.rows
        }[pk]
        for who in (sam, otto)
    }
    assert kept == {sam.username: True, otto.username: False}


def test_more_tags_than_the_index_holds_are_refused(add) -> None:  # noqa: F811
    course = add("Violin", tags=[f"{number:02}" + "😀" * 38 for number in range(10)])
    course.tags.append("eleventh")
    with pytest.raises(ValidationError, match="course_tags"):
        course.full_clean()


def test_what_is_counted_stands_in_an_index() -> None:
    """Whether a planner reads the index alone hangs on the data; that it can, on this."""
    sql, _params = facets._near(Wanted(text="harmony -rhythm", **FILTERS)).query.sql_with_params()
    asked = set(re.findall(r'"courses_course"\."(\w+)"', sql))
    (index,) = (row for row in Course._meta.indexes if row.name == "course_facets")
    assert asked == {*index.fields, *index.include, "state"}


def test_the_order_by_rank_is_told_the_database(shelf) -> None:
    place = keyset.place(ORDERS["relevance"], cursor="", size=3)
    found = facets.ranked(Wanted(text="harmony or rhythm"), place)
    assert (found.at, found.hits) == (
        catalogue.stamp(),
        plainly(Wanted(text="harmony or rhythm"))[:4],
    )


def test_what_leaves_before_its_card_is_read_takes_no_page_with_it(shelf) -> None:
    """As when it goes between the two statements: what was found stands under the stamp given."""
    wanted, at = Wanted(text="equations"), catalogue.stamp()
    first = catalogue.search(wanted, viewer=None, cursor="", size=5, at=at).page
    assert (len(first.rows), bool(first.next)) == (5, True)
    gone = Course.objects.get(pk=first.rows[-1]["id"])
    gone.state = "draft"
    gone.save()
    again = catalogue.search(wanted, viewer=None, cursor="", size=5, at=at).page
    assert [row["id"] for row in again.rows] == [row["id"] for row in first.rows[:-1]]
    assert again.next == first.next
