"""Stuck here: from a lesson to a tutor who knows it and is free, and back to the lesson."""

from datetime import time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import TutorProfile, User
from booking.events import BookingCompleted
from booking.models import Booking, LessonType
from booking.services import holding, offers, schedules
from courses.errors import HandoverNotBooked
from courses.models import Activity, Course, Enrollment, Handover, LessonNote
from courses.services import authoring, enrolling, handing_over
from tests.courses.conftest import lesson, pass_quiz, write_course
from tests.races.parallel import together
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money
from tutorme.web import handlers
from tutorme.web.stuck.finding import Knows, helpers

pytestmark = pytest.mark.django_db
WEEK = [{"day_of_week": day, "start": time(0), "end": time(23, 30)} for day in range(7)]


def opened(tutor: User, *, amount: int = 0, minutes: int = 30) -> LessonType:
    """A listed tutor with hours on every day."""
    TutorProfile.objects.update_or_create(
        user=tutor,
        defaults={"state": "approved", "approved_at": timezone.now(), "headline": "Patient"},
    )
    schedules.ensure(tutor_id=tutor.pk, time_zone="UTC")
    schedules.change(tutor_id=tutor.pk, changes={"weekly": WEEK, "notice_minutes": 0})
    price = Money(amount, "EUR")
    return offers.offer(tutor_id=tutor.pk, title="Half an hour", minutes=minutes, price=price)


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    found = authoring.load_course(write_course(tmp_path), instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll_free(user=sam, course=course)


@pytest.fixture
def chat(tess: User) -> LessonType:
    return opened(tess)


def test_who_knows_it_best_and_is_free_comes_first(
    course: Course, place: Enrollment, sam: User, tess: User, orla: User, otto: User
) -> None:
    one = lesson(course, "hello")
    assert helpers(one, sam) == []
    opened(orla)
    assert helpers(one, sam) == []
    Enrollment.objects.create(user=orla, course=course, completed_at=timezone.now())
    assert [(row.name, row.knows) for row in helpers(one, sam)] == [("Orla", Knows.COMPLETED)]
    opened(tess, minutes=60, amount=2000)
    opened(tess, minutes=45, amount=1500)
    found = helpers(one, sam)
    assert [(row.name, row.knows) for row in found] == [
        ("Tess", Knows.AUTHOR),
        ("Orla", Knows.COMPLETED),
    ]
    assert (found[0].minutes, found[0].price) == (45, Money(1500, "EUR"))
    assert all(row.starts[0] < timezone.now() + timedelta(days=1) for row in found)
    assert [row.name for row in helpers(one, orla)] == ["Tess"]
    schedules.change(tutor_id=tess.pk, changes={"weekly": []})
    TutorProfile.objects.filter(user=orla).update(is_listed=False)
    assert helpers(one, sam) == []


def test_the_queries_do_not_grow_with_the_tutors(
    course: Course, place: Enrollment, sam: User, chat: LessonType, orla: User, query_budget
) -> None:
    one = lesson(course, "hello")
    with query_budget("web_lesson_helpers"):
        assert len(helpers(one, sam)) == 1
    opened(orla)
    Enrollment.objects.create(user=orla, course=course, completed_at=timezone.now())
    with query_budget("web_lesson_helpers"):
        assert len(helpers(one, sam)) == 2


def test_from_the_lesson_to_the_tutor_and_back_by_forms_alone(
    client: Client, course: Course, place: Enrollment, chat: LessonType, sam: User, tess: User
) -> None:
    LessonNote.objects.create(user=sam, lesson=lesson(course, "hello"), body="Why **open**?")
    client.force_login(sam)
    page = client.get("/learn/first-steps/hello/").content.decode()
    assert 'href="/learn/first-steps/hello/help/"' in page
    shown = client.get("/learn/first-steps/hello/help/?t=75").content.decode()
    assert "Choose a time with Tess" in shown
    form = {"tutor": tess.pk, "note": "Who are all?", "at_s": "75", "with_notes": "on"}
    answer = client.post("/learn/first-steps/hello/help/", form)
    row = Handover.objects.get()
    assert answer["Location"] == f"/book/tess/?about={row.pk}"
    client.force_login(tess)
    assert client.get(f"/handovers/{row.pk}/").status_code == 404
    client.force_login(sam)
    assert "Choose a time with Tess" in client.get(f"/handovers/{row.pk}/").content.decode()

    book = client.get(answer["Location"])
    assert f'name="about" value="{row.pk}"' in book.content.decode()
    start = book.context["slots"][0].start
    wish = {"kind": chat.pk, "start": f"{start:%Y-%m-%dT%H:%M:%S%z}", "about": row.pk}
    client.post(f"/book/tess/?about={row.pk}", wish)
    booking = Booking.objects.get()
    row.refresh_from_db()
    assert row.booking_id == booking.pk

    client.force_login(tess)
    lesson_page = client.get(f"/lessons/{booking.pk}/").content.decode()
    assert f'href="/handovers/{row.pk}/"' in lesson_page
    pack = client.get(f"/handovers/{row.pk}/").content.decode()
    assert "Who are all?" in pack
    assert "<strong>open</strong>" in pack
    assert "at 1:15" in pack
    sent = {"reply": "All is **everybody**.", "practice": "more"}
    assert client.post(f"/handovers/{row.pk}/", {"reply": ""}).status_code == 422
    assert client.post(f"/handovers/{row.pk}/", {**sent, "practice": "x"}).status_code == 422
    assert client.post(f"/handovers/{row.pk}/", sent).status_code == 302
    client.post(f"/handovers/{row.pk}/", {**sent, "reply": "All are everybody."})
    assert OutboxEvent.objects.filter(name="handover.answered").count() == 1

    client.force_login(sam)
    back = client.get("/learn/first-steps/hello/").content.decode()
    assert "All are everybody." in back
    assert 'href="/learn/first-steps/more/"' in back
    assert client.post(f"/handovers/{row.pk}/", sent).status_code == 404


def book(client, wish: dict):
    key = {"Idempotency-Key": str(uuid4())}
    return client.post("/api/v1/bookings/", wish, format="json", headers=key)


def test_by_the_api(
    api, course: Course, place: Enrollment, chat: LessonType, sam: User, tess: User, otto: User
) -> None:
    one = lesson(course, "more")
    path = f"/api/v1/lessons/{one.pk}/help/"
    assert api(otto).get(path).status_code == 403
    (tutor,) = api(sam).get(path).json()["tutors"]
    assert (tutor["display_name"], tutor["knows"]) == ("Tess", "author")
    assert tutor["price"] == {"amount": "0.00", "currency": "EUR"}
    for wrong in ({"tutor": str(otto.pk)}, {"tutor": str(sam.pk)}):
        assert api(sam).post(path, wrong, format="json").status_code == 404
    assert api(sam).post(path, {"tutor": tutor["id"], "at_s": -1}, format="json").status_code == 400
    made = api(sam).post(path, {"tutor": tutor["id"], "note": "Hm."}, format="json")
    assert made.status_code == 201
    again = api(sam).post(path, {"tutor": tutor["id"], "note": "Hm?"}, format="json").json()
    assert (again["id"], again["note"]) == (made.json()["id"], "Hm?")
    own = f"/api/v1/handovers/{again['id']}/"
    assert api(tess).get(own).status_code == 404
    wish = {"session_type": str(chat.pk), "start": tutor["starts"][0], "about": again["id"]}
    booked = book(api(sam), wish)
    assert booked.status_code == 201
    pack = api(tess).get(own).json()
    assert (pack["booking"], pack["attempts"], pack["notes"]) == (booked.json()["id"], [], [])
    assert api(otto).get(own).status_code == 404
    reply = {"reply": "Read it aloud.", "practice": "nothing"}
    assert api(tess).post(f"{own}answer/", reply, format="json").status_code == 400
    told = api(tess).post(f"{own}answer/", {"reply": "Read it aloud."}, format="json").json()
    assert told["reply"] == "Read it aloud."
    assert api(sam).get("/api/v1/handovers/").json()["results"][0]["replied_at"]


def test_the_pack_says_how_the_quiz_went(
    course: Course, place: Enrollment, chat: LessonType, sam: User, tess: User, api
) -> None:
    pass_quiz(place)
    check = lesson(course, "check")
    row = handing_over.ask(user=sam, lesson=check, tutor_id=tess.pk)
    with pytest.raises(HandoverNotBooked):
        handing_over.answer(handover_id=row.pk, tutor=tess, reply="?")
    Handover.objects.update(booking_id=row.pk)
    pack = api(tess).get(f"/api/v1/handovers/{row.pk}/").json()
    assert [(one["percent"], one["passed"]) for one in pack["attempts"]] == [(100, True)]
    assert "KEYCANARY" not in str(pack)


def test_a_lesson_that_was_held_counts_for_the_students_day(
    chat: LessonType, sam: User, tess: User
) -> None:
    when = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    row = holding.hold(student=sam, wish=holding.Wish(chat.pk, when))
    held = BookingCompleted(row.pk, row.version, tess.pk, sam.pk)
    for _ in range(2):
        handlers.count_the_session(held)
    activity = Activity.objects.get()
    assert (activity.user_id, activity.kind) == (sam.pk, "session")
    assert (activity.object_id, activity.at) == (row.pk, row.ends_at)


def test_somebody_elses_handover_is_not_attached(
    course: Course, place: Enrollment, chat: LessonType, sam: User, otto: User, tess: User, api
) -> None:
    row = handing_over.ask(user=sam, lesson=lesson(course, "hello"), tutor_id=tess.pk)
    start = f"{timezone.now() + timedelta(days=2):%Y-%m-%dT10:00:00Z}"
    wish = {"session_type": str(chat.pk), "start": start, "about": str(row.pk)}
    assert book(api(otto), wish).status_code == 201
    row.refresh_from_db()
    assert row.booking_id is None


@pytest.mark.django_db(transaction=True)
def test_it_belongs_to_one_booking_whoever_asks_at_once(
    course: Course, place: Enrollment, chat: LessonType, sam: User, tess: User
) -> None:
    one = lesson(course, "hello")
    asks = [lambda: handing_over.ask(user=sam, lesson=one, tutor_id=tess.pk)] * 8
    made = together(asks)
    assert len({row.pk for row in made}) == 1
    when = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    booked = [
        holding.hold(student=sam, wish=holding.Wish(chat.pk, when + timedelta(hours=n))).pk
        for n in range(2)
    ]
    facts = {"handover_id": made[0].pk, "student_id": sam.pk, "tutor_id": tess.pk}
    acts = [lambda pk=pk: handing_over.attach(**facts, booking_id=pk) for pk in booked * 4]
    assert sorted(together(acts)) == [False] * 7 + [True]
