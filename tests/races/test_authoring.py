"""Two authors at once, and publishing while people learn."""

from functools import partial

import pytest

from accounts.models import User
from courses.cycles import cycle_in
from courses.errors import LessonChanged, PrerequisiteCycle, ReviewDecided
from courses.models import (
    Course,
    CourseVersion,
    Enrollment,
    LessonDraft,
    LessonDraftPrerequisite,
    LessonRevision,
)
from courses.services import (
    authoring,
    drafting,
    enrolling,
    learning,
    outlining,
    prerequisites,
    publishing,
    recomputing,
    reviewing,
    writing,
)
from tests.courses.conftest import lesson, write_course
from tests.races.parallel import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course(tmp_path, tess: User) -> Course:
    found = authoring.load_course(write_course(tmp_path), instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def drafts(course: Course) -> dict[str, LessonDraft]:
    return {row.key: row for row in drafting.draft_of(course).course.lesson_drafts.all()}


def test_eight_saves_of_one_revision_are_one(drafts: dict[str, LessonDraft], tess: User) -> None:
    save = partial(writing.save_lesson, lesson=drafts["more"], actor_id=tess.pk, revision=1)
    results = together([partial(save, changes={"body": f"Text {n}"}) for n in range(8)])
    assert sum(isinstance(result, LessonDraft) for result in results) == 1
    assert sum(isinstance(result, LessonChanged) for result in results) == 7
    assert LessonRevision.objects.count() == 1


def test_control_without_a_revision_the_last_one_wins_and_each_is_kept(
    drafts: dict[str, LessonDraft], tess: User
) -> None:
    """Nobody's text is lost either way: what was overwritten stands in the history."""
    save = partial(writing.save_lesson, lesson=drafts["more"], actor_id=tess.pk)
    together([partial(save, changes={"body": f"Text {n}"}) for n in range(8)])
    kept = set(LessonRevision.objects.values_list("body", flat=True))
    last = LessonDraft.objects.get(pk=drafts["more"].pk).body
    assert {f"Text {n}" for n in range(8)} <= kept | {last}


def graph(course: Course) -> dict[object, list[object]]:
    found: dict[object, list[object]] = {}
    for one, other in LessonDraftPrerequisite.objects.filter(lesson__course=course).values_list(
        "lesson_id", "requires_id"
    ):
        found.setdefault(one, []).append(other)
    return found


def test_two_halves_of_a_circle_are_never_both_drawn(
    course: Course, drafts: dict[str, LessonDraft], tess: User
) -> None:
    one, two = drafts["hello"], drafts["more"]

    def wait(lesson: LessonDraft, other: LessonDraft) -> LessonDraft:
        changes = {"prerequisites": [other.pk]}
        return writing.save_lesson(lesson=lesson, changes=changes, actor_id=tess.pk)

    results = together([partial(wait, one, two), partial(wait, two, one)] * 3)
    assert any(isinstance(result, PrerequisiteCycle) for result in results)
    assert cycle_in(graph(course)) == []


def test_control_without_the_drafts_lock_a_circle_closes(
    course: Course, drafts: dict[str, LessonDraft]
) -> None:
    """Each half looks for a circle before the other half is there."""
    halves = [(drafts["hello"], drafts["more"]), (drafts["more"], drafts["hello"])]
    graphs = [{**graph(course), one.pk: [two.pk]} for one, two in halves]
    assert [cycle_in(found) for found in graphs] == [[], []]  # type: ignore[arg-type]
    together(
        [
            lambda one=one, two=two: LessonDraftPrerequisite.objects.create(  # type: ignore[misc]
                lesson=one, requires=two
            )
            for one, two in halves
        ]
    )
    assert cycle_in(graph(course)) != []


def test_two_courses_published_at_once_do_not_wait_for_each_other(
    course: Course, tmp_path, tess: User
) -> None:
    other = authoring.load_course(write_course(tmp_path, slug="other"), instructor=tess)
    authoring.publish(course=other, actor_id=tess.pk)
    for one, two in ((course, other), (other, course)):
        drafting.edit_facts(course=one, changes={"prerequisites": [two.pk]}, actor_id=tess.pk)
    results = together(
        [partial(publishing.publish, course=each, actor_id=tess.pk) for each in (course, other)]
    )
    assert sum(isinstance(result, PrerequisiteCycle) for result in results) == 1
    with pytest.raises(PrerequisiteCycle):
        prerequisites.check_courses(course.pk, [other.pk])
        prerequisites.check_courses(other.pk, [course.pk])


def test_publishing_from_eight_places_counts_its_versions(course: Course, tess: User) -> None:
    together([partial(publishing.publish, course=course, actor_id=tess.pk)] * 8)
    numbers = CourseVersion.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 10))
    course.refresh_from_db()
    assert course.version == 9


def test_publishing_while_people_learn_loses_no_progress(
    course: Course, tess: User, sam: User, otto: User
) -> None:
    places = [enrolling.enroll(user_id=each.pk, course=course) for each in (sam, otto)]
    texts = [lesson(course, "hello"), lesson(course, "more")]
    learn = [
        partial(learning.complete_lesson, enrollment=place, lesson=text)
        for place in places
        for text in texts
    ]
    publish = [partial(publishing.publish, course=course, actor_id=tess.pk)] * 3
    results = together([*learn, *publish])
    assert [result for result in results if isinstance(result, Exception)] == []
    authoring.recount_learners(course.pk)
    assert list(Enrollment.objects.values_list("percent", flat=True)) == [66, 66]
    assert recomputing.recompute(dry_run=True) == []


def test_two_who_move_lessons_leave_an_order(
    course: Course, drafts: dict[str, LessonDraft], tess: User
) -> None:
    moves = [
        partial(outlining.move_lesson, lesson=row, by=by, actor_id=tess.pk)
        for row in drafts.values()
        for by in (-1, 1)
    ]
    results = together(moves)
    assert [result for result in results if isinstance(result, Exception)] == []
    positions = course.lesson_drafts.order_by("position").values_list("position", flat=True)
    assert list(positions) == [0, 1, 2]


def test_a_review_is_decided_once(course: Course, tess: User, ada: User) -> None:
    review = reviewing.submit(course=course, actor_id=tess.pk)
    decide = [
        partial(reviewing.approve, review=review, actor_id=ada.pk),
        partial(reviewing.reject, review=review, actor_id=ada.pk, reason="No"),
        partial(reviewing.withdraw, review=review, actor_id=tess.pk),
    ]
    results = together(decide * 2)
    assert sum(isinstance(result, ReviewDecided) for result in results) == 5


def test_the_same_title_twice_makes_two_courses(tess: User) -> None:
    facts = {"title": "Twice", "category": "x", "difficulty": "beginner"}
    made = together([partial(drafting.create_course, author=tess, facts=facts)] * 4)
    assert len({course.slug for course in made}) == 4
