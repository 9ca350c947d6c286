"""What an author sees of learners: sums, who needs help and why, and nothing else by name."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses import item_statistics
from courses.errors import NoReasonToNudge, NudgedAlready
from courses.models import Course, CourseRating, Enrollment, Nudge, Thread
from courses.queries import analytics, needing_help
from courses.services import discussions, enrolling, learning, nudging, quizzes
from payments.models import Order
from realtime.models import Notification
from tests import cast
from tests.courses.conftest import answers, lesson, pass_quiz
from tests.payments.conftest import bare_order
from tutorme.core import limits
from tutorme.core.errors import NotFound, TooManyRequests

pytestmark = pytest.mark.django_db


def learner(course: Course, name: str, *, days_ago: int, **facts: Any) -> Enrollment:
    began = timezone.now() - timedelta(days=days_ago)
    return enrolling.enroll(user_id=cast.person(name, **facts).pk, course=course, now=began)


def read(place: Enrollment, key: str, *, days_ago: int) -> None:
    when = timezone.now() - timedelta(days=days_ago)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, key), now=when)


def fail(place: Enrollment, *, times: int, days_ago: int = 0) -> None:
    when = timezone.now() - timedelta(days=days_ago)
    for _ in range(times):
        check = lesson(place.course, "check")
        attempt = quizzes.start(enrollment=place, lesson=check, now=when)
        given = answers(attempt, {"capital": "b"})
        quizzes.save_answers(attempt=attempt, answers=given, now=when)
        quizzes.submit(attempt=attempt, now=when)


@pytest.fixture
def crowd(course: Course) -> dict[str, Enrollment]:
    """One is done, one is under way, one stopped, one keeps failing, one has not begun."""
    people = {
        name: learner(course, name, days_ago=20) for name in ("Dora", "Wim", "Quim", "Fay", "Ned")
    }
    for key in ("hello", "more"):
        read(people["Dora"], key, days_ago=15)
    pass_quiz(people["Dora"])
    read(people["Wim"], "hello", days_ago=1)
    read(people["Quim"], "hello", days_ago=12)
    learning.open_lesson(
        enrollment=people["Quim"],
        lesson=lesson(course, "more"),
        now=timezone.now() - timedelta(days=12),
    )
    fail(people["Fay"], times=2)
    return people


def stuck(course: Course, now: datetime | None = None) -> list[tuple[str, str]]:
    found = needing_help.stuck([course.pk], now or timezone.now())[course.pk]
    return [(row.display_name, row.reason) for row in found]


def test_who_needs_help_and_why_the_most_urgent_first(course: Course, crowd) -> None:
    assert stuck(course) == [("Fay", "failing"), ("Quim", "stalled"), ("Ned", "not_begun")]


def asked(place: Enrollment, title: str, *, days_ago: int) -> Thread:
    where = lesson(place.course, "hello")
    row = discussions.ask(user=place.user, lesson=where, title=title, body="I do not see.")
    Thread.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days_ago))
    return row


def test_who_asked_waits_until_a_teacher_answers(
    course: Course, crowd, tess: User, client: Client
) -> None:
    wim = crowd["Wim"]
    asked(wim, "Since when?", days_ago=0)
    assert "Wim" not in dict(stuck(course))
    first = asked(wim, "Why so?", days_ago=3)
    asked(wim, "And then?", days_ago=2)
    assert stuck(course)[:2] == [("Fay", "failing"), ("Wim", "asking")]
    found = next(
        row
        for row in needing_help.stuck([course.pk], timezone.now())[course.pk]
        if row.reason == "asking"
    )
    assert (found.question, found.lesson_key, found.may_nudge) == ("Why so?", "hello", False)
    with pytest.raises(NoReasonToNudge):
        nudging.nudge(course=course, enrollment_id=wim.pk, sender=tess)
    client.force_login(tess)
    for page in ("/teach/", f"/teach/courses/{course.slug}/analytics/"):
        shown = client.get(page).content.decode()
        assert f"/learn/first-steps/hello/questions/{first.pk}/" in shown, page
    discussions.answer(user=crowd["Ned"].user, thread_id=first.pk, body="So it is.")
    assert ("Wim", "asking") in stuck(course)
    for thread in Thread.objects.all():
        discussions.answer(user=tess, thread_id=thread.pk, body="So it is.")
    assert "Wim" not in dict(stuck(course))


def test_who_asked_and_is_done_waits_too(course: Course, crowd) -> None:
    row = asked(crowd["Dora"], "What comes next?", days_ago=2)
    assert ("Dora", "asking") in stuck(course)
    Thread.objects.filter(pk=row.pk).update(hidden_at=timezone.now())
    assert ("Dora", "asking") not in stuck(course)


def test_a_failing_quiz_says_that_its_questions_are_in_doubt(course: Course, crowd) -> None:
    def doubtful() -> int:
        rows = needing_help.stuck([course.pk], timezone.now())[course.pk]
        return next(row.doubtful for row in rows if row.display_name == "Fay")

    assert doubtful() == 0
    for number in range(30):
        fail(learner(course, f"Pia{number}", days_ago=2), times=1)
    flags = {
        row.question.key: row.flags for row in item_statistics.of_quiz(lesson(course, "check"))
    }
    assert set(flags) == {"capital", "even", "flat", "pi", "hello"}
    assert doubtful() == sum(map(bool, flags.values())) == 5


def test_numbers_and_the_way_through_the_lessons(course: Course, crowd) -> None:
    now = timezone.now()
    found, weeks = analytics.by_week([course.pk], now)
    assert (found.enrolled, found.completed, found.active, found.completion) == (5, 1, 3, 20)
    steps = {step.title: (step.opened, step.completed, step.lost) for step in
             analytics.funnel(course, now)}  # fmt: skip
    assert steps == {"Hello": (3, 3, 0), "More": (2, 1, 1), "Check": (1, 1, 0)}
    assert (len(weeks), sum(week.enrolled for week in weeks), weeks[-1].completed) == (12, 5, 1)


def test_the_hardest_questions_are_counted_from_five_first_attempts(course: Course) -> None:
    for number in range(5):
        place = learner(course, f"Pia{number}", days_ago=2)
        fail(place, times=2)
        pass_quiz(place)
    found = analytics.hardest(course)
    assert {(row.answers, row.facility) for row in found} == {(5, 0)}


def test_takings_are_what_was_paid_less_what_went_back_by_currency(
    course: Course, sam: User, otto: User
) -> None:
    for user, facts in ((sam, {}), (otto, {"refunded_minor": 900})):
        state = "partially_refunded" if facts else "captured"
        order = bare_order(user, state=Order.State(state))
        Order.objects.filter(pk=order.pk).update(
            kind="course",
            target_id=course.pk,
            amount_minor=2900,
            currency="EUR",
            captured_at=timezone.now(),
            **facts,
        )
    bare_order(otto, state=Order.State("declined"))
    found = analytics.takings([course.pk])
    assert [(str(row.net.as_json()), row.orders) for row in found] == [
        ("{'amount': '49.00', 'currency': 'EUR'}", 2)
    ]


def test_ratings_by_month(course: Course, sam: User, otto: User) -> None:
    for user, stars, hidden in ((sam, 5, False), (otto, 4, False)):
        CourseRating.objects.create(course=course, user=user, rating=stars, is_hidden=hidden)
    assert [(row.count, row.average) for row in analytics.ratings(course)] == [(2, 4.5)]


# Words to learners ------------------------------------------------------------------------------


def test_a_nudge_is_told_once_a_week_and_says_whether_it_helped(
    course: Course, crowd, tess: User, drain
) -> None:
    quim = crowd["Quim"]
    nudging.nudge(course=course, enrollment_id=quim.pk, sender=tess)
    with pytest.raises(NudgedAlready):
        nudging.nudge(course=course, enrollment_id=quim.pk, sender=tess)
    drain()
    told = Notification.objects.get(kind="nudge")
    assert (told.user_id, told.facts["course"]) == (quim.user_id, course.title)
    assert Nudge.objects.get().helped_at is None
    learning.complete_lesson(enrollment=quim, lesson=lesson(course, "more"))
    drain()
    assert Nudge.objects.get().helped_at is not None


def test_only_those_who_need_it_are_nudged(course: Course, crowd, tess: User) -> None:
    for name in ("Wim", "Dora"):
        with pytest.raises(NoReasonToNudge):
            nudging.nudge(course=course, enrollment_id=crowd[name].pk, sender=tess)


def test_a_place_in_another_course_is_not_there(publish, crowd, tess: User) -> None:
    other = publish(slug="other")
    with pytest.raises(NotFound):
        nudging.nudge(course=other, enrollment_id=crowd["Quim"].pk, sender=tess)


def test_a_teacher_sends_so_many_a_day(course: Course, crowd, tess: User) -> None:
    for _ in range(nudging.A_DAY.count - 1):
        limits.hit(nudging.A_DAY, str(tess.pk))
    nudging.nudge(course=course, enrollment_id=crowd["Quim"].pk, sender=tess)
    with pytest.raises(TooManyRequests):
        nudging.nudge(course=course, enrollment_id=crowd["Ned"].pk, sender=tess)


# Doors ------------------------------------------------------------------------------------------


def test_the_api_is_for_the_author_alone(
    course: Course, crowd, api, tess: User, orla: User, sam: User, ada: User
) -> None:
    address = f"/api/v1/courses/{course.pk}/analytics/"
    assert [api(who).get(address).status_code for who in (tess, ada, orla, sam)] == [
        200, 200, 404, 403,
    ]  # fmt: skip
    body = api(tess).get(address).json()
    assert [row["display_name"] for row in body["stuck"]] == ["Fay", "Quim", "Ned"]
    assert "@" not in str(body)
    sent = {"enrollment": str(crowd["Quim"].pk)}
    nudges = f"/api/v1/courses/{course.pk}/nudges/"
    assert api(orla).post(nudges, sent, format="json").status_code == 404
    answer = api(tess).post(nudges, sent, format="json")
    assert (answer.status_code, answer.json()["reason"]) == (201, "stalled")
    again = api(tess).post(nudges, sent, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "nudged-already")


def test_the_pages_work_by_forms(course: Course, crowd, client: Client, tess, orla, sam) -> None:
    page = f"/teach/courses/{course.slug}/analytics/"
    client.force_login(orla)
    assert client.get(page).status_code == 404
    client.force_login(tess)
    shown = client.get(page).content.decode()
    assert "Quiet for 12 days." in shown
    assert "Tell Quim it waits for them" in shown
    sent = client.post(f"/teach/courses/{course.slug}/nudge/{crowd['Quim'].pk}/", follow=True)
    assert "They have been told" in sent.content.decode()
    assert "Quim" in client.get("/teach/").content.decode()
    client.force_login(sam)
    assert client.get("/teach/").status_code == 200


def test_the_file_holds_three_columns_and_no_formula(
    course: Course, client: Client, tess: User
) -> None:
    learner(course, "Eve", days_ago=1)
    User.objects.filter(username="eve").update(display_name='=HYPERLINK("http://evil")')
    client.force_login(tess)
    answer = client.get(f"/teach/courses/{course.slug}/learners.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="{course.slug}-learners.csv"'
    assert answer["Cache-Control"] == "private, no-store"
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Learner", "State", "Percent"]
    assert rows[1] == ['\'=HYPERLINK("http://evil")', "active", "0"]


@pytest.mark.parametrize("many", [1, 8])
def test_queries_do_not_grow_with_people(
    course: Course, tess: User, api, query_budget, many: int
) -> None:
    for number in range(many):
        place = learner(course, f"Nia{number}", days_ago=20)
        fail(place, times=2, days_ago=9)
    client = api(tess)
    with query_budget("courses_analytics"):
        client.get(f"/api/v1/courses/{course.pk}/analytics/")


@pytest.mark.parametrize("many", [1, 8])
def test_nor_do_those_of_the_page(
    course: Course, tess: User, client: Client, query_budget, many: int
) -> None:
    for number in range(many):
        place = learner(course, f"Nia{number}", days_ago=20)
        fail(place, times=2, days_ago=9)
    client.force_login(tess)
    with query_budget("page_analytics"):
        client.get(f"/teach/courses/{course.slug}/analytics/")
    with query_budget("page_desk"):
        client.get("/teach/")
