"""Exercises over the API: drafts, files, handing in, marks, another look, another try."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from courses.models import Course, Enrollment, Lesson
from tests.courses.assessment import FULL, HALF, exercise_course
from tests.courses.conftest import lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    return exercise_course(tmp_path, tess)


@pytest.fixture
def essay(course: Course, place: Enrollment) -> Lesson:
    return lesson(course, "essay")


def begun(api, sam: User, essay: Lesson) -> str:
    made = api(sam).post(f"/api/v1/lessons/{essay.pk}/submissions/")
    assert made.status_code == 201
    return f"/api/v1/submissions/{made.json()['id']}/"


def handed(api, sam: User, essay: Lesson, text: str = "It rains.") -> str:
    own = begun(api, sam, essay)
    api(sam).patch(own, {"text": text, "sequence": 1}, format="json")
    assert api(sam).post(f"{own}hand-in/").json()["state"] == "submitted"
    return own.replace("/submissions/", "/grading/submissions/")


def test_a_draft_is_saved_in_order_and_handed_in_once(
    api, essay: Lesson, sam: User, otto: User
) -> None:
    own = begun(api, sam, essay)
    assert begun(api, sam, essay) == own
    assert api(sam).post(f"{own}hand-in/").json()["code"] == "nothing-to-hand-in"
    newer = {"text": "It rains a lot.", "sequence": 2}
    assert api(sam).patch(own, newer, format="json").json()["sequence"] == 2
    late = api(sam).patch(own, {"text": "It r", "sequence": 1}, format="json").json()
    assert late["text"] == "It rains a lot."
    for forged in ({"score": 6}, {"state": "graded"}, {"submitted_at": "2020-01-01T00:00:00Z"}):
        assert api(sam).patch(own, {**newer, **forged}, format="json").status_code == 400
    assert api(otto).get(own).status_code == 404
    assert api(otto).post(f"/api/v1/lessons/{essay.pk}/submissions/").status_code in {403, 404}
    done = api(sam).post(f"{own}hand-in/").json()
    again = api(sam).post(f"{own}hand-in/").json()
    assert (done["state"], again["submitted_at"]) == ("submitted", done["submitted_at"])
    assert api(sam).patch(own, newer, format="json").json()["code"] == "submission-closed"
    assert len(api(sam).get(f"/api/v1/lessons/{essay.pk}/submissions/").json()) == 1


def test_files_come_and_go_while_it_is_a_draft(api, essay: Lesson, sam: User, media: Path) -> None:
    own = begun(api, sam, essay)
    upload = SimpleUploadedFile("rain.txt", b"It rains.\n")
    stored = api(sam).post("/api/v1/uploads/", {"purpose": "submission", "file": upload})
    assert stored.status_code == 201, stored.content
    file_id = stored.json()["id"]
    with_file = api(sam).post(f"{own}files/", {"file": file_id}, format="json").json()
    assert [row["name"] for row in with_file["files"]] == ["rain.txt"]
    assert api(sam).delete(f"{own}files/{file_id}/").status_code == 204
    assert api(sam).get(own).json()["files"] == []


def test_marked_marked_again_and_returned(
    api, essay: Lesson, sam: User, tess: User, orla: User
) -> None:
    path = handed(api, sam, essay)
    assert api(orla).get(path).status_code == 404
    shown = api(tess).get(path).json()
    assert (shown["learner"], [part["key"] for part in shown["rubric"]]) == (
        "Sam",
        ["idea", "form"],
    )
    wrong = {"marks": {"idea": {"level": "splendid"}, "form": {"level": "clean"}}}
    assert api(tess).post(f"{path}mark/", wrong, format="json").status_code == 400
    assert api(orla).post(f"{path}mark/", {"marks": HALF}, format="json").status_code == 404
    marked = api(tess).post(f"{path}mark/", {"marks": HALF, "comment": "Go on."}, format="json")
    assert (marked.json()["score"], marked.json()["passed"]) == ("3.50", False)
    twice = api(tess).post(f"{path}mark/", {"marks": FULL}, format="json")
    assert twice.json()["code"] == "already-marked"
    again = {"marks": FULL, "reason": "Misread.", "revision": marked.json()["revision"]}
    assert api(tess).post(f"{path}mark-again/", again, format="json").json()["passed"]
    stale = api(tess).post(f"{path}mark-again/", again, format="json")
    assert stale.status_code == 409
    mine = api(sam).get(path.replace("/grading", "")).json()
    assert (mine["score"], mine["passed"], mine["state"]) == ("6.00", True, "graded")


def test_returned_for_another_try(api, essay: Lesson, sam: User, tess: User) -> None:
    path = handed(api, sam, essay)
    body = {"comment": "Which rain?"}
    assert api(tess).post(f"{path}return/", body, format="json").json()["state"] == "returned"
    second = begun(api, sam, essay)
    assert second != path.replace("/grading", "")
    assert api(tess).get("/api/v1/grading/").json() == []
    handed(api, sam, essay, "Ours.")
    (row,) = api(tess).get("/api/v1/grading/").json()
    assert (row["kind"], row["learner"]) == ("submission", "Sam")
