"""Coming into a course, leaving it, doing a lesson again, and finding words in it."""

import json
import random
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses import handlers
from courses.models import Course, Enrollment, Lesson, LessonProgress
from courses.services import counting, enrolling, files, learning, recomputing
from courses.uploads import MATERIAL
from payments.events import PaymentRefunded
from tests import cast
from tests.courses.conftest import edit, lesson, pass_quiz
from tests.payments.conftest import bare_order
from tutorme.core.files import storing
from tutorme.core.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db


def test_leaving_gives_the_place_back_and_keeps_what_was_learned(
    api, place: Enrollment, course: Course, sam: User, otto: User
) -> None:
    learning.complete_lesson(enrollment=place, lesson=lesson(course, "hello"))
    path = f"/api/v1/me/enrollments/{place.pk}/"
    assert api(otto).delete(path).status_code == 404
    assert api(sam).delete(path).status_code == 204
    assert api(sam).delete(path).status_code == 404
    course.refresh_from_db()
    assert course.enrollment_count == 0
    again = api(sam).post(f"/api/v1/courses/{course.pk}/enroll/").json()
    assert (again["id"], again["percent"]) == (str(place.pk), 33)


def test_a_full_refund_after_completion_takes_the_place_and_leaves_what_happened(
    publish, sam: User, drain
) -> None:
    """Whoever issued something on it hears of it; leaving says that nothing was paid back."""
    course = publish(slug="paid", amount="29.00")
    order = bare_order(sam, target_id=course.pk, captured_at=timezone.now())
    place = enrolling.enroll(user_id=sam.pk, course=course, order_id=order.pk)
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    pass_quiz(place)
    place.refresh_from_db()
    done = (place.completed_at, place.completed_version, place.certified_version)
    facts = (order.pk, "course", course.pk, sam.pk, 1450, "EUR")
    handlers.give_the_place_back(PaymentRefunded(*facts, full=False))
    assert told_of_cancelling() == []
    for _ in range(2):
        handlers.give_the_place_back(PaymentRefunded(*facts, full=True))
    place.refresh_from_db()
    assert place.state == "cancelled"
    assert (place.completed_at, place.completed_version, place.certified_version) == done
    assert told_of_cancelling() == [True]
    again = enrolling.enroll(user_id=sam.pk, course=course, order_id=order.pk)
    assert again.state == "completed"
    enrolling.leave(enrollment=again)
    assert told_of_cancelling() == [True, False]


def told_of_cancelling() -> list[bool]:
    rows = OutboxEvent.objects.filter(name="enrollment.cancelled").order_by("pk")
    return [row.payload["refunded"] for row in rows]


def test_who_paid_comes_again_for_nothing(api, publish, sam: User) -> None:
    course = publish(slug="paid", amount="29.00")
    path = f"/api/v1/courses/{course.pk}/enroll/"
    assert api(sam).post(path).status_code == 402
    order = bare_order(sam, target_id=course.pk, captured_at=timezone.now())
    type(order).objects.filter(pk=order.pk).update(state="captured", kind="course")
    assert api(sam).post(path).status_code == 201
    assert Enrollment.objects.get().order_id == order.pk


def test_enrolling_and_leaving_at_random_keeps_the_count(course: Course) -> None:
    dice = random.Random(5)
    people = [cast.person(f"Pupil{number}") for number in range(8)]
    for _ in range(150):
        user = dice.choice(people)
        if dice.random() < 0.5:
            enrolling.enroll(user_id=user.pk, course=course)
        elif row := Enrollment.objects.filter(user=user).first():
            enrolling.leave(enrollment=row)
    course.refresh_from_db()
    assert course.enrollment_count == Enrollment.objects.open().count()
    assert counting.recount(dry_run=True) == []


def test_a_lesson_is_done_again_on_purpose(
    api, place: Enrollment, course: Course, sam: User
) -> None:
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    pass_quiz(place)
    place.refresh_from_db()
    first = place.completed_at
    path = f"/api/v1/lessons/{lesson(course, 'hello').pk}/progress/reset/"
    answer = api(sam).post(path, {}, format="json").json()
    assert (answer["percent"], answer["state"]) == (66, "completed")
    place.refresh_from_db()
    assert place.completed_at == first
    row = LessonProgress.objects.get(lesson=lesson(course, "hello"))
    assert (row.completed_at, row.position) == (None, 0)
    entry = AuditEntry.objects.get(action="lesson.reset")
    assert (entry.actor_id, entry.before["position"]) == (sam.pk, 1000)  # type: ignore[index]
    assert recomputing.recompute(dry_run=True) == []


def test_a_teacher_resets_with_a_reason_and_others_do_not(
    api, place: Enrollment, course: Course, sam: User, tess: User, orla: User, ada: User
) -> None:
    one = lesson(course, "hello")
    learning.complete_lesson(enrollment=place, lesson=one)
    path, body = f"/api/v1/lessons/{one.pk}/progress/reset/", {"enrollment": str(place.pk)}
    assert api(orla).post(path, {**body, "reason": "x"}, format="json").status_code == 404
    assert api(tess).post(path, body, format="json").status_code == 400
    assert api(tess).post(path, {**body, "reason": "New rules"}, format="json").status_code == 200
    assert AuditEntry.objects.get(action="lesson.reset").reason == "New rules"
    assert api(ada).post(path, {**body, "reason": "Again"}, format="json").status_code == 200


def test_parts_and_places_go_upwards_and_resuming_follows_the_last(
    api, place: Enrollment, course: Course, sam: User
) -> None:
    path = f"/api/v1/lessons/{lesson(course, 'more').pk}/progress/"

    def send(**facts) -> dict:
        body = {"client_event_id": str(uuid4()), **facts}
        return api(sam).post(path, body, format="json").json()

    send(position=700, sections={"intro": 1000, "part": 400})
    told = send(position=300, sections={"part": 200, "end": 5})
    assert (told["position"], told["resume"]) == (700, 300)
    assert told["sections"] == {"intro": 1000, "part": 400, "end": 5}
    wrong = {"client_event_id": str(uuid4()), "sections": {"x" * 81: 1}}
    assert api(sam).post(path, wrong, format="json").status_code == 400


def test_explaining_says_what_remains(
    api, place: Enrollment, course: Course, sam: User, client: Client
) -> None:
    edit(course, "more", kind="video", data={"url": "https://e.test/v", "duration_seconds": 100})
    edit(course, "hello", is_required=False)
    row = lesson(course, "more")
    LessonProgress.objects.create(enrollment=place, lesson=row, watched=[[0, 20], [50, 100]])
    told = api(sam).get(f"/api/v1/courses/{course.pk}/progress/explain/").json()
    video = next(one for one in told["lessons"] if one["id"] == str(row.pk))
    assert (video["watched_seconds"], video["remaining_seconds"], video["state"]) == (
        70,
        20,
        "open",
    )
    assert [one["title"] for one in told["optional"]] == ["Hello"]
    client.force_login(sam)
    page = client.get("/learn/first-steps/my/progress/").content.decode()
    assert "0:20 still to be seen" in page
    assert "What does not count" in page


def test_the_way_out_is_asked_for_twice(client: Client, place: Enrollment, sam: User) -> None:
    client.force_login(sam)
    client.post("/learn/first-steps/my/leave/")
    assert Enrollment.objects.open().exists()
    client.post("/learn/first-steps/my/leave/", {"sure": "on"})
    assert not Enrollment.objects.open().exists()


def test_doing_a_lesson_again_by_a_form(client: Client, place: Enrollment, sam: User) -> None:
    client.force_login(sam)
    client.post("/learn/first-steps/hello/complete/")
    assert "Do this lesson again" in client.get("/learn/first-steps/hello/").content.decode()
    client.post("/learn/first-steps/hello/reset/")
    assert not LessonProgress.objects.filter(completed_at__isnull=False).exists()


def test_words_are_found_in_open_lessons_alone(
    api, place: Enrollment, course: Course, sam: User, otto: User
) -> None:
    body = "# Kites\n\nA **kite** flies <script>alert(1)</script> &amp; <b>high</b> over houses."
    Lesson.objects.filter(pk=lesson(course, "more").pk).update(body=body)
    path = f"/api/v1/courses/{course.pk}/search/"
    hits = api(sam).get(path, {"search": "kites house"}).json()
    assert [hit["key"] for hit in hits] == ["more"]
    assert "<mark>kite</mark>" in hits[0]["snippet"].lower()
    assert "<script" not in hits[0]["snippet"]
    assert "<b>" not in hits[0]["snippet"]
    for person in (None, otto):
        assert api(person).get(path, {"search": "kites"}).json() == []
    assert api(sam).get(path, {"search": ""}).status_code == 400
    assert api(sam).get(path, {"search": "the ("}).status_code == 200


def test_words_said_in_a_video_are_found_where_they_are_said(
    api, place: Enrollment, course: Course, sam: User, otto: User, client: Client, media: Path
) -> None:
    lines = ("Good morning.", "Today we fold a café <i>napkin</i>.", "Twice & slowly.")
    cues = [f"00:0{n}:05.000 --> 00:0{n}:09.000\n{line}" for n, line in enumerate(lines)]
    captions("en.vtt", course, "WEBVTT\n\n" + "\n\n".join(cues))
    track = {"file": "en.vtt", "language": "en", "label": "English"}
    video = {"url": "https://e.test/v", "duration_seconds": 100}
    edit(course, "more", kind="video", body="Watch.", data={**video, "captions": [track]})
    path = f"/api/v1/courses/{course.pk}/search/"
    (hit,) = api(sam).get(path, {"search": "cafe napkins"}).json()
    assert (hit["key"], hit["at_s"]) == ("more", 65)
    assert hit["snippet"] == (
        "Today we fold a <mark>café</mark> <mark>napkin</mark>. Twice &amp; slowly."
    )
    assert api(sam).get(path, {"search": "watch"}).json()[0]["at_s"] is None
    assert api(otto).get(path, {"search": "napkin"}).json() == []
    client.force_login(sam)
    page = client.get("/learn/first-steps/my/search/?q=napkin").content.decode()
    assert 'href="/learn/first-steps/more/?t=65"' in page
    assert "Said in the video at 1:05" in page
    edit(course, "more", data=video)
    assert api(sam).get(path, {"search": "napkin"}).json() == []


def captions(name: str, course: Course, text: str) -> None:
    """A file of captions in the course's draft."""
    owner = course.instructor_id
    upload = SimpleUploadedFile(name, text.encode())
    kept = storing.store(owner_id=owner, purpose=MATERIAL, upload=upload)
    files.attach(course=course, file_id=kept.pk, owner_id=owner, name=name)


def test_searching_a_course_by_a_form(client: Client, place: Enrollment, sam: User) -> None:
    client.force_login(sam)
    page = client.get("/learn/first-steps/my/search/?q=enrolled").content.decode()
    assert "<mark>enrolled</mark>" in page
    assert (
        "No lesson says that"
        in client.get("/learn/first-steps/my/search/?q=zebra").content.decode()
    )


def test_the_command_says_what_differs(place: Enrollment, capsys) -> None:
    Enrollment.objects.update(percent=7)
    call_command("recompute_progress", "--dry-run", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["differences"], told["enrollments"][0]["kept"]) == (1, 7)
    call_command("recompute_progress", "--course", "first-steps")
    assert "differences: 1" in capsys.readouterr().out
    call_command("recompute_progress")
    assert "differences: 0" in capsys.readouterr().out


def test_what_a_lesson_search_costs(api, place: Enrollment, course, sam, query_budget) -> None:
    client = api(sam)
    with query_budget("courses_search_inside"):
        client.get(f"/api/v1/courses/{course.pk}/search/", {"search": "more"})
    with query_budget("courses_explain"):
        client.get(f"/api/v1/courses/{course.pk}/progress/explain/")
