"""The demo's courses, people and histories fit together."""

import re
import zoneinfo
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.courses.demo_content import (
    COURSES,
    HISTORIES,
    PEOPLE,
    Quiz,
    Row,
    bodies,
    courses,
    lessons,
    passes,
    questions,
    quiz,
    quizzes,
    read,
    right_options,
    tokens,
)

KEY = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
PEOPLE_BY_KEY: dict[str, Row] = {person["key"]: person for person in read(PEOPLE)}
HISTORY: list[Row] = read(HISTORIES)

COURSE_FIELDS = set(
    "slug title subtitle summary description subject level language price instructor outcomes"
    " sections".split()
)
PERSON_FIELDS = set("key email username display_name role time_zone locale bio password".split())
QUESTION_FIELDS = {
    "single": {"options"},
    "multiple": {"options"},
    "true_false": {"answer"},
    "number": {"number"},
    "text": {"accepted"},
}

each_course = pytest.mark.parametrize("slug", courses())
each_body = pytest.mark.parametrize("path", bodies(), ids=lambda p: f"{p.parents[1].name}/{p.stem}")
each_quiz = pytest.mark.parametrize("one", quizzes(), ids=lambda q: f"{q.course}/{q.lesson}")
each_question = pytest.mark.parametrize(
    ("one", "question"),
    questions(),
    ids=[f"{one.course}/{one.lesson}/{row['key']}" for one, row in questions()],
)
each_history = pytest.mark.parametrize(
    "history", HISTORY, ids=[f"{row['learner']}-{row['course']}" for row in HISTORY]
)


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """These tests read files: no service has to run for them."""


def words(markdown: str) -> int:
    return len(re.findall(r"\w+(?:['’]\w+)?", markdown))


# Courses ---------------------------------------------------------------------------------------


def test_there_are_four_courses_and_one_is_free() -> None:
    prices = [Decimal(course["price"]["amount"]) for course in courses().values()]
    assert len(prices) == 4
    assert prices.count(Decimal(0)) == 1
    assert {course["price"]["currency"] for course in courses().values()} == {"EUR"}


@each_course
def test_a_course_has_every_field_and_an_instructor_who_teaches(slug: str) -> None:
    course = courses()[slug]
    assert set(course) == COURSE_FIELDS
    assert course["slug"] == slug
    assert KEY.match(slug)
    assert course["level"] in {"beginner", "intermediate", "advanced"}
    assert PEOPLE_BY_KEY[course["instructor"]]["role"] == "tutor"
    assert 3 <= len(course["outcomes"]) <= 8
    assert 2 <= len(re.findall(r"[.?!](?=\s|$)", course["summary"])) <= 3


@each_course
def test_a_course_has_three_sections_and_ends_with_a_quiz(slug: str) -> None:
    course = courses()[slug]
    assert len(course["sections"]) == 3
    assert 6 <= len(lessons(course, "text")) <= 9
    assert 1 <= len(lessons(course, "quiz")) <= 2
    assert lessons(course)[-1]["kind"] == "quiz"


@each_course
def test_lessons_are_named_once_and_the_first_can_be_previewed(slug: str) -> None:
    everything = lessons(courses()[slug])
    rows = [row for row in everything if row["kind"] != "video"]
    keys = [row["key"] for row in everything]
    assert len(keys) == len(set(keys))
    assert all(KEY.match(key) for key in keys)
    assert all(set(row) == {"key", "title", "kind", "free_preview", "minutes"} for row in rows)
    assert all(5 <= row["minutes"] <= 60 for row in rows)
    assert [row["free_preview"] for row in rows] == [True] + [False] * (len(rows) - 1)


@each_course
def test_every_lesson_has_its_file_and_every_file_its_lesson(slug: str) -> None:
    suffix = {"text": ".md", "quiz": ".yaml"}
    written = [row for row in lessons(courses()[slug]) if row["kind"] in suffix]
    wanted = {row["key"] + suffix[row["kind"]] for row in written}
    assert {path.name for path in (COURSES / slug / "lessons").iterdir()} == wanted


@each_course
def test_a_video_is_small_captioned_and_does_not_count(slug: str) -> None:
    folder = COURSES / slug / "files"
    wanted = set()
    for row in lessons(courses()[slug], "video"):
        tracks = [track["file"] for track in row["video"]["captions"]]
        wanted |= {row["video"]["file"], *tracks}
        assert tracks
        assert row["required"] is False
        assert (folder / row["video"]["file"]).stat().st_size < 200_000
    assert {path.name for path in folder.glob("*")} == wanted


@each_body
def test_a_lesson_is_long_enough_to_teach_and_short_enough_to_read(path: Path) -> None:
    assert 300 <= words(path.read_text(encoding="utf-8")) <= 1200


@each_body
def test_a_lesson_is_plain_markdown_with_a_task_and_its_answer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = tokens(text)
    inline = [child for token in found for child in token.children or []]
    assert not [t.type for t in [*found, *inline] if t.type in HTML_LINK_IMAGE]
    headings = re.findall(r"^(#+) (.+)$", "\n".join(outside_fences(text)), re.MULTILINE)
    assert {len(marks) for marks, _ in headings} <= {2, 3}
    assert ("##", "Try it") in headings
    assert ("###", "Answer") in headings
    assert all(token.content.strip() for token in found if token.type == "fence")


HTML_LINK_IMAGE = {"html_block", "html_inline", "link_open", "image"}


def outside_fences(text: str) -> list[str]:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL).splitlines()


# Quizzes ---------------------------------------------------------------------------------------


@each_quiz
def test_a_quiz_states_its_rules_and_names_each_question_once(one: Quiz) -> None:
    body = one.body
    assert set(body) == {"pass_percent", "attempts", "time_limit_minutes", "questions"}
    assert (body["pass_percent"], body["attempts"]) == (70, 3)
    assert body["time_limit_minutes"] is None or body["time_limit_minutes"] > 0
    assert 6 <= len(body["questions"]) <= 10
    keys = [question["key"] for question in body["questions"]]
    assert len(keys) == len(set(keys))
    assert all(KEY.match(key) for key in keys)


@each_question
def test_a_question_has_the_fields_of_its_kind(one: Quiz, question: Row) -> None:
    common = {"key", "kind", "prompt", "points", "explanation"}
    assert set(question) == common | QUESTION_FIELDS[question["kind"]]
    assert isinstance(question["points"], int)
    assert question["points"] >= 1
    assert len(question["explanation"]) >= 20
    assert not HTML_LINK_IMAGE & {token.type for token in tokens(question["prompt"])}


@each_question
def test_the_key_of_a_question_can_be_read(one: Quiz, question: Row) -> None:
    match question["kind"]:
        case "single":
            assert len(right_options(question)) == 1
        case "multiple":
            assert 1 <= len(right_options(question)) < len(question["options"])
        case "true_false":
            assert isinstance(question["answer"], bool)
        case "number":
            assert set(question["number"]) == {"value", "tolerance"}
            assert all(isinstance(text, str) for text in question["number"].values())
            assert Decimal(question["number"]["value"]).is_finite()
            assert Decimal(question["number"]["tolerance"]) >= 0
        case "text":
            assert question["accepted"]
            assert all(isinstance(text, str) and text for text in question["accepted"])


@each_question
def test_options_are_distinct(one: Quiz, question: Row) -> None:
    options = question.get("options", [])
    assert len({option["key"] for option in options}) == len(options)
    assert len({option["text"] for option in options}) == len(options)
    assert all(set(o) - {"feedback"} == {"key", "text", "correct"} for o in options)
    assert all(isinstance(option["text"], str) for option in options)


def test_the_place_of_an_option_does_not_give_it_away() -> None:
    singles = [question for _, question in questions() if question["kind"] == "single"]
    places = Counter(key for question in singles for key in right_options(question))
    assert set(places) == {"a", "b", "c", "d"}
    assert max(places.values()) <= len(singles) * 0.4


def test_the_length_of_an_option_does_not_give_it_away() -> None:
    singles = [question for _, question in questions() if question["kind"] == "single"]
    assert sum(map(longest_is_right, singles)) <= len(singles) * 0.4


def longest_is_right(question: Row) -> bool:
    first, second = sorted((len(o["text"]) for o in question["options"]), reverse=True)[:2]
    right = next(o for o in question["options"] if o["correct"])
    return len(right["text"]) == first > second


# People and histories --------------------------------------------------------------------------


def test_people_are_complete_and_unlike_each_other() -> None:
    people = list(PEOPLE_BY_KEY.values())
    assert len(people) == len(read(PEOPLE))
    for person in people:
        assert set(person) - {"headline", "rest_days", "wants_boards"} == PERSON_FIELDS
        assert person["email"] == f"{person['key']}@tutorme.test"
        assert re.fullmatch(r"[A-Za-z0-9_.-]{3,30}", person["username"])
        assert person["time_zone"] in zoneinfo.available_timezones()
        assert person["locale"] in {"en", "ar"}
    assert len({person["username"] for person in people}) == len(people)
    assert len({person["password"] for person in people}) == 1


def test_the_cast_plays_its_parts() -> None:
    roles = {key: person["role"] for key, person in PEOPLE_BY_KEY.items()}
    cast = {"sam": "student", "otto": "student", "tess": "tutor", "orla": "tutor", "ada": "admin"}
    assert cast.items() <= roles.items()
    assert Counter(roles.values())["tutor"] == 7
    assert Counter(roles.values())["student"] >= 10


@each_history
def test_a_history_names_real_things(history: Row) -> None:
    course = courses()[history["course"]]
    texts = [row["key"] for row in lessons(course, "text")]
    assert PEOPLE_BY_KEY[history["learner"]]["role"] in {"student", "tutor"}
    assert history["learner"] != course["instructor"]
    assert history["paid"] is (Decimal(course["price"]["amount"]) > 0)
    assert history["enrolled_days_ago"] >= 1
    done = lessons_done(history)
    assert done == texts[: len(done)], "lessons are done in the order of the course"


@each_history
def test_a_history_answers_real_questions_within_the_attempts(history: Row) -> None:
    taken = Counter(attempt["lesson"] for attempt in history["quizzes"])
    assert set(taken) <= {row["key"] for row in lessons(courses()[history["course"]], "quiz")}
    for lesson, times in taken.items():
        assert times <= quiz(history["course"], lesson).body["attempts"]
    for attempt in history["quizzes"]:
        rows = quiz(history["course"], attempt["lesson"]).body["questions"]
        assert list(attempt["answers"]) == [row["key"] for row in rows]
        for row in rows:
            assert_answerable(row, attempt["answers"][row["key"]])


def assert_answerable(question: Row, given: Any) -> None:
    match question["kind"]:
        case "single":
            assert given in {option["key"] for option in question["options"]}
        case "multiple":
            assert set(given) <= {option["key"] for option in question["options"]}
        case "true_false":
            assert isinstance(given, bool)
        case "number":
            assert isinstance(given, str)
            assert Decimal(given).is_finite()
        case "text":
            assert isinstance(given, str)


@each_history
@pytest.mark.parametrize("partial", [False, True], ids=["all-or-nothing", "partial-credit"])
def test_the_keys_earn_the_certificate_the_history_expects(
    history: Row,
    partial: bool,
) -> None:
    finished = progress(history, partial=partial) == 1
    assert history["certificate"] is finished


@each_history
def test_nobody_repeats_a_quiz_they_have_passed(history: Row) -> None:
    passed: set[str] = set()
    for attempt in history["quizzes"]:
        assert attempt["lesson"] not in passed
        if passes(quiz(history["course"], attempt["lesson"]), attempt["answers"], partial=True):
            passed.add(attempt["lesson"])


def lessons_done(history: Row) -> list[str]:
    texts = [row["key"] for row in lessons(courses()[history["course"]], "text")]
    done: list[str] = texts if history["lessons_done"] == "all" else history["lessons_done"]
    return done


def passed_quizzes(history: Row, *, partial: bool) -> set[str]:
    return {
        attempt["lesson"]
        for attempt in history["quizzes"]
        if passes(quiz(history["course"], attempt["lesson"]), attempt["answers"], partial=partial)
    }


def progress(history: Row, *, partial: bool = True) -> float:
    done = len(lessons_done(history)) + len(passed_quizzes(history, partial=partial))
    counted = [row for row in lessons(courses()[history["course"]]) if row.get("required", True)]
    return done / len(counted)


def test_nobody_is_enrolled_twice_in_a_course() -> None:
    pairs = [(row["learner"], row["course"]) for row in HISTORY]
    assert len(pairs) == len(set(pairs)) >= 20


def test_four_people_have_finished_and_several_are_half_way() -> None:
    assert sum(row["certificate"] for row in HISTORY) == 4
    assert sum(0.4 <= progress(row) <= 0.7 for row in HISTORY) >= 5


def test_sam_is_half_way_through_the_free_course_and_owns_no_other() -> None:
    [history] = [row for row in HISTORY if row["learner"] == "sam"]
    assert Decimal(courses()[history["course"]]["price"]["amount"]) == 0
    assert progress(history) == 0.5


def test_otto_has_one_certificate() -> None:
    assert [row["certificate"] for row in HISTORY if row["learner"] == "otto"].count(True) == 1
