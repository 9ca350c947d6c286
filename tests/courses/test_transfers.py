"""Courses as files: out and in again the same bytes, and nothing that harms comes in."""

import io
import json
import stat
import zipfile
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from accounts.models import User
from courses import archives, source_files
from courses.errors import SourceInvalid
from courses.models import Course
from courses.services import authoring, files, sources, transfers
from courses.uploads import ARCHIVE, MATERIAL, PICTURE
from tests.courses.conftest import QUIZ, write_course
from tutorme.core import jobs
from tutorme.core.files import storing
from tutorme.core.models import Job, StoredFile

pytestmark = pytest.mark.django_db


MORE = [
    {
        "key": "film",
        "title": "Film",
        "kind": "video",
        "minutes": 3,
        "after": ["hello"],
        "drip": {"days": 3},
        "video": {"url": "https://vimeo.com/1", "duration_seconds": 62},
    },
    {"key": "page", "title": "Page", "kind": "embed", "embed": {"url": "https://www.desmos.com/"}},
    {
        "key": "meet",
        "title": "Meet",
        "kind": "live",
        "required": False,
        "drip": {"at": "2027-01-01T10:00:00+00:00"},
        "live": {"starts_at": "2027-01-02T10:00:00+00:00", "duration_minutes": 60},
    },
    {
        "key": "sheet",
        "title": "Sheet",
        "kind": "file",
        "held_back": True,
        "file": {"files": ["paper.pdf"]},
    },
]


def upload(owner: User, name: str, content: bytes, purpose: Any = MATERIAL) -> StoredFile:
    file = SimpleUploadedFile(name, content)
    return storing.store(owner_id=owner.pk, purpose=purpose, upload=file)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return out.getvalue()


def zipped(course: Course) -> bytes:
    out = io.BytesIO()
    with transfers.opened_files(course) as opened:
        archives.write(out, transfers.texts_of(course), opened)
    return out.getvalue()


def brought(content: bytes, author: User) -> Course:
    archive = archives.read(io.BytesIO(content))
    document = sources.read(archive.texts)
    stored = transfers.store_archive(archive, owner_id=author.pk)
    return transfers.bring_in(document=document, stored=stored, author=author)


@pytest.fixture
def rich(tmp_path: Path, media: Path, tess: User) -> Course:
    """With a picture, a document and every kind of lesson data."""
    home = write_course(tmp_path / "rich", slug="rich")
    manifest = home / "course.yaml"
    content = yaml.safe_load(manifest.read_text())
    content["sections"].append({"title": "More", "lessons": MORE})
    manifest.write_text(yaml.safe_dump(content))
    course = authoring.load_course(home, instructor=tess)
    for name, content, purpose in (
        ("rope.png", picture(), PICTURE),
        ("paper.pdf", b"%PDF-1.7\n" + b"x" * 300, MATERIAL),
    ):
        stored = upload(tess, name, content, purpose)
        files.attach(course=course, file_id=stored.pk, owner_id=tess.pk, name=name)
    return course


def test_out_in_and_out_again_is_the_same_bytes(rich: Course, orla: User) -> None:
    first = zipped(rich)
    Course.objects.filter(pk=rich.pk).update(slug="taken-away")
    again = brought(first, orla)
    assert (again.slug, again.instructor) == ("rich", orla)
    assert zipped(again) == first
    kinds = again.lesson_drafts.order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["text", "text", "quiz", "video", "embed", "live", "file"]
    film = again.lesson_drafts.get(key="film")
    assert [row.key for row in film.prerequisites.all()] == ["hello"]
    assert again.files.get(name="rope.png").draft.content_type == "image/webp"  # type: ignore[union-attr]


def test_folders_too_and_never_over_something_else(
    rich: Course, tmp_path: Path, orla: User
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    call_command("course_export", "rich", str(one))
    call_command("course_import", str(one), instructor=orla.email)
    call_command("course_export", "rich-2", str(two))
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*") if path.is_file())
    assert "files/rope.png" in names
    for name in names:
        new = (two / name).read_bytes().replace(b"slug: rich-2", b"slug: rich")
        assert new == (one / name).read_bytes(), name
    with pytest.raises(CommandError, match="not empty"):
        call_command("course_export", "rich", str(one))
    assert not list(tmp_path.glob(".*-*"))


# Any course ------------------------------------------------------------------------------------

letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])
words = st.text(letters, min_size=1, max_size=60).map(str.strip).filter(bool)
texts = st.text(letters | st.sampled_from("\n\t -#>`|\"'"), max_size=300)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat())
lessons = st.fixed_dictionaries(
    {"title": words, "kind": st.sampled_from(["text", "quiz", "exercise"]), "body": texts},
    optional={
        "minutes": st.integers(0, 1440),
        "is_free_preview": st.booleans(),
        "is_required": st.booleans(),
        "is_held_back": st.booleans(),
        "objectives": st.lists(words, max_size=3),
        "drip": st.one_of(st.integers(0, 99), moments),
        "waits": st.sets(st.integers(0, 5), max_size=2),
    },
)
courses = st.fixed_dictionaries(
    {
        "title": words,
        "description": texts,
        "tags": st.lists(words.map(lambda text: text[:40].strip()).filter(bool), max_size=3),
        "sections": st.lists(
            st.tuples(words, st.lists(lessons, max_size=3)), min_size=1, max_size=3
        ),
    }
)


def document(drawn: dict[str, Any]) -> dict[str, Any]:
    number, keys, parts = 0, [], []  # type: ignore[var-annotated]
    for title, rows in drawn["sections"]:
        part = []
        for row in rows:
            drip = row.get("drip")
            part.append(
                {
                    "key": f"lesson-{number}",
                    "title": row["title"],
                    "kind": row["kind"],
                    "body": row["body"],
                    "data": {},
                    "objectives": row.get("objectives", []),
                    "minutes": row.get("minutes", 10),
                    "is_free_preview": row.get("is_free_preview", False),
                    "is_required": row.get("is_required", True),
                    "is_held_back": row.get("is_held_back", False),
                    "drip_days": drip if isinstance(drip, int) else None,
                    "drip_at": drip if isinstance(drip, str) else None,
                    "requires": sorted(keys[n] for n in row.get("waits", ()) if n < len(keys)),
                    "quiz": QUIZ if row["kind"] == "quiz" else None,
                }
            )
            keys.append(f"lesson-{number}")
            number += 1
        parts.append({"title": title, "lessons": part})
    facts = {
        "title": drawn["title"],
        "description": drawn["description"].strip(),
        "subtitle": "",
        "summary": "",
        "outcomes": [],
        "tags": drawn["tags"],
        "category": "x",
        "difficulty": "beginner",
        "language": "en",
        "price_minor": 0,
        "currency": "EUR",
        "is_premium": False,
        "estimated_hours": None,
    }
    return {"slug": "any", "facts": facts, "requires": [], "sections": parts}


@given(courses)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_course_comes_back_as_it_was(drawn: dict[str, Any]) -> None:
    """Files → document → files, without a database: the same bytes."""
    first = source_files.render(document(drawn))
    read, problems = source_files.parse(first)
    assert problems == []
    assert source_files.render(read) == first


@given(courses)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_course_survives_the_database(tess: User, drawn: dict[str, Any]) -> None:
    first = source_files.render(document(drawn))
    made = transfers.bring_in(document=sources.read(first), stored={}, author=tess)
    once = transfers.texts_of(made)
    again = transfers.bring_in(document=sources.read(once), stored={}, author=tess, course=made)
    assert transfers.texts_of(again) == once
    assert {name for name in once if name.startswith("lessons/")} == {
        name for name in first if name.startswith("lessons/")
    }


# What does not come in -------------------------------------------------------------------------


def packed(
    *entries: tuple[str, bytes], link: str = "", compress: int = zipfile.ZIP_STORED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as archive:
        for name, content in entries:
            archive.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


GOOD = ("course.yaml", b"slug: x\n")


@pytest.mark.parametrize(
    "content",
    [
        b"PK no zip at all",
        packed(),
        packed(("other.txt", b"x")),
        packed(GOOD, ("../../evil", b"x")),
        packed(GOOD, ("/etc/cron.d/x", b"x")),
        packed(GOOD, ("files\\..\\evil", b"x")),
        packed(GOOD, ("c:/windows/x", b"x")),
        packed(GOOD, link="files/link"),
        packed(GOOD, ("files/../x.png", b"x")),
        packed(GOOD, ("files/UPPER.PNG", b"x")),
        packed(GOOD, ("files/deep/er.png", b"x")),
        packed(GOOD, ("lessons/big.md", b"x" * 500_000)),
        packed(GOOD, ("files/bomb.bin", b"\0" * 50_000_000), compress=zipfile.ZIP_DEFLATED),
        packed(("a/b/course.yaml", b"x")),
        packed(GOOD, *((f"lessons/{n}.md", b"") for n in range(2001))),
    ],
    ids=lambda content: f"{len(content)} bytes",
)
def test_archives_that_harm_are_refused(content: bytes) -> None:
    with pytest.raises(SourceInvalid):
        sources.read(archives.read(io.BytesIO(content)).texts)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: [*a, *a]",
        "[" * 5000,
        "a: " + "9" * 5000,
        "sections: 5",
        "sections: [{title: x, lessons: [{key: ../x, title: x, kind: text}]}]",
        "sections: [{title: x, lessons: [{key: x, title: x, kind: script}]}]",
        "when: 2026-99-99",
        "a: .nan",
    ],
)
def test_manifests_that_harm_are_refused(text: str) -> None:
    with pytest.raises(SourceInvalid):
        sources.read({"course.yaml": text.encode()})


def test_a_circle_in_files_is_named(tmp_path: Path, tess: User) -> None:
    home = write_course(tmp_path)
    manifest = home / "course.yaml"
    text = manifest.read_text().replace("title: Hello", "title: Hello\n    after: [more]", 1)
    manifest.write_text(text.replace("title: More", "title: More\n    after: [hello]", 1))
    with pytest.raises(SourceInvalid) as refused:
        authoring.load_course(home, instructor=tess)
    assert "hello → more → hello" in str(refused.value.extras["problems"])


def test_a_symbolic_link_is_not_followed(tmp_path: Path, tess: User, media: Path) -> None:
    home = write_course(tmp_path)
    (home / "files").mkdir()
    (home / "files/secret.txt").symlink_to("/etc/passwd")
    with pytest.raises(CommandError, match=r"secret\.txt"):
        call_command("course_import", str(home), instructor=tess.email)
    assert not Course.objects.exists()


# As a job --------------------------------------------------------------------------------------


def test_the_api_takes_and_gives_archives(api, rich: Course, tess: User, sam: User, drain) -> None:
    client = api(tess)
    root = f"/api/v1/courses/{rich.pk}/"
    begun = client.post(f"{root}export/")
    assert begun.status_code == 202
    job = begun.json()["id"]
    assert client.get(f"{root}export/{job}/").status_code == 404
    drain()
    link = client.get(f"{root}export/{job}/").json()["link"]
    content = client.get(link).getvalue()
    assert content == zipped(rich)

    stored = upload(tess, "rich.zip", content, ARCHIVE)
    imported = client.post("/api/v1/courses/import/", {"file": str(stored.pk)}, format="json")
    assert imported.status_code == 202, imported.content
    drain()
    done = client.get(imported["Location"]).json()
    assert (done["state"], done["error"]) == ("succeeded", None)
    copy = Course.objects.get(pk=done["result"]["course"])
    assert copy.slug == "rich-2"
    theirs = {"file": str(stored.pk)}
    assert api(sam).post("/api/v1/courses/import/", theirs, format="json").status_code == 403


def test_a_bad_archive_ends_with_its_problems_and_nothing_half_written(
    media: Path, tess: User
) -> None:
    stored = upload(tess, "bad.zip", packed(GOOD, ("files/x.png", b"<html>")), ARCHIVE)
    args = {"file_id": str(stored.pk), "author_id": str(tess.pk)}
    job = jobs.enqueue("courses.import", key=str(uuid4()), args=args, owner_id=tess.pk)
    jobs.run(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert job.state == Job.State.FAILED
    assert job.error["problems"]  # type: ignore[index]
    assert not Course.objects.exists()


# The reader's check ----------------------------------------------------------------------------


def checked(source: Path, capsys) -> tuple[int, dict[str, Any]]:
    try:
        call_command("course_check", str(source), "--json")
        code = 0
    except CommandError as error:
        code = error.returncode
    return code, json.loads(capsys.readouterr().out or "{}")


def test_the_check_names_what_is_wrong(tmp_path: Path, capsys) -> None:
    home = write_course(tmp_path)
    code, told = checked(home, capsys)
    assert code == 0, told
    (home / "lessons/more.md").write_text(
        "![](files/gone.png) [x](nowhere) ![a](https://x.test/a.png) [ok](https://example.org/)"
    )
    quiz = home / "lessons/check.yaml"
    quiz.write_text(quiz.read_text().replace("text: Cusco", "text: ' LIMA'"))
    code, told = checked(home, capsys)
    assert code == 1
    rules = {row["rule"] for row in told["findings"] if row["severity"] == "error"}
    assert rules == {"alt-text", "broken-file", "broken-link", "foreign-picture", "miskeyed"}
    (home / "course.yaml").write_text("[")
    assert checked(home, capsys)[0] == 2


@pytest.mark.parametrize("slug", sorted(path.name for path in Path("courses/demo").glob("*/")))
def test_the_demo_passes_its_check(slug: str, capsys) -> None:
    code, told = checked(Path("courses/demo") / slug, capsys)
    assert code == 0, told
