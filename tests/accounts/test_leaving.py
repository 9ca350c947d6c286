"""Taking one's data along, and being forgotten: nothing planted is left in any table or file."""

import contextlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import DataExport, Deletion, Skill, User
from accounts.services import erasure, export, profiles, tutor_profile
from certificates.models import Certificate
from courses.models import LessonNote
from courses.services import authoring, enrolling, learning
from tests import cast
from tests.accounts.test_devices import signed_in
from tests.accounts.test_pictures import picture, sent
from tests.courses.conftest import lesson, pass_quiz, write_course
from tutorme.core import personal
from tutorme.core.models import AuditEntry, StoredFile

CANARY = "zq7canary"
DUE = timedelta(days=15)


@pytest.fixture
def carla(db: None, media, tess: User, subjects, drain) -> User:
    """Somebody who left words wherever the site takes words, and finished a course."""
    user = cast.person("Carla", bio=f"{CANARY} bio")
    User.objects.filter(pk=user.pk).update(
        email=f"{CANARY}@example.test", display_name=f"Carla {CANARY}", username=CANARY
    )
    user.refresh_from_db()
    profiles.upload_avatar(user=user, upload=sent(picture(), f"{CANARY}.jpg"))
    Skill.objects.create(user=user, name=f"{CANARY} skill", name_key="k", level="beginner")
    tutor_profile.update(
        user=user,
        changes={
            "headline": f"{CANARY} head",
            "legal_name": f"{CANARY} legal",
            "degree": f"{CANARY} degree",
        },
    )
    course = authoring.publish(
        course=authoring.load_course(write_course(media / "c"), instructor=tess),
        actor_id=tess.pk,
    )
    place = enrolling.enroll_free(user=user, course=course)
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    pass_quiz(place)
    LessonNote.objects.create(user=user, lesson=lesson(course, "hello"), body=f"{CANARY} note")
    drain()
    assert Certificate.objects.get(user=user).facts["recipient"] == f"Carla {CANARY}"
    return user


def left_behind() -> dict[str, int]:
    """Rows of any table in which the planted word still stands."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            quoted = connection.ops.quote_name(table)
            planted = f"SELECT count(*) FROM {quoted} t WHERE t::text ILIKE %s"  # noqa: S608
            cursor.execute(planted, [f"%{CANARY}%"])
            count = cursor.fetchone()[0]
            if count:
                found[table] = count
    return found


def leave(user: User, drain, *, keeps_name: bool = False) -> None:
    erasure.request(user=user, keeps_name_on_certificates=keeps_name)
    drain()
    with time_machine.travel(timezone.now() + DUE):
        Deletion.objects.update(due_at=timezone.now() - timedelta(days=20))
        erasure.carry_out_due()
        drain()
        Deletion.objects.update(announced_at=timezone.now() - timedelta(days=16))
        erasure.carry_out_due()
        drain()


@pytest.mark.django_db
def test_nothing_planted_is_left(
    carla: User, drain, media: Path, sandbox, django_capture_on_commit_callbacks
) -> None:
    assert len(left_behind()) >= 6
    with django_capture_on_commit_callbacks(execute=True):
        leave(carla, drain)
    assert left_behind() == {}
    carla.refresh_from_db()
    assert (carla.display_name, carla.is_active) == ("Former member", False)
    assert carla.erased_at is not None
    assert not StoredFile.objects.filter(owner=carla).exists()
    certificate = Certificate.objects.get(user=carla)
    page = Client().get(f"/verify/{certificate.code}/").content.decode()
    assert "Name withheld" in page
    assert not list((media / "certificates").rglob("*.pdf"))


@pytest.mark.django_db
def test_a_name_is_kept_on_certificates_where_that_was_wanted(carla: User, drain, sandbox) -> None:
    leave(carla, drain, keeps_name=True)
    assert set(left_behind()) == {"certificates_certificate"}
    certificate = Certificate.objects.get(user=carla)
    assert f"Carla {CANARY}" in Client().get(f"/verify/{certificate.code}/").content.decode()


@pytest.mark.django_db
def test_the_accounts_own_row_is_not_enough(carla: User) -> None:
    """The control: the planted words are found where nobody took them away."""
    erasure._pseudonymise(carla)
    assert {"accounts_skill", "courses_lessonnote"} <= set(left_behind())


@pytest.mark.django_db
def test_killed_and_run_again_it_ends_once(carla: User) -> None:
    row = erasure.request(user=carla, keeps_name_on_certificates=False)
    with contextlib.suppress(KeyboardInterrupt), transaction.atomic():
        erasure.erase(row.pk)
        raise KeyboardInterrupt
    row.refresh_from_db()
    assert row.finished_at is None
    assert Skill.objects.exists()
    for _again in range(2):
        with transaction.atomic():
            erasure.erase(row.pk)
    row.refresh_from_db()
    assert row.finished_at is not None
    assert AuditEntry.objects.filter(action="user.erased").count() == 1  # type: ignore[unreachable]


@pytest.mark.django_db
def test_it_can_be_taken_back_until_it_is_due(api, sam: User, drain) -> None:
    client = api(sam)
    asked = client.delete("/api/v1/me/", {}, format="json")
    assert asked.status_code == 202
    assert client.get("/api/v1/me/deletion/").json()["can_be_cancelled"] is True
    assert client.delete("/api/v1/me/deletion/").status_code == 204
    assert client.get("/api/v1/me/deletion/").status_code == 404
    Deletion.objects.update(due_at=timezone.now() - timedelta(hours=1))
    erasure.carry_out_due()
    assert client.get("/api/v1/me/profile/").status_code == 200
    client.delete("/api/v1/me/", {}, format="json")
    Deletion.objects.filter(cancelled_at=None).update(due_at=timezone.now() - timedelta(hours=1))
    erasure.carry_out_due()
    assert client.get("/api/v1/me/profile/").status_code == 401
    with pytest.raises(erasure.DeletionUnderWay):  # type: ignore[attr-defined]
        erasure.cancel(user=sam)


@pytest.mark.django_db
def test_the_copy_holds_what_was_planted_and_no_secret(carla: User, drain, media: Path) -> None:
    row = export.begin(user=carla)
    assert export.begin(user=carla).pk == row.pk
    drain()
    row.refresh_from_db()
    assert row.file is not None
    page = Client()
    page.force_login(carla)
    path = f"/settings/data/copy/{row.pk}/"
    link = page.get(path)
    content = b"".join(Client().get(link["Location"]).streaming_content)  # type: ignore[attr-defined]
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = archive.namelist()
    for needed in ("accounts.user.json", "accounts.skill.json", "courses.lessonnote.json"):
        assert needed in names, names
    assert any(name.startswith("files/avatar/") for name in names)
    assert any(name.startswith("files/certificates/") for name in names)
    private = json.loads(archive.read("accounts.tutorprivate.json"))
    assert private[0]["legal_name"] == f"{CANARY} legal"
    everything = b"".join(archive.read(name) for name in names).decode("utf-8", "replace")
    carla.refresh_from_db()
    assert carla.password not in everything
    assert "tess@example.test" not in everything
    assert Client().get(path).status_code == 302
    DataExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert page.get(path).status_code == 404
    export.drop_expired()
    assert not StoredFile.objects.filter(purpose="data-export").exists()


@pytest.mark.django_db
def test_nobody_elses_copy(api, sam: User, otto: User, drain, media) -> None:
    row = export.begin(user=sam)
    drain()
    page = Client()
    page.force_login(otto)
    assert page.get(f"/settings/data/copy/{row.pk}/").status_code == 404
    assert api(otto).get("/api/v1/me/export/").json() == []


@pytest.mark.django_db
def test_every_table_that_names_people_says_what_becomes_of_it() -> None:
    known = personal.declared()
    ours = {"core", "accounts", "payments", "courses", "certificates", "realtime", "booking"}
    ours |= {"video"}
    silent = [
        f"{model._meta.label}.{column}"
        for model, column, goes_along in personal.pointing()
        if not goes_along and (model, column) not in known and model._meta.app_label in ours
    ]
    assert silent == []


@pytest.mark.django_db
def test_the_pages(sam: User, drain, media) -> None:
    page = Client()
    page.force_login(sam)
    assert page.get("/settings/data/").status_code == 200
    for path in ("/settings/data/copy/", "/settings/data/leave/"):
        assert page.post(path, {"sure": "on"}).status_code in {302, 403}
    assert not Deletion.objects.exists()


@pytest.mark.django_db
def test_leaving_and_staying_without_a_script(sam: User) -> None:
    page = signed_in(sam)
    assert page.post("/settings/data/leave/", {"keeps_name": "on"}).status_code == 422
    assert not Deletion.objects.exists()
    gone = page.post("/settings/data/leave/", {"sure": "on"}, follow=True)
    row = Deletion.objects.get(user=sam, cancelled_at=None)
    assert row.due_at.date().isoformat() in gone.content.decode()
    stayed = page.post("/settings/data/stay/", follow=True)
    assert "Your account stays as it is." in stayed.content.decode()
    assert not Deletion.objects.filter(user=sam, cancelled_at=None).exists()
