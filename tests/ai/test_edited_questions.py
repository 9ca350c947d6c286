"""Questions a tutor edits before they are accepted, by the forms of the page."""

import pytest

from ai.forms import questions
from ai.models import Node
from tests.ai.test_matching import subjects, teaching  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db


def _sent(value: object) -> str:
    return "on" if value is True else "" if value is None else str(value)


def typed(node: Node) -> dict[str, str]:
    """What the page's form holds, as a browser would send it back."""
    fields = {
        field.html_name: _sent(field.value())
        for form in questions.forms_of(node.content or {})
        for field in form
        if field.value() is not False
    }
    return {"act": "edit", "revision": str(node.revision), "title": node.title, **fields}


@pytest.fixture
def quizzed(tutor, drain) -> Node:
    brief = {"topic": "the bowline", "difficulty": "2", "count": "8", "level": "beginner"}
    tutor.post("/teach/ai/quizzes/new/", {**brief, "language": "en"})
    drain()
    return Node.objects.get(kind=Node.Kind.SET)


def test_what_is_sent_back_unchanged_is_unchanged(tutor, quizzed) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    before = quizzed.content
    assert {row["type"] for row in before["questions"]} >= {
        "single", "multi", "true_false", "numeric", "order", "match", "short"
    }  # fmt: skip
    assert tutor.post(here, typed(quizzed)).status_code == 302
    quizzed.refresh_from_db()
    assert quizzed.content == before


def test_questions_are_edited_before_they_are_accepted(tutor, quizzed, tess) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    at = {row["type"]: n for n, row in reversed(list(enumerate(quizzed.content["questions"])))}
    single, true, order, match = (at[kind] for kind in ("single", "true_false", "order", "match"))
    said = typed(quizzed)
    right = next(name for name in said if name.startswith(f"q{single}-r"))
    wrong = f"q{single}-r{(int(right[-1]) + 1) % 4}"
    del said[right]
    said |= {
        wrong: "on", f"q{single}-o4": "Ask somebody who ties one.", f"q{single}-w4": "Not yet.",
        f"q{single}-prompt_md": "Which one holds?", f"q{true}-right": "true",
        f"q{order}-parts": "First\nSecond\nThird\nFourth\nFifth",
        f"q{match}-pairs": "bowline = a loop\nreef knot = two ropes",
    }  # fmt: skip
    page = tutor.post(here, said)
    assert page.status_code == 302
    quizzed.refresh_from_db()
    assert quizzed.edited_by == tess
    rows = quizzed.content["questions"]
    assert rows[single]["prompt_md"] == "Which one holds?"
    assert [option["correct"] for option in rows[single]["options"]].count(True) == 1
    assert rows[single]["options"][int(wrong[-1])]["correct"]
    assert rows[single]["options"][4]["text"] == "Ask somebody who ties one."
    assert [o["correct"] for o in rows[true]["options"] if o["key"] == "true"] == [True]
    assert [option["text"] for option in rows[order]["options"]][-1] == "Fifth"
    assert rows[match]["accept"] == ["a loop", "two ropes"]
    file = tutor.get(f"/teach/ai/{quizzed.draft_id}/export/").content.decode()
    assert "Which one holds?" in file


def test_two_right_options_of_one_question_are_found(tutor, quizzed) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    single = next(n for n, q in enumerate(quizzed.content["questions"]) if q["type"] == "single")
    tutor.post(here, {**typed(quizzed), **{f"q{single}-r{n}": "on" for n in range(4)}})
    quizzed.refresh_from_db()
    assert quizzed.state == "needs_human"
    assert "exactly one" in quizzed.findings[0]["text"]


@pytest.mark.parametrize("text", ["", "a\x00b", "x" * 2001])
def test_what_may_not_be_stored_is_refused(tutor, quizzed, text: str) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    before = quizzed.content
    answer = tutor.post(here, {**typed(quizzed), "q0-prompt_md": text})
    assert answer.status_code == 422
    quizzed.refresh_from_db()
    assert quizzed.content == before


def test_markup_is_stored_as_words_and_shown_to_a_person(tutor, quizzed) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    said = {**typed(quizzed), "q0-prompt_md": "<script>alert(1)</script>"}
    assert tutor.post(here, said).status_code == 302
    quizzed.refresh_from_db()
    assert quizzed.content["questions"][0]["prompt_md"].startswith("&lt;script")
    assert quizzed.state == "needs_human"


def test_exercises_of_a_set_are_edited_too(tutor, drain) -> None:
    brief = {"topic": "knots", "type": "problem", "difficulty": "2", "count": "2"}
    tutor.post("/teach/ai/exercises/new/", {**brief, "level": "beginner", "language": "en"})
    drain()
    node = Node.objects.get(kind=Node.Kind.SET)
    here = f"/teach/ai/{node.draft_id}/parts/{node.key}/"
    said = {
        **typed(node),
        "e1-prompt_md": "Tie it behind your back.",
        "e1-hints": "Slowly.\nTwice.",
    }
    assert tutor.post(here, said).status_code == 302
    second = (Node.objects.get(pk=node.pk).content or {})["exercises"][1]
    assert (second["prompt_md"], second["hints"]) == (
        "Tie it behind your back.", ["Slowly.", "Twice."]
    )  # fmt: skip
