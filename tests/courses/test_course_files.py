"""A course's files: for whoever may read a lesson that names them, and for nobody else."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from courses.captions import cues
from courses.embeds import frame_of
from courses.errors import FileRefused
from courses.markdown import html_of
from courses.models import Course, CourseFile, Enrollment
from courses.services import enrolling, files, publishing
from courses.uploads import MATERIAL, PICTURE
from tests.courses.conftest import edit, lesson
from tutorme.core.errors import UploadRefused
from tutorme.core.files import blobs, storing
from tutorme.core.models import StoredFile

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"x" * 300
ADDRESS = "/learn/first-steps/files/paper.pdf"


def attached(course: Course, name: str, content: bytes, purpose: Any = MATERIAL) -> CourseFile:
    stored = storing.store(
        owner_id=course.instructor_id,
        purpose=purpose,
        upload=SimpleUploadedFile(name, content),
    )
    return files.attach(course=course, file_id=stored.pk, owner_id=course.instructor_id, name=name)


def status(client: Client, address: str) -> int:
    """Reads the answer to its end, which closes the file."""
    answer = client.get(address)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def browser(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


@pytest.fixture
def paper(media: Path, course: Course) -> Course:
    """A document that the lesson for those who enrolled names."""
    attached(course, "paper.pdf", PDF)
    return edit(course, "more", body="Read [the paper](files/paper.pdf).")


def test_premium_files_are_never_public(
    paper: Course, sam: User, otto: User, orla: User, tess: User, ada: User
) -> None:
    enrolling.enroll_free(user=sam, course=paper)
    seen = {who.display_name: status(browser(who), ADDRESS) for who in (sam, otto, orla)}
    assert seen == {"Sam": 200, "Otto": 404, "Orla": 404}
    assert status(browser(None), ADDRESS) == 404
    assert [status(browser(who), ADDRESS) for who in (tess, ada)] == [200, 200]
    answer = browser(sam).get(ADDRESS)
    assert answer.getvalue() == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    row = paper.files.get().live
    assert row is not None
    assert status(browser(sam), f"/files/{row.pk}/{row.name}") == 404


def test_a_place_given_back_closes_the_file(paper: Course, sam: User) -> None:
    place = enrolling.enroll_free(user=sam, course=paper)
    Enrollment.objects.filter(pk=place.pk).update(state="cancelled")
    assert status(browser(sam), ADDRESS) == 404


def test_a_locked_lesson_keeps_its_files_too(paper: Course, sam: User) -> None:
    enrolling.enroll_free(user=sam, course=paper)
    edit(paper, "more", drip_days=9)
    assert status(browser(sam), ADDRESS) == 404


def test_links_for_programs_end_and_are_bound_to_one_person(
    api, paper: Course, sam: User, otto: User
) -> None:
    place = enrolling.enroll_free(user=sam, course=paper)
    edit(paper, "hello", kind="file", data={"files": ["paper.pdf"]}, is_free_preview=False)
    one = lesson(paper, "hello")
    link = api(sam).get(f"/api/v1/lessons/{one.pk}/").json()["content"]["files"][0]["href"]
    assert browser(None).get(link).getvalue() == PDF
    assert status(browser(otto), link) == 404
    assert status(browser(None), link.replace("paper", "other")) == 404
    assert status(browser(None), link[:-3]) == 404
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert status(browser(None), link) == 404
    Enrollment.objects.filter(pk=place.pk).update(state="cancelled")
    assert status(browser(None), link) == 404


def test_what_everybody_may_read_brings_its_files(media: Path, course: Course) -> None:
    attached(course, "paper.pdf", PDF)
    edit(course, "hello", body="[Paper](files/paper.pdf)")
    assert status(browser(None), ADDRESS) == 200


def test_learners_keep_the_published_file_until_the_next_publishing(
    paper: Course, tess: User, sam: User
) -> None:
    enrolling.enroll_free(user=sam, course=paper)
    old = paper.files.get().live
    assert old is not None
    attached(paper, "paper.pdf", PDF + b"new")
    assert browser(sam).get(ADDRESS).getvalue() == PDF
    draft = "/teach/courses/first-steps/files/paper.pdf"
    assert browser(tess).get(draft).getvalue() == PDF + b"new"
    assert status(browser(sam), draft) == 404
    publishing.publish(course=paper, actor_id=tess.pk)
    assert browser(sam).get(ADDRESS).getvalue() == PDF + b"new"
    assert not StoredFile.objects.filter(pk=old.pk).exists()
    files.detach(file=paper.files.get())
    assert status(browser(sam), ADDRESS) == 200
    publishing.publish(course=paper, actor_id=tess.pk)
    assert status(browser(sam), ADDRESS) == 404
    assert not StoredFile.objects.exists()


def test_pictures_are_written_anew_without_what_was_hidden(media: Path, course: Course) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x9286] = "GPSCANARY"
    Image.new("RGB", (3000, 20), "teal").save(out, "JPEG", exif=exif)
    row = attached(course, "rope.jpg", out.getvalue() + b"<script>HTMLCANARY</script>", PICTURE)
    assert row.draft is not None
    content = blobs.path_of(row.draft.key).read_bytes()
    assert (row.draft.content_type, row.draft.width) == ("image/webp", 2000)
    assert b"CANARY" not in content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("x.html", b"\x00<html>"),
        ("x.exe", b"MZ\x90\x00" + b"\x00" * 50),
    ],
)
def test_what_is_no_material_is_refused(
    media: Path, course: Course, name: str, content: bytes
) -> None:
    with pytest.raises(UploadRefused):
        attached(course, name, content, PICTURE)
    with pytest.raises(UploadRefused):
        attached(course, name, b"\x00" + content)


@pytest.mark.parametrize("name", ["../x.pdf", "X.pdf", ".pdf", "a/b.pdf", "x" * 101, "a\x00.pdf"])
def test_names_that_lessons_could_not_use_are_refused(
    media: Path, course: Course, name: str
) -> None:
    with pytest.raises(FileRefused):
        attached(course, name, PDF)


def test_what_a_file_was_called_becomes_a_name() -> None:
    assert files.name_for("Überblick (final) v2.PDF") == "uberblick-final-v2.pdf"
    assert files.name_for("../../etc/passwd") == "passwd"


def test_others_uploads_cannot_be_attached(api, media: Path, course: Course, orla: User) -> None:
    stored = storing.store(
        owner_id=orla.pk, purpose=MATERIAL, upload=SimpleUploadedFile("a.pdf", PDF)
    )
    root = f"/api/v1/courses/{course.pk}/files/"
    tesss = api(course.instructor)
    assert tesss.post(root, {"file": str(stored.pk)}, format="json").status_code == 404
    assert api(orla).get(root).status_code == 404


def test_a_deleted_course_takes_its_files_along(
    paper: Course, tess: User, django_capture_on_commit_callbacks
) -> None:
    key = StoredFile.objects.get().key
    with django_capture_on_commit_callbacks(execute=True):
        publishing.delete_course(course=paper, actor_id=tess.pk)
    assert not StoredFile.objects.exists()
    assert not blobs.path_of(key).exists()


# Pages of other sites --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "src"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871"),
        ("https://www.geogebra.org/m/x", "https://www.geogebra.org/m/x"),
        ("https://evil.test/", None),
        ("https://www.geogebra.org.evil.test/", None),
        ("https://www.geogebra.org@evil.test/", None),
        ("http://www.geogebra.org/m/x", None),
        ("https://www.geogebra.org:8443/", None),
        ("javascript:alert(1)", None),
        ("https://youtu.be/../../x", None),
        ("https://[", None),
    ],
)
def test_only_pages_of_allowed_hosts_are_framed(url: str, src: str | None) -> None:
    frame = frame_of(url)
    assert (frame.src if frame else None) == src


def test_captions_are_read_as_words() -> None:
    cue = "1\n01:00:02.000 --> 01:00:03.000\n<b>5 &lt; 6</b>"
    vtt = f"WEBVTT\n\nNOTE x\n\n{cue}\n\n00:09.000 --> bad\nx"
    assert [(cue.clock, cue.text) for cue in cues(vtt)] == [("1:00:02", "5 < 6")]


def test_a_texts_own_files_are_placed_and_nothing_else() -> None:
    html = html_of("![a](files/a.png) [b](https://x.test/files/b)", "/learn/x/")
    assert 'src="/learn/x/files/a.png"' in html
    assert 'href="https://x.test/files/b"' in html
