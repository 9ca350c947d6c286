"""Who may rate, what it counts, and who may answer, report and hide."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.errors import NotEligible
from courses.models import Course, CourseRating, Enrollment, LessonProgress, RatingReport
from courses.services import counting, enrolling, learning, ratings
from realtime.models import Notification
from tests import cast
from tests.courses.conftest import lesson
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def path(course: Course) -> str:
    return f"/api/v1/courses/{course.pk}/ratings/"


@pytest.fixture
def learner(place: Enrollment, sam: User) -> User:
    """Sam, a third into the course."""
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    return sam


def figures(course: Course) -> tuple[int, int, str]:
    course.refresh_from_db()
    return course.rating_count, course.rating_sum, str(course.average_rating)


def test_only_who_learned_some_of_it_may_rate(
    api, place: Enrollment, course: Course, sam: User, otto: User, tess: User
) -> None:
    body = {"rating": 5, "review": "Good"}
    early = api(sam).post(path(course), body, format="json")
    assert (early.status_code, early.json()["code"]) == (403, "not-eligible-to-rate")
    assert api(otto).post(path(course), body, format="json").status_code == 403
    own = api(tess).post(path(course), body, format="json")
    assert (own.status_code, own.json()["code"]) == (403, "own-course")
    assert api(None).post(path(course), body, format="json").status_code == 401
    LessonProgress.objects.create(
        enrollment=place, lesson=lesson(course, "more"), seconds=30 * 60, beat_at=timezone.now()
    )
    assert api(sam).post(path(course), body, format="json").status_code == 201


def test_one_rating_that_can_be_changed_and_taken_back(api, course: Course, learner: User) -> None:
    sams = api(learner)
    made = sams.post(path(course), {"rating": 5, "review": "Good"}, format="json").json()
    assert figures(course) == (1, 5, "5.00")
    again = sams.post(path(course), {"rating": 3}, format="json")
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    assert figures(course) == (1, 3, "3.00")
    own = f"/api/v1/ratings/{made['id']}/"
    sams.patch(own, {"rating": 4}, format="json")
    assert figures(course) == (1, 4, "4.00")
    assert sams.delete(own).status_code == 204
    assert figures(course) == (0, 0, "0.00")
    assert counting.recount(dry_run=True) == []


WRONG = [
    *({"rating": 0}, {"rating": 6}, {"rating": 4.5}, {"rating": "x"}, {}),
    *({"rating": 5, "score": 1}, {"rating": 5, "review": "x" * 4001}),
    {"rating": 5, "review": "\u202e"},
]


@pytest.mark.parametrize("body", WRONG, ids=str)
def test_what_is_no_rating_is_400(api, course: Course, learner: User, body) -> None:
    assert api(learner).post(path(course), body, format="json").status_code == 400
    assert figures(course)[0] == 0


def many(course: Course, stars: list[int]) -> list[CourseRating]:
    found = []
    for number, value in enumerate(stars):
        user = cast.person(f"Learner{number}")
        place = enrolling.enroll(user_id=user.pk, course=course)
        Enrollment.objects.filter(pk=place.pk).update(percent=50)
        found.append(ratings.rate(user=user, course=course, rating=value, review=f"{value}")[0])
    return found


def test_the_plain_mean_is_shown_and_new_until_three(api, course: Course, client: Client) -> None:
    many(course, [5, 5])
    assert "New" in client.get("/courses/").content.decode()
    many_more = cast.person("Third")
    place = enrolling.enroll(user_id=many_more.pk, course=course)
    Enrollment.objects.filter(pk=place.pk).update(percent=20)
    ratings.rate(user=many_more, course=course, rating=3, review="")
    found = api(None).get(path(course)).json()
    assert (found["average"], found["count"]) == ("4.33", 3)
    assert found["histogram"] == {"5": 2, "4": 0, "3": 1, "2": 0, "1": 0}
    assert "4.33 of 5" in client.get("/courses/").content.decode()


def test_the_order_weighs_and_says_how(course: Course, publish, client: Client) -> None:
    """Few perfect ones do not outrank many good ones; the formula is a page's."""
    loved, weak = publish(slug="loved"), publish(slug="weak")
    Course.objects.filter(pk=loved.pk).update(rated_5=390, rated_4=10)
    Course.objects.filter(pk=weak.pk).update(rated_2=200)
    Course.objects.filter(pk=course.pk).update(rated_5=1)
    assert ratings.rerank() == 3
    course.refresh_from_db()
    loved.refresh_from_db()
    mean = (5 * 391 + 4 * 10 + 2 * 200) / 601
    assert course.rating_rank == pytest.approx(1e6 * (10 * mean + 5) / 11, abs=1)
    assert course.rating_rank < loved.rating_rank
    assert ratings.rerank() == 0
    page = client.get("/help/ratings/").content.decode()
    assert "10 × 3.99" in page
    assert "over 601 ratings" in page


def test_the_mean_is_three_and_a_half_until_a_hundred(course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(rated_5=99)
    ratings.rerank()
    assert ratings.prior().mean == 3_500_000
    Course.objects.filter(pk=course.pk).update(rated_5=100)
    ratings.rerank()
    assert ratings.prior().mean == 5_000_000


def test_the_author_replies_once_and_nobody_else(
    api, course: Course, learner: User, tess: User, orla: User
) -> None:
    row, _new = ratings.rate(user=learner, course=course, rating=4, review="Fine")
    reply = f"/api/v1/ratings/{row.pk}/reply/"
    for person, status in ((learner, 403), (orla, 404), (tess, 200)):
        assert api(person).post(reply, {"reply": "Thanks"}, format="json").status_code == status
    api(tess).post(reply, {"reply": "Thank you"}, format="json")
    shown = api(None).get(path(course)).json()["results"]
    assert [row["reply"] for row in shown] == ["Thank you"]


def test_a_report_comes_before_a_moderator_and_a_hidden_review_counts_nowhere(
    api, course: Course, learner: User, otto: User, ada: User, client: Client, drain
) -> None:
    row, _new = ratings.rate(user=learner, course=course, rating=1, review="RUDE")
    report = f"/api/v1/ratings/{row.pk}/report/"
    for _ in range(2):
        answer = api(otto).post(report, {"reason": "Insults"}, format="json")
        assert answer.status_code == 202
    waiting = RatingReport.objects.get()
    drain()
    assert Notification.objects.get(kind="rating-reported").user == ada
    client.force_login(ada)
    queue = client.get("/admin/courses/ratingreport/").content.decode()
    assert "Insults" in queue
    client.post(
        "/admin/courses/ratingreport/",
        {"action": "uphold", "_selected_action": [str(waiting.pk)]},
    )
    waiting.refresh_from_db()
    assert (waiting.state, figures(course)) == ("hidden", (0, 0, "0.00"))
    assert AuditEntry.objects.filter(action="rating.hidden").count() == 1
    assert api(otto).get(path(course)).json()["results"] == []
    own = api(learner).get(path(course)).json()["results"]
    assert [(row["hidden"], row["mine"]) for row in own] == [(True, True)]
    client.post(
        "/admin/courses/courserating/",
        {"action": "show", "_selected_action": [str(row.pk)], "reason": "No harm in it"},
    )
    assert figures(course) == (1, 1, "1.00")
    assert counting.recount(dry_run=True) == []


def test_changing_a_hidden_rating_counts_nothing(course: Course, learner: User, ada: User) -> None:
    row, _new = ratings.rate(user=learner, course=course, rating=1, review="")
    ratings.hide(rating=row, hidden=True, actor_id=ada.pk)
    ratings.rate(user=learner, course=course, rating=5, review="")
    assert figures(course) == (0, 0, "0.00")
    ratings.hide(rating=row, hidden=False, actor_id=ada.pk)
    assert figures(course) == (1, 5, "5.00")
    ratings.hide(rating=row, hidden=True, actor_id=ada.pk)
    ratings.withdraw(rating=row)
    assert counting.recount(dry_run=True) == []


def test_anothers_rating_is_not_ones_own(api, course: Course, learner: User, otto: User) -> None:
    row, _new = ratings.rate(user=learner, course=course, rating=4, review="")
    for call in (api(otto).patch, api(otto).delete):
        assert call(f"/api/v1/ratings/{row.pk}/", {"rating": 1}, format="json").status_code == 404


def test_any_sequence_leaves_no_drift(course: Course, ada: User) -> None:
    dice = random.Random(11)
    rows = many(course, [dice.randint(1, 5) for _ in range(8)])
    people = {row.pk: row.user for row in rows}
    acts: list[Callable[[CourseRating], object]] = [
        lambda row: ratings.rate(
            user=people[row.pk], course=course, rating=dice.randint(1, 5), review=""
        ),
        lambda row: ratings.withdraw(rating=row),
        lambda row: ratings.hide(rating=row, hidden=dice.random() < 0.5, actor_id=ada.pk),
        lambda row: ratings.edit(rating=row, stars=dice.randint(1, 5), review=None),
    ]
    for _ in range(120):
        row = dice.choice(rows)
        try:
            dice.choice(acts)(row)
        except CourseRating.DoesNotExist:
            continue
        except NotEligible as error:
            raise AssertionError from error
    assert counting.recount(dry_run=True) == []


def test_recounting_mends_what_was_wrong(course: Course, learner: User, capsys) -> None:
    ratings.rate(user=learner, course=course, rating=4, review="")
    Course.objects.filter(pk=course.pk).update(rated_4=7, enrollment_count=9)
    call_command("recount_courses", "--dry-run")
    assert "differences: 1" in capsys.readouterr().out
    call_command("recount_courses")
    call_command("recount_courses", "--json")
    assert '"differences": 0' in capsys.readouterr().out
    course.refresh_from_db()
    assert (course.rated_4, course.enrollment_count) == (1, 1)


def test_ratings_go_by_links_and_forms(client: Client, course: Course, learner: User) -> None:
    client.force_login(learner)
    home = client.get("/learn/first-steps/").content.decode()
    assert "What do you think" in home
    client.post("/courses/first-steps/ratings/later/", {"moment": "20"})
    assert "What do you think" not in client.get("/learn/first-steps/").content.decode()
    wrong = client.post("/courses/first-steps/ratings/own/", {"review": "No stars"})
    assert wrong.status_code == 422
    client.post("/courses/first-steps/ratings/own/", {"rating": "4", "review": "Fine <b>"})
    page = client.get("/courses/first-steps/ratings/").content.decode()
    assert "Fine &lt;b&gt;" in page
    assert "4 of 5" in page
    client.post("/courses/first-steps/ratings/own/", {"remove": "1"})
    assert not CourseRating.objects.exists()


def test_reviews_are_flat(api, course: Course, query_budget) -> None:
    many(course, [5, 4, 3, 2, 1])
    with query_budget("ratings_list"):
        api(None).get(path(course))


def test_the_course_page_names_itself_to_machines(client: Client, course: Course) -> None:
    Course.objects.filter(pk=course.pk).update(title="</script><b>", rated_5=3)
    page = client.get("/courses/first-steps/").content.decode()
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert '"@type": "Course"' in block
    assert "\\u003c/script\\u003e" in block
    assert '"ratingValue": "5.00"' in block


def test_days_do_not_make_eligible(place: Enrollment, sam: User) -> None:
    Enrollment.objects.filter(pk=place.pk).update(created_at=timezone.now() - timedelta(days=90))
    assert not ratings.may_rate(place, place.course, sam)
