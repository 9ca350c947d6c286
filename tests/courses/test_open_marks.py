"""Open answers: marked by a tutor, appealed, read again, and only ever upwards."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.test import Client

from accounts.models import User
from courses.errors import AlreadyMarked
from courses.models import Activity, Appeal, Attempt, AttemptAnswer, Enrollment, Regrade
from courses.services import appeals, authoring, enrolling, marking
from courses.services.marking import Mark
from tests.courses.assessment import taken
from tests.courses.conftest import RIGHT, write_course
from tutorme.core.errors import Conflict, InvalidInput, NotFound
from tutorme.core.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db
OPEN = {
    "pass_percent": 70,
    "questions": [
        {"key": "hello", "kind": "text", "prompt": "Hello in Spanish", "accepted": ["Hola"]},
        {"key": "why", "kind": "open", "prompt": "Why does it rain?", "points": 3},
    ],
}


@pytest.fixture
def place(tmp_path: Path, tess: User, sam: User) -> Enrollment:
    home = write_course(tmp_path)
    (home / "lessons/check.yaml").write_text(yaml.safe_dump(OPEN))
    course = authoring.load_course(home, instructor=tess)
    published = authoring.publish(course=course, actor_id=tess.pk)
    return enrolling.enroll_free(user=sam, course=published)


@pytest.fixture
def attempt(place: Enrollment) -> Attempt:
    return taken(place, {"hello": RIGHT["hello"], "why": "Clouds grow heavy."})


@pytest.fixture
def why(attempt: Attempt) -> AttemptAnswer:
    return attempt.answers.select_related("question").get(question__key="why")


@pytest.fixture
def marked(attempt: Attempt, why: AttemptAnswer, tess: User) -> Attempt:
    marks = {why.question_id: Mark(Decimal(1), "And then?")}
    return marking.mark_open_answers(attempt_id=attempt.pk, tutor=tess, marks=marks)


def is_done(place: Enrollment) -> bool:
    return place.progress.filter(lesson__key="check", completed_at__isnull=False).exists()


def test_its_day_does_not_wait_for_the_tutor(attempt: Attempt, sam: User, drain) -> None:
    drain()
    assert attempt.state == "pending_review"
    (counted,) = Activity.objects.filter(user=sam)
    assert (counted.kind, counted.object_id, counted.at) == (
        "quiz",
        attempt.pk,
        attempt.submitted_at,
    )


def test_read_again_it_rises_and_completes(
    marked: Attempt, why: AttemptAnswer, place: Enrollment, tess: User, orla: User
) -> None:
    assert (marked.score, marked.passed, is_done(place)) == (2, False, False)
    again = {why.question_id: Mark(Decimal("2.5"), "I see now.")}
    with pytest.raises(NotFound):
        marking.mark_again(attempt_id=marked.pk, tutor=orla, marks=again, reason="r")
    row = marking.mark_again(attempt_id=marked.pk, tutor=tess, marks=again, reason="Misread.")
    assert (row.score, row.passed, is_done(place)) == (Decimal("3.5"), True, True)
    made = Regrade.objects.get()
    assert (made.correction_id, made.old_score, made.new_score) == (None, 2, Decimal("3.5"))
    entry = AuditEntry.objects.get(action="attempt.regraded")
    assert (entry.reason, entry.actor_id) == ("Misread.", tess.pk)
    assert OutboxEvent.objects.filter(name="attempt.regraded").count() == 1
    why.refresh_from_db()
    assert why.comment == "I see now."


@pytest.mark.parametrize("points", ["0.99", "3.01", "-1"])
def test_it_never_falls_nor_passes_its_worth(
    marked: Attempt, why: AttemptAnswer, tess: User, points: str
) -> None:
    marks = {why.question_id: Mark(Decimal(points))}
    with pytest.raises(InvalidInput):
        marking.mark_again(attempt_id=marked.pk, tutor=tess, marks=marks, reason="r")
    marked.refresh_from_db()
    assert marked.score == 2


def test_a_comment_alone_is_no_regrade(marked: Attempt, why: AttemptAnswer, tess: User) -> None:
    marks = {why.question_id: Mark(Decimal(1), "Read page 4.")}
    marking.mark_again(attempt_id=marked.pk, tutor=tess, marks=marks, reason="A hint")
    assert not Regrade.objects.exists()
    why.refresh_from_db()
    assert why.comment == "Read page 4."


def test_only_what_is_marked_is_marked_again(
    attempt: Attempt, why: AttemptAnswer, tess: User
) -> None:
    marks = {why.question_id: Mark(Decimal(1))}
    with pytest.raises(Conflict):
        marking.mark_again(attempt_id=attempt.pk, tutor=tess, marks=marks, reason="r")
    marking.mark_open_answers(attempt_id=attempt.pk, tutor=tess, marks=marks)
    with pytest.raises(AlreadyMarked):
        marking.mark_open_answers(attempt_id=attempt.pk, tutor=tess, marks=marks)
    by_key = attempt.answers.get(question__key="hello")
    with pytest.raises(InvalidInput):
        marking.mark_again(
            attempt_id=attempt.pk,
            tutor=tess,
            marks={by_key.question_id: Mark(Decimal(1))},
            reason="r",
        )


def test_an_appeal_is_accepted_with_points(
    marked: Attempt, why: AttemptAnswer, sam: User, tess: User, api, place: Enrollment
) -> None:
    path = f"/api/v1/attempts/{marked.pk}/appeals/"
    body = {"question": str(why.question_id), "text": "Heavy clouds are the reason."}
    made = api(sam).post(path, body, format="json")
    assert made.status_code == 201
    accept = f"/api/v1/appeals/{made.json()['id']}/accept/"
    for points in ("1", "3.5"):
        answer = api(tess).post(accept, {"points": points}, format="json")
        assert answer.status_code in {400, 422}, answer.content
    assert Appeal.objects.get().state == "open"
    answer = api(tess).post(accept, {"points": "2", "reply": "True."}, format="json")
    assert answer.json()["state"] == "accepted"
    marked.refresh_from_db()
    assert (marked.score, marked.passed) == (3, True)
    assert is_done(place)


def test_all_it_can_earn_where_nothing_else_is_said(
    marked: Attempt, why: AttemptAnswer, sam: User, tess: User
) -> None:
    row = appeals.open_appeal(user=sam, answer_id=why.pk, text="It is so.")
    appeals.accept(appeal_id=row.pk, tutor=tess)
    marked.refresh_from_db()
    assert marked.score == 4


def test_the_api_marks_again(
    marked: Attempt, why: AttemptAnswer, tess: User, orla: User, api
) -> None:
    path = f"/api/v1/grading/attempts/{marked.pk}/"
    shown = api(tess).get(path).json()
    assert (shown["state"], shown["answers"][0]["earned"]) == ("graded", "1.00")
    body: dict = {"marks": [{"question": str(why.question_id), "points": "3"}]}
    assert api(tess).post(f"{path}mark-again/", body, format="json").status_code == 400
    body["reason"] = "Read again"
    assert api(orla).post(f"{path}mark-again/", body, format="json").status_code == 404
    assert api(tess).post(f"{path}mark-again/", body, format="json").status_code == 204
    marked.refresh_from_db()
    assert marked.score == 4


def test_by_forms_alone(
    client: Client, marked: Attempt, why: AttemptAnswer, sam: User, tess: User
) -> None:
    client.force_login(sam)
    base = "/learn/first-steps/check/attempts/1/"
    assert "My answer deserves more points" in client.get(base).content.decode()
    client.post(f"{base}appeal/", {"question": why.question_id, "text": "Heavy clouds!"})
    appeal = Appeal.objects.get()
    client.force_login(tess)
    page = f"/teach/grading/appeals/{appeal.pk}/"
    assert "Points of 3" in client.get(page).content.decode()
    assert client.post(page, {"count": "1", "points": "1"}).status_code == 200
    assert client.post(page, {"count": "1", "points": "2,5"}).status_code == 302
    marked.refresh_from_db()
    assert marked.score == Decimal("3.5")
    again = f"/teach/grading/attempts/{marked.pk}/"
    assert 'value="2.5"' in client.get(again).content.decode()
    form = {f"points-{why.question_id}": "3", "reason": "All of it"}
    assert client.post(again, form).status_code == 302
    marked.refresh_from_db()
    assert marked.score == 4
