"""Points and achievements: what learning earns, once, and what proves it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.utils import timezone

from accounts.models import User
from courses import criteria
from courses.errors import CriteriaInvalid, NotAwarded, PointsBelowZero
from courses.models import Achievement, Course, Enrollment, PointsEntry, UserAchievement
from courses.queries import badges
from courses.services import (
    achievement_catalogue,
    achievements,
    enrolling,
    learning,
    motivation,
    points,
    quizzes,
    streaks,
)
from realtime.models import Notification
from tests.courses.conftest import answers, lesson, pass_quiz
from tutorme.core.ids import uuid7
from tutorme.core.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db


def achievement(kind: str, number: int = 1, **facts: Any) -> Achievement:
    member = criteria.TYPES[kind]
    category = {"category": facts.pop("category")} if "category" in facts else {}
    return Achievement.objects.create(
        **{
            "slug": f"{kind}-{number}".replace("_", "-"),
            "title": f"{kind} {number}",
            "description": "Do it.",
            "criteria": {"type": kind, member: number, **category},
            "state": "active",
            **facts,
        }
    )


def ledger(user: User) -> dict[str, int]:
    rows = PointsEntry.objects.filter(user=user)
    return {f"{row.rule}": row.points for row in rows}


def finish(place: Enrollment) -> None:
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(place.course, key))
    pass_quiz(place)


def test_what_a_course_earns(place: Enrollment, sam: User, drain) -> None:
    finish(place)
    drain()
    sam.refresh_from_db()
    rows = PointsEntry.objects.filter(user=sam).values_list("rule", "points")
    assert sorted(rows) == [
        *[("course", 200), ("lesson", 10), ("lesson", 10), ("quiz", 25), ("quiz_first_try", 10)]
    ]
    assert sam.points == 255
    assert points.recount(dry_run=True) == 0


def test_doing_it_again_earns_nothing(place: Enrollment, sam: User, drain) -> None:
    finish(place)
    pass_quiz(place)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    sam.refresh_from_db()
    assert sam.points == 255


def test_a_pass_at_the_second_try_earns_the_pass_alone(place: Enrollment, sam: User, drain) -> None:
    quizzes.submit(attempt=quizzes.start(enrollment=place, lesson=lesson(place.course, "check")))
    pass_quiz(place)
    drain()
    assert ledger(sam) == {"quiz": 25}


def test_a_teacher_in_their_own_course_and_staff_earn_nothing(
    course: Course, tess: User, ada: User, drain
) -> None:
    for user in (tess, ada):
        finish(enrolling.enroll(user_id=user.pk, course=course))
    drain()
    assert not PointsEntry.objects.exists()
    assert badges.values_of(tess.pk, [criteria.Criterion("lessons_completed", 1)]) == {
        ("lessons_completed", ""): 0
    }


def test_past_the_days_limit_a_line_says_nothing(sam: User, settings) -> None:
    settings.POINTS_A_DAY = {"lesson": 25}
    mine, now = streaks.locked(sam.pk), timezone.now()
    given = [points.give(mine, points.Rule.LESSON, uuid7(), now) for _ in range(4)]
    tomorrow = points.give(mine, points.Rule.LESSON, uuid7(), now + timedelta(days=1))
    assert (given, tomorrow) == ([10, 10, 5, 0], 10)
    assert PointsEntry.objects.count() == 5


@pytest.mark.parametrize("sql", ["UPDATE {} SET points = 9", "DELETE FROM {}"])
def test_the_ledger_is_only_added_to(sam: User, sql: str) -> None:
    points.give(streaks.locked(sam.pk), points.Rule.LESSON, uuid7(), timezone.now())
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.format("courses_pointsentry"))
    assert PointsEntry.objects.get().points == 10


def test_a_correction_has_a_reason_and_an_actor_and_never_goes_below_zero(
    sam: User, ada: User
) -> None:
    points.give(streaks.locked(sam.pk), points.Rule.LESSON, uuid7(), timezone.now())
    points.correct(user_id=sam.pk, points=-4, reason="Counted twice", actor_id=ada.pk)
    with pytest.raises(PointsBelowZero):
        points.correct(user_id=sam.pk, points=-7, reason="More", actor_id=ada.pk)
    sam.refresh_from_db()
    assert (sam.points, points.recount(dry_run=True)) == (6, 0)
    entry = AuditEntry.objects.get(action="points.corrected")
    assert (entry.reason, entry.actor_id, entry.after["points"]) == ("Counted twice", ada.pk, -4)  # type: ignore[index]


def test_the_recount_finds_what_the_ledger_does_not_say(sam: User, capsys) -> None:
    User.objects.filter(pk=sam.pk).update(points=999_999)
    call_command("recount_points", "--dry-run", "--json")
    call_command("recount_points")
    call_command("recount_points", "--json")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == '{"differences": 1, "dry_run": true}'
    assert told[1:] == ["differences: 1", '{"differences": 0, "dry_run": false}']


# Achievements -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"type": "nonsense", "required_count": 1},
        {"type": "streak"},
        {"type": "streak", "required_count": 3},
        {"type": "streak", "required_days": 0},
        {"type": "streak", "required_days": True},
        {"type": "streak", "required_days": "3"},
        {"type": "streak", "required_days": 3, "colour": "red"},
        {"type": "courses_in_category", "required_count": 1},
        {"type": "courses_in_category", "required_count": 1, "category": " "},
        {"type": ["streak"], "required_days": 3},
        {"type": "points", "required_points": 10**9},
    ],
)
def test_criteria_that_cannot_be_judged_are_refused_everywhere(
    api, ada: User, client, wrong: Any
) -> None:
    facts = {"slug": "a", "title": "A", "description": "B", "criteria": wrong}
    with pytest.raises(CriteriaInvalid):
        Achievement.objects.create(**facts)
    with pytest.raises(ValidationError):
        Achievement(**facts).full_clean()
    answer = api(ada).post("/api/v1/achievements/", facts, format="json")
    assert answer.status_code in {400, 422}, answer.content
    assert not Achievement.objects.exists()


def test_the_database_knows_the_types_too(sam: User) -> None:
    row = achievement("streak", 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Achievement.objects.filter(pk=row.pk).update(criteria={"type": "nonsense"})


def test_every_type_is_reached_and_counted(place: Enrollment, sam: User, drain) -> None:
    rows = [
        achievement(kind, *([1] if kind != "points" else [255]))
        for kind in criteria.TYPES
        if kind != "courses_in_category"
    ]
    rows.append(achievement("courses_in_category", 1, category="Basics"))
    finish(place)
    for kind in ("session", "review"):
        motivation.did(user_id=sam.pk, kind=kind, object_id=uuid7(), at=timezone.now())  # type: ignore[arg-type]
    drain()
    assert {row.achievement_id for row in UserAchievement.objects.all()} == {r.pk for r in rows}
    for row in rows:
        assert list(badges.reached_by(row.criterion)) == [sam.pk], row


def test_points_of_one_reach_the_next(place: Enrollment, sam: User, drain) -> None:
    achievement("lessons_completed", 1, points=100)
    achievement("points", 110, points=50)
    achievement("points", 160, points=1)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    sam.refresh_from_db()
    assert (UserAchievement.objects.count(), sam.points) == (3, 161)
    assert points.recount(dry_run=True) == 0
    assert Notification.objects.filter(kind="achievement").count() == 3


def test_a_chain_ends_after_ten(sam: User) -> None:
    for step in range(1, 16):
        achievement("points", step, points=1)
    mine, now = streaks.locked(sam.pk), timezone.now()
    points.give(mine, points.Rule.REVIEW, uuid7(), now, points=1)
    assert achievements.evaluate(mine, {"points"}, now) == 10


def test_only_what_can_have_moved_is_looked_at(sam: User, django_assert_num_queries) -> None:
    achievement("streak", 3)
    mine = streaks.locked(sam.pk)
    with django_assert_num_queries(1):
        achievements.evaluate(mine, {"points"}, timezone.now())


def test_progress_says_seven_of_ten(place: Enrollment, sam: User, api, drain) -> None:
    achievement("lessons_completed", 10)
    achievement("lessons_completed", 1)
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(place.course, key))
    drain()
    rows = api(sam).get("/api/v1/me/achievements/").json()
    assert [(r["value"], r["of"], r["percent"], r["earned_at"] is not None) for r in rows] == [
        (1, 1, 100, True),
        (2, 10, 20, False),
    ]


def test_activating_gives_it_quietly_to_whoever_has_reached_it(
    place: Enrollment, sam: User, ada: User, drain
) -> None:
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    row = achievement("lessons_completed", 1, state="draft", points=30)
    achievement("points", 40)
    achievements.activate(achievement=row, actor_id=ada.pk)
    achievements.activate(achievement=row, actor_id=ada.pk)
    drain()
    sam.refresh_from_db()
    assert (UserAchievement.objects.filter(user=sam).count(), sam.points) == (2, 40)
    assert not OutboxEvent.objects.filter(name="achievement.awarded").exists()
    told = Notification.objects.filter(kind__startswith="achievement")
    assert [(line.user_id, line.facts["people"]) for line in told] == [(ada.pk, 1)]


def test_retiring_keeps_what_was_earned(place: Enrollment, sam: User, ada: User, drain) -> None:
    row = achievement("lessons_completed", 1)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    achievements.retire(achievement=row, actor_id=ada.pk)
    assert [badge.achievement.pk for badge in badges.badges_of(sam.pk)] == [row.pk]
    assert badges.badges_of(ada.pk) == []


def test_granting_taking_back_and_granting_again(sam: User, ada: User) -> None:
    row = achievement("streak", 30, points=40)
    facts = {"user_id": sam.pk, "achievement": row, "actor_id": ada.pk}
    assert achievements.grant(**facts, reason="Lost by our fault")  # type: ignore[arg-type]
    assert not achievements.grant(**facts, reason="Again")  # type: ignore[arg-type]
    achievements.revoke(**facts, reason="It was not")  # type: ignore[arg-type]
    with pytest.raises(NotAwarded):
        achievements.revoke(**facts, reason="Again")  # type: ignore[arg-type]
    sam.refresh_from_db()
    assert (sam.points, badges.badges_of(sam.pk)[0].earned_at) == (0, None)
    assert achievements.grant(**facts, reason="It was after all")  # type: ignore[arg-type]
    sam.refresh_from_db()
    assert (sam.points, points.recount(dry_run=True)) == (40, 0)
    acts = AuditEntry.objects.filter(action__startswith="achievement.").order_by("id")
    assert [row.action.split(".")[1] for row in acts] == ["granted", "revoked", "granted"]


def test_what_was_taken_back_is_not_earned_again(place: Enrollment, sam: User, ada, drain) -> None:
    row = achievement("lessons_completed", 1)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    achievements.revoke(user_id=sam.pk, achievement=row, reason="No", actor_id=ada.pk)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "more"))
    drain()
    assert achievements.recount() == 0
    assert not UserAchievement.objects.filter(revoked_at=None).exists()


def test_the_recount_gives_what_was_reached_and_forgotten(
    place: Enrollment, sam: User, drain, capsys
) -> None:
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    achievement("lessons_completed", 1)
    for arguments in (["--dry-run"], [], []):
        call_command("recount_achievements", *arguments)
    assert capsys.readouterr().out.split() == ["differences:", "1", "differences:", "1",
                                               "differences:", "0"]  # fmt: skip


def test_the_sites_own_list_is_loaded_once_and_left_alone(ada: User) -> None:
    count = achievement_catalogue.load()
    assert count == len(achievement_catalogue.rows()) == Achievement.objects.count()
    achievements.retire(achievement=Achievement.objects.first(), actor_id=ada.pk)  # type: ignore[arg-type]
    assert achievement_catalogue.load() == 0
    assert Achievement.objects.filter(state="retired").count() == 1


def test_calm_keeps_what_is_earned_and_says_nothing(
    place: Enrollment, sam: User, drain, client
) -> None:
    achievement("lessons_completed", 1)
    motivation.choose(user_id=sam.pk, changes={"is_calm": True})
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    assert UserAchievement.objects.filter(user=sam).exists()
    assert not Notification.objects.filter(kind="achievement").exists()
    client.force_login(sam)
    for page in ("/achievements/", "/achievements/points/", "/leaderboard/"):
        assert "You chose calm" in client.get(page).content.decode()
    assert "10 points" not in client.get("/today/").content.decode()


def test_graded_answers_of_a_failed_quiz_still_make_a_day(
    place: Enrollment, sam: User, drain
) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, {"capital": "b"}))
    quizzes.submit(attempt=attempt)
    drain()
    assert sam.activities.get().kind == "quiz"
