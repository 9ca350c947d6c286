"""The builder by links and forms alone: a tutor makes a course of every kind of lesson, publishes
it, and a learner sees it."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from courses.models import Attendance, Course, Enrollment, LessonDraft
from courses.services import drafting, quiz_content
from tests.cast import PASSWORD
from tests.courses.conftest import QUIZ, edit, lesson
from tests.courses.test_pages import text

pytestmark = pytest.mark.django_db
ROOT = "/teach/courses/"
VTT = b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\n<v Tess>Two half hitches.\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 400


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        assert client.login(email=user.email, password=PASSWORD)
        return client

    return signed_in


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def posted(form: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send back from a page's lesson form, with some fields changed."""
    data = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    data |= {
        name: "\n".join(map(str, value)) for name, value in data.items() if isinstance(value, list)
    }
    sent = {
        name: value for name, value in data.items() if value is not False and name in form.fields
    }
    return {**sent, **{name.replace("own_", "data-"): value for name, value in changes.items()}}


def write(client: Client, draft: LessonDraft, **changes: Any) -> Any:
    address = f"{ROOT}{draft.course.slug}/lessons/{draft.pk}/"
    page = client.get(address)
    assert page.status_code == 200
    answer = client.post(address, posted(page.context["form"], **changes))
    assert answer.status_code == 302, answer.context["form"].errors
    return answer


def test_a_thousand_typed_with_its_comma_is_not_sold_for_one(
    browser: Callable[[User], Client], tess: User
) -> None:
    about = {"title": "Knots", "summary": "Six knots that hold.", "currency": "EUR"}
    answer = browser(tess).post(f"{ROOT}new/", {**about, "amount": "1,000"})
    assert answer.status_code == 422
    assert "such as 30" in str(answer.context["form"].errors["amount"])


def test_a_tutor_makes_a_course_and_a_learner_sees_it(
    browser, media: Path, tess: User, sam: User, drain
) -> None:
    client = browser(tess)
    assert "No course yet" in text(client.get(ROOT))
    basics = {
        "title": "Knots",
        "summary": "Six that hold.",
        "category": "sailing",
        "difficulty": "beginner",
        "language": "en",
        "amount": "0",
        "currency": "EUR",
        "outcomes": "Tie a bowline\nUntie it again",
    }
    made = client.post(f"{ROOT}new/", basics)
    assert made.status_code == 302, made.context["form"].errors
    assert made["Location"] == f"{ROOT}knots/"
    course = Course.objects.get(slug="knots")
    for kind in ("text", "video", "quiz", "exercise", "file", "embed", "live"):
        client.post(f"{ROOT}knots/lessons/", {"title": f"A {kind}", "kind": kind, "section": ""})
    drafts = {row.kind: row for row in course.lesson_drafts.select_related("course")}
    assert len(drafts) == 7

    for name, content in (("rope.png", picture()), ("knot.mp4", MP4), ("en.vtt", VTT)):
        upload = {"upload": SimpleUploadedFile(name, content), "lesson": drafts["video"].pk}
        assert client.post(f"{ROOT}knots/files/", upload).status_code == 302
    write(client, drafts["text"], body="![A rope](files/rope.png)\r\n\r\nTake **one** end.")
    write(
        client,
        drafts["video"],
        own_file="knot.mp4",
        own_duration_seconds="60",
        own_track0_file="en.vtt",
        own_track0_language="en",
        own_track0_label="English",
    )
    write(
        client, drafts["exercise"], body="Tie one and send a picture.", own_completion="submitted"
    )
    write(client, drafts["file"], own_files="rope.png")
    write(client, drafts["embed"], own_url="https://www.geogebra.org/m/abc", own_label="A circle")
    write(
        client,
        drafts["live"],
        own_starts_at="2027-01-31T18:00",
        own_duration_minutes="60",
        own_join_url="https://meet.example.org/knots",
    )
    quiz_content.load(drafts["quiz"], QUIZ)
    over = text(client.get(f"{ROOT}knots/publish/"))
    assert "This is the first version" in over
    done = client.post(f"{ROOT}knots/publish/", {"note": "The first"}, follow=True)
    assert "Published." in text(done)

    sams = browser(sam)
    sams.post("/courses/knots/enroll/")
    page = text(sams.get("/learn/knots/a-text/"))
    assert '<img src="/learn/knots/files/rope.png" alt="A rope">' in page
    shown = sams.get("/learn/knots/files/rope.png")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert shown.getvalue()[8:12] == b"WEBP"
    video = text(sams.get("/learn/knots/a-video/"))
    assert 'src="/learn/knots/files/knot.mp4"' in video
    assert "Two half hitches." in video
    part = sams.get("/learn/knots/files/knot.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.getvalue()) == (206, b"ftyp")
    closed = sams.get("/learn/knots/a-embed/")
    assert "<iframe" not in text(closed)
    assert "frame-src" not in closed["Content-Security-Policy"]
    opened = sams.get("/learn/knots/a-embed/?load=1")
    assert 'sandbox="' in text(opened)
    assert "frame-src https://www.geogebra.org" in opened["Content-Security-Policy"]
    assert "Join the session" in text(sams.get("/learn/knots/a-live/"))
    assert "rope.png" in text(sams.get("/learn/knots/a-file/"))
    assert "Tie one" in text(sams.get("/learn/knots/a-exercise/"))
    assert "To pass" in text(sams.get("/learn/knots/a-quiz/"))

    # Half of the session completes it, by the tutor's sheet.
    live = lesson(course, "a-live")
    place = Enrollment.objects.get(user=sam)
    sheet = f"{ROOT}knots/lessons/{live.pk}/attendance/"
    assert "Sam" in text(client.get(sheet))
    client.post(sheet, {f"minutes-{place.pk}": "30"})
    assert Attendance.objects.get().minutes == 30
    assert place.progress.get(lesson=live).completed_at


def test_the_outline_is_moved_by_buttons(browser, course: Course, tess: User) -> None:
    client = browser(tess)
    page = text(client.get(f"{ROOT}first-steps/"))
    assert re.search(r"Move “More” up", page)
    keys = lambda: list(  # noqa: E731
        course.lesson_drafts.order_by("position").values_list("key", flat=True)
    )
    more = course.lesson_drafts.get(key="more")
    change = f"{ROOT}first-steps/lessons/{more.pk}/change/"
    client.post(change, {"act": "up"})
    assert keys() == ["more", "hello", "check"]
    for _ in range(2):
        client.post(change, {"act": "down"})
    assert keys() == ["hello", "more", "check"]
    more.refresh_from_db()
    assert more.section.title == "Checking"
    client.post(change, {"act": "remove"})
    assert keys() == ["hello", "check"]
    gone = course.lesson_revisions.get()
    back = f"{ROOT}first-steps/lessons/{gone.lesson_id}/history/{gone.pk}/"
    assert "More" in text(client.get(f"{ROOT}first-steps/"))
    assert client.post(back).status_code == 302
    assert keys() == ["hello", "check", "more"]
    section = course.section_drafts.get(title="Checking")
    address = f"{ROOT}first-steps/sections/{section.pk}/"
    client.post(address, {"act": "up"})
    assert keys() == ["check", "more", "hello"]
    client.post(address, {"act": "rename", "title": "Tests"})
    client.post(f"{ROOT}first-steps/sections/", {"title": "Last"})
    assert list(course.section_drafts.order_by("position").values_list("title", flat=True)) == [
        "Tests", "Reading", "Last",
    ]  # fmt: skip


def test_two_authors_see_both_texts(browser, course: Course, tess: User, ada: User) -> None:
    client = browser(tess)
    more = drafting.draft_of(course).course.lesson_drafts.get(key="more")
    address = f"{ROOT}first-steps/lessons/{more.pk}/"
    form = client.get(address).context["form"]
    adas = browser(ada)
    write(adas, more, body="Ada was here.")
    both = client.post(address, posted(form, body="Tess was here."))
    assert both.status_code == 412
    assert "Ada was here." in text(both)
    assert "Tess was here." in text(both)
    rest = dict(both.context["rest"])
    again = {**rest, "title": "More", "body": "Both were here.", "revision": 2}
    assert client.post(address, again).status_code == 302
    more.refresh_from_db()
    assert more.body == "Both were here."
    assert "Ada was here." in text(client.get(f"{address}history/"))


def test_learners_read_what_changed(browser, place, course: Course, tess: User, sam: User) -> None:
    Enrollment.objects.filter(pk=place.pk).update(completed_version=1)
    client = browser(tess)
    client.post(f"{ROOT}first-steps/lessons/", {"title": "Extra", "kind": "text", "section": ""})
    edit(course, "extra", body="More to read.")
    page = text(browser(sam).get("/courses/first-steps/changes/"))
    assert "1 new lesson since you finished" in page
    assert "<ins>Extra</ins>" in page
    assert "since you finished" not in text(Client().get("/courses/first-steps/changes/"))


def test_buttons_of_the_course_as_a_whole(browser, course: Course, tess: User) -> None:
    client = browser(tess)
    change = f"{ROOT}first-steps/change/"
    assert client.post(change, {"act": "copy"})["Location"] == f"{ROOT}first-steps-2/"
    client.post(change, {"act": "unpublish"})
    course.refresh_from_db()
    assert course.state == "draft"
    assert "Delete" in text(client.get(f"{ROOT}first-steps/"))
    assert client.post(f"{ROOT}first-steps-2/change/", {"act": "delete"})["Location"] == ROOT
    assert client.post(change, {"act": "nonsense"}).status_code == 404


@pytest.mark.parametrize("who", ["sam", "orla"])
def test_others_have_no_builder(browser, course: Course, request, who: str) -> None:
    client = browser(request.getfixturevalue(who))
    expected = 403 if who == "sam" else 404
    more = drafting.draft_of(course).course.lesson_drafts.get(key="more")
    for address in ("", "details/", "publish/", "files/", f"lessons/{more.pk}/"):
        assert client.get(f"{ROOT}first-steps/{address}").status_code == expected
    assert client.post(f"{ROOT}first-steps/change/", {"act": "delete"}).status_code == expected
    assert Client().get(f"{ROOT}first-steps/").status_code == 302
