"""The pages of exercises, questions, appeals, marking, bank and editor, walked by links and forms
alone: no script runs here."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Course, Enrollment, Question, Submission, Thread
from courses.services import authoring, bank, discussions, enrolling, quizzes
from tests.courses.all_kinds import KINDS, right_answers
from tests.courses.assessment import exercise_course, handed_in, taken
from tests.courses.conftest import RIGHT, lesson

pytestmark = pytest.mark.django_db
BASE = "/learn/first-steps"


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    return exercise_course(tmp_path, tess)


@pytest.fixture
def pupil(place: Enrollment) -> Client:
    client = Client()
    client.force_login(place.user)
    return client


@pytest.fixture
def teacher(tess: User) -> Client:
    client = Client()
    client.force_login(tess)
    return client


def seen(client: Client, path: str, **data: Any) -> str:
    answer = client.get(path, data)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def sent(client: Client, path: str, data: dict[str, Any] | None = None) -> str:
    answer = client.post(path, data or {}, follow=True)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_an_exercise_from_both_sides(pupil, teacher, course: Course, media) -> None:
    assert "How it is marked" in seen(pupil, f"{BASE}/essay/")
    sent(pupil, f"{BASE}/essay/desk/begin/")
    paper = SimpleUploadedFile("rain.txt", b"Notes about rain.\n")
    text = sent(pupil, f"{BASE}/essay/desk/", {"text": "It rains.", "file": paper})
    assert "Your draft is saved." in text
    assert "rain.txt" in text
    assert pupil.post(f"{BASE}/essay/desk/save/", {"text": "It pours."}).status_code == 204
    text = sent(pupil, f"{BASE}/essay/desk/", {"text": "It pours.", "submit": "1"})
    assert "Handed in" in text
    row = Submission.objects.get()
    queue = seen(teacher, "/teach/grading/")
    page = reverse("teach-mark-submission", args=[row.pk])
    assert page in queue
    assert "It pours." in seen(teacher, page)
    again = teacher.post(page, {"level-idea": "clear"})
    assert again.status_code == 200
    assert "checked" in again.content.decode()
    marks = {"level-idea": "some", "level-form": "clean", "note-form": "Commas.", "comment": "Ok."}
    assert "Nothing waits" in sent(teacher, page, marks)
    assert "Commas." in seen(pupil, f"{BASE}/essay/")
    more = {**marks, "level-idea": "clear", "revision": "1", "reason": "Read again"}
    sent(teacher, page, more)
    row.refresh_from_db()
    assert (row.score, row.passed, row.revision) == (6, True, 2)


def test_returned_and_begun_again(pupil, teacher, place: Enrollment) -> None:
    row = handed_in(place)
    page = reverse("teach-mark-submission", args=[row.pk])
    sent(teacher, page, {"return": "1", "comment": "Say why."})
    assert "Say why." in seen(pupil, f"{BASE}/essay/")
    assert "It rains." in sent(pupil, f"{BASE}/essay/desk/begin/")


def test_questions_under_a_lesson(pupil, teacher, course: Course, otto: User) -> None:
    page = f"{BASE}/hello/questions/"
    assert "Nobody has asked yet" in seen(pupil, page)
    assert pupil.post(page, {"title": "", "body": ""}).status_code == 422
    sent(pupil, page, {"title": "Why so?", "body": "I do not see it."})
    thread = Thread.objects.get()
    one = f"{page}{thread.pk}/"
    assert "Because." in sent(teacher, f"{one}act/", {"do": "answer", "body": "Because."})
    post = str(thread.posts.get().pk)
    text = sent(pupil, f"{one}act/", {"do": "accept", "post": post})
    assert "This answer helped" in text
    for step in ("vote", "unvote", "unaccept"):
        sent(pupil, f"{one}act/", {"do": step, "post": post})
    report = {"do": "report", "post": post, "reason": "other", "note": "Hm."}
    assert "A moderator will look at it." in sent(pupil, f"{one}act/", report)
    edit = {"do": "edit", "title": "Why is it so?", "body": "Still."}
    assert "Why is it so?" in sent(pupil, f"{one}act/", edit)
    assert "Why is it so?" in seen(pupil, page, q="still")
    sent(teacher, f"{one}act/", {"do": "edit", "post": post, "body": "Because of rain."})
    sent(teacher, f"{one}act/", {"do": "delete-post", "post": post})
    assert pupil.post(f"{one}act/", {"do": "answer", "body": ""}).status_code == 422
    assert pupil.post(f"{one}act/", {"do": "fly"}).status_code == 404
    sent(pupil, f"{one}act/", {"do": "delete"})
    assert pupil.get(one).status_code == 404
    stranger = Client()
    stranger.force_login(otto)
    assert stranger.get(page).status_code == 404


def test_open_answers_are_read_and_marked(pupil, teacher, place, tmp_path, tess) -> None:
    attempt = kinds_attempt(place, tess)
    page = reverse("teach-mark-attempt", args=[attempt.pk])
    text = seen(teacher, page)
    assert "Rayleigh" in text
    assert "CANARY-guide" in text
    pk = Question.objects.get(key="why").pk
    assert "Points of 5" in sent(teacher, page, {f"points-{pk}": "6"})
    sent(teacher, page, {f"points-{pk}": "4,5", f"comment-{pk}": "Nearly."})
    attempt.refresh_from_db()
    assert (attempt.state, str(attempt.score), attempt.passed) == ("graded", "13.50", True)
    result = seen(pupil, f"{BASE}/check/attempts/1/")
    assert "Nearly." in result
    assert "You chose" in result


def kinds_attempt(place: Enrollment, tess: User):
    course = place.course
    draft = course.lesson_drafts.get(key="check")
    draft.data = KINDS
    draft.save()
    authoring.publish(course=course, actor_id=tess.pk)
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    quizzes.save_answers(attempt=attempt, answers=right_answers(attempt))
    return quizzes.submit(attempt=attempt)


def test_an_appeal_from_both_sides(pupil, teacher, place: Enrollment, drain) -> None:
    attempt = taken(place, {**RIGHT, "hello": "Buenas"})
    asked = Question.objects.get(key="hello").pk
    assert "My answer should have counted" in seen(pupil, f"{BASE}/check/attempts/1/")
    posted = {"question": str(asked), "text": "It is said."}
    assert "with the author" in sent(pupil, f"{BASE}/check/attempts/1/appeal/", posted)
    appeal = attempt.answers.get(question_id=asked).appeal
    page = reverse("teach-appeal", args=[appeal.pk])
    assert "Buenas" in seen(teacher, page)
    assert "the learner reads it" in sent(teacher, page, {"reject": "1", "reply": ""})
    correct = {"correct": "1", "accepted": "Hola\nBuenas", "reply": "Right."}
    sent(teacher, page, correct)
    drain()
    attempt.refresh_from_db()
    assert attempt.score == 7
    assert "Your appeal was accepted" in seen(pupil, f"{BASE}/check/attempts/1/")


NEW = {
    "single": {"option-0": "Yes", "option-1": "No", "correct": "0", "feedback-1": "Not so."},
    "multiple": {"option-0": "Yes", "option-1": "No", "correct": ["0", "1"], "scoring": "all"},
    "true_false": {"answer": "false"},
    "text": {"accepted": "rain\nsnow", "pattern": "colou?r"},
    "number": {"value": "3,5", "tolerance": "2%"},
    "order": {"item-0": "One", "item-1": "Two", "item-2": "Three"},
    "match": {"left-0": "A", "right-0": "a", "left-1": "B", "right-1": "b", "extra": "c"},
    "open": {"guide": "Names scattering."},
}


@pytest.mark.parametrize("kind", NEW)
def test_every_kind_is_written_changed_and_removed_by_forms(teacher, course: Course, kind) -> None:
    page = f"/teach/courses/{course.slug}/bank/"
    seen(teacher, f"{page}new/", kind=kind)
    bad = teacher.post(f"{page}new/?kind={kind}", {"prompt": "", "points": "x"})
    assert bad.status_code == 422
    form = {"prompt": f"A {kind}?", "points": "2,5", "tags": "verbs, nouns", **NEW[kind]}  # type: ignore[dict-item]
    text = sent(teacher, f"{page}new/?kind={kind}", form)
    assert f"A {kind}?" in text
    question = Question.objects.get(item__home="")
    assert (question.kind, str(question.points)) == (kind, "2.50")
    assert question.item.tags == ["nouns", "verbs"]
    one = f"{page}{question.item_id}/"
    assert f"A {kind}?" in seen(teacher, one)
    changed = {**form, "prompt": "Another?", "version": "1"}
    if kind in {"single", "multiple"}:
        changed |= {"option-key-0": "o1", "option-key-1": "o2"}
    assert "Another?" in sent(teacher, one, changed)
    assert teacher.post(one, changed).status_code == 422
    assert f"A {kind}?" not in seen(teacher, page, q="another", tag="nouns")
    sent(teacher, f"{one}remove/")
    assert "The bank is empty" in seen(teacher, page)


def test_a_key_is_corrected_by_a_form(teacher, course: Course, place: Enrollment, drain) -> None:
    attempt = taken(place, {"capital": "b"})
    question = Question.objects.get(key="capital")
    page = reverse("teach-correct", args=[course.slug, question.pk])
    fields = {
        "option-key-0": "a",
        "option-0": "Lima",
        "option-key-1": "b",
        "option-1": "Cusco",
        "feedback-1": "It once was.",
        "correct": "1",
    }
    assert teacher.post(page, {**fields, "reason": ""}).status_code == 422
    sent(teacher, page, {**fields, "reason": "It was Cusco."})
    drain()
    attempt.refresh_from_db()
    assert attempt.score == 2


def test_a_quiz_is_composed_by_forms(teacher, course: Course, tess: User) -> None:
    for number in range(3):
        row = {"key": f"v{number}", "kind": "true_false", "prompt": f"V{number}", "answer": True}
        bank.keep(course=course, row={**row, "tags": ["verbs"]})
    draft = course.lesson_drafts.get(key="check")
    page = f"/teach/courses/{course.slug}/lessons/{draft.pk}/quiz/"
    assert "written in this quiz" in seen(teacher, page)
    sent(teacher, f"{page}change/", {"do": "use", "use": "v0"})
    text = sent(teacher, f"{page}change/", {"do": "draw", "draw": "2", "tag": "verbs"})
    assert "2 drawn of" in text
    sent(teacher, f"{page}change/", {"do": "up", "place": "6"})
    sent(teacher, f"{page}change/", {"do": "down", "place": "0"})
    sent(teacher, f"{page}change/", {"do": "adopt", "place": "0"})
    sent(teacher, f"{page}change/", {"do": "remove", "place": "4"})
    draft.refresh_from_db()
    rows = [row.get("use") or row.get("key") or row.get("tag") for row in draft.data["questions"]]
    assert rows == ["even", "capital", "flat", "pi", "verbs", "v0"]
    assert draft.data["questions"][0] == {"use": "even"}
    rules = {
        "pass_percent": "80",
        "attempts": "2",
        "time_limit_minutes": "",
        "record": "last",
        "review": "after_date",
        "shuffle_options": "on",
        "revision": str(draft.revision),
    }
    assert teacher.post(page, rules).status_code == 422
    sent(teacher, page, {**rules, "review_from": "2027-01-01T10:00"})
    authoring.publish(course=course, actor_id=tess.pk)
    quiz = lesson(course, "check").quiz
    assert (quiz.pass_percent, quiz.max_attempts, quiz.record, quiz.slots.count()) == (
        80,
        2,
        "last",
        6,
    )
    assert "too few to say" in seen(
        teacher, f"/teach/courses/{course.slug}/lessons/{draft.pk}/statistics/"
    )


def test_an_exercise_is_set_by_a_form(teacher, course: Course, tess: User) -> None:
    draft = course.lesson_drafts.get(key="essay")
    page = f"/teach/courses/{course.slug}/lessons/{draft.pk}/exercise/"
    assert "The idea" in seen(teacher, page)
    form = {
        "completion": "submitted",
        "pass_percent": "50",
        "late": "accept",
        "max_files": "2",
        "takes_text": "on",
        "revision": str(draft.revision),
        "criterion-0": "Depth",
        "level-0-0": "Flat",
        "points-0-0": "0",
        "level-0-1": "Deep",
        "points-0-1": "2,5",
    }
    sent(teacher, page, form)
    authoring.publish(course=course, actor_id=tess.pk)
    data = lesson(course, "essay").data
    assert data["rubric"][0]["levels"][1] == {"key": "deep-2", "title": "Deep", "points": "2.5"}
    assert data["completion"] == "submitted"
    draft.refresh_from_db()
    form["revision"] = str(draft.revision)
    wrong = sent(teacher, page, {**form, "level-0-1": ""})
    assert "2 to 10 levels" in wrong


def test_more_time_is_given_by_a_form(teacher, course: Course, place: Enrollment) -> None:
    page = f"/teach/courses/{course.slug}/time/"
    assert "Everybody has the same time" in seen(teacher, page)
    assert "Save for Sam" in seen(teacher, page, q="sam")
    sent(teacher, page, {"enrollment": str(place.pk), "time_factor": "1.5"})
    place.refresh_from_db()
    assert str(place.time_factor) == "1.50"
    sent(teacher, page, {"enrollment": str(place.pk), "time_factor": "9"})
    place.refresh_from_db()
    assert str(place.time_factor) == "1.50"


def test_nobody_elses_pages(course: Course, place: Enrollment, orla: User, otto: User) -> None:
    row = handed_in(place)
    draft = course.lesson_drafts.get(key="check")
    pages = [
        reverse("teach-mark-submission", args=[row.pk]),
        f"/teach/courses/{course.slug}/bank/",
        f"/teach/courses/{course.slug}/time/",
        f"/teach/courses/{course.slug}/lessons/{draft.pk}/quiz/",
        f"/teach/courses/{course.slug}/lessons/{draft.pk}/statistics/",
    ]
    for user, status in ((orla, 404), (otto, 403)):
        client = Client()
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [status] * len(pages)
    assert Client().get(pages[0]).status_code == 302


def test_a_threads_list_is_a_members(course: Course, place: Enrollment, otto: User) -> None:
    enrolling.enroll(user_id=otto.pk, course=course)
    where = lesson(course, "hello")
    for number in range(25):
        discussions.ask(user=place.user, lesson=where, title=f"Q{number}", body="?")
    client = Client()
    client.force_login(otto)
    assert "Show more" in seen(client, f"{BASE}/hello/questions/")
