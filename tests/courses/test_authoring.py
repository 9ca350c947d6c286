"""Courses from files: loaded whole or not at all, twice without effect."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from courses.errors import CourseNotReady, SourceInvalid
from courses.markdown import html_of
from courses.models import Course, LessonRevision
from courses.services import authoring, drafting, publishing
from tests.courses.conftest import edit, write_course

pytestmark = pytest.mark.django_db


def test_loading_twice_changes_nothing(tmp_path: Path, tess: User) -> None:
    home = write_course(tmp_path)
    first = authoring.load_course(home, instructor=tess)
    before = publishing.document_of(first), drafting.draft_of(first).revision
    second = authoring.load_course(home, instructor=tess)
    assert first.pk == second.pk
    assert before == (publishing.document_of(second), drafting.draft_of(second).revision)
    assert not LessonRevision.objects.exists()


def test_learners_read_nothing_of_a_draft(tmp_path: Path, tess: User) -> None:
    course = authoring.load_course(write_course(tmp_path), instructor=tess)
    assert not course.lessons.exists()
    published = authoring.publish(course=course, actor_id=tess.pk)
    before = set(published.lessons.values_list("pk", "body"))
    file = tmp_path / "first-steps/lessons/more.md"
    file.write_text("Another text.")
    authoring.load_course(tmp_path / "first-steps", instructor=tess)
    assert set(published.lessons.values_list("pk", "body")) == before
    authoring.publish(course=course, actor_id=tess.pk)
    after = dict(published.lessons.values_list("pk", "body"))
    assert set(after) == {pk for pk, _body in before}
    assert "Another text." in after.values()


def test_broken_files_are_all_named_and_nothing_is_kept(tmp_path: Path, tess: User) -> None:
    home = write_course(tmp_path)
    (home / "lessons/more.md").unlink()
    quiz = home / "lessons/check.yaml"
    quiz.write_text(quiz.read_text().replace("correct: true", "correct: false"))
    with pytest.raises(SourceInvalid) as refused:
        authoring.load_course(home, instructor=tess)
    assert len(refused.value.extras["problems"]) == 3
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    "text", ["- a list", "{", "a: !!python/object/apply:os.system [x]", "\x00"]
)
def test_rubbish_is_refused(tmp_path: Path, tess: User, text: str) -> None:
    home = write_course(tmp_path)
    (home / "course.yaml").write_text(text)
    with pytest.raises(SourceInvalid):
        authoring.load_course(home, instructor=tess)


def test_a_course_without_substance_is_not_published(course: Course, tess: User) -> None:
    with pytest.raises(CourseNotReady) as refused:
        edit(course, "more", body="")
    assert refused.value.extras["problems"] == ["A text lesson is empty."]


def test_publishing_counts(publish: Callable[..., Course]) -> None:
    course = publish()
    assert (course.version, course.lesson_count, course.total_minutes) == (1, 3, 25)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("<script>alert(1)</script>", "script"),
        ("[x](javascript:alert(1))", "href"),
        ('<a href="data:text/html,x">x</a>', "data:"),
        ("<p style='position:fixed' onclick=x()>t</p>", "onclick"),
        ("<iframe src='//evil'></iframe>", "iframe"),
    ],
)
def test_lessons_carry_no_scripts(text: str, absent: str) -> None:
    assert absent not in html_of(text)


def test_headings_leave_the_pages_own_heading_alone() -> None:
    assert html_of("# One\n\n| a | b |\n|---|---|\n| 1 | 2 |").startswith("<h2>One</h2>")
