"""Uploads: read for what they are, written anew, kept or swept, served without power."""

import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from tests import cast
from tutorme.core.errors import UploadQuotaReached, UploadRefused, UploadTooLarge
from tutorme.core.files import ceiling, pictures, purposes, serving, storing
from tutorme.core.files.purposes import MEBIBYTE, Picture, Purpose
from tutorme.core.files.sniffing import KINDS
from tutorme.core.models import StoredFile

PAPER = purposes.declare(
    Purpose(
        "test-paper",
        kinds=frozenset({"pdf", "text", "csv", "markdown", "vtt", "docx", "zip", "mp4"}),
        most_bytes=MEBIBYTE,
        quota=2 * MEBIBYTE,
    )
)
FACE = purposes.declare(
    Purpose(
        "test-face",
        kinds=frozenset({"png", "jpeg", "webp", "gif"}),
        most_bytes=MEBIBYTE,
        quota=2 * MEBIBYTE,
        picture=Picture(longest_side=64, square=True),
        public=True,
    )
)
ROOT = "/api/v1/uploads/"
PDF = b"%PDF-1.7\n" + b"x" * 500


def upload(data: bytes, name: str = "paper.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


def stored(owner: User, data: bytes = PDF, name: str = "paper.pdf") -> StoredFile:
    return storing.store(owner_id=owner.pk, purpose=PAPER, upload=upload(data, name))


def drawing(size: tuple[int, int] = (100, 50), form: str = "PNG", **saved: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **saved)
    return out.getvalue()


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "a.exe", "pdf"),
        (b"plain words", "a.txt", "text"),
        (b"a,b\n1,2", "a.csv", "csv"),
        ("Ünïcödé".encode(), "notes.md", "markdown"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHi", "a.vtt", "vtt"),
        (archive(word__document_xml="<x/>"), "a.docx", "docx"),
        (archive(readme="x"), "a.docx", "zip"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 20, "a.mov", "mp4"),
    ],
)
def test_what_a_file_is_is_read_from_its_bytes(sam: User, media: Path, data, name, kind) -> None:
    row = stored(sam, data, name)
    assert row.content_type == KINDS[kind].content_type
    assert row.name.endswith(KINDS[kind].suffix)
    assert (media / row.key).read_bytes() == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<html>\x00", "wrong-kind"),
        (b"\x7fELF\x02\x01", "wrong-kind"),
        (drawing(), "wrong-kind"),
        (b"\xff\xfe" + "words".encode("utf-16-le"), "wrong-kind"),
    ],
)
def test_what_fits_no_allowed_kind_is_refused(sam: User, media: Path, data, reason) -> None:
    with pytest.raises(UploadRefused) as refusal:
        stored(sam, data)
    assert refusal.value.extras["reason"] == reason
    assert not list(media.rglob("*.*"))
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\notes.pdf", "notes.pdf"),
        ("a\r\nb: c.pdf", "ab_c.pdf"),
        ("...", "file.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("Été à Paris.pdf", "Été_à_Paris.pdf"),
        ("x" * 500 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_for_showing_only(given: str, kept: str) -> None:
    assert storing.safe_name(given, KINDS["pdf"]) == kept


def test_pictures_lose_what_was_hidden_in_them(sam: User, media: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "at home, 52.5N 13.4E", 6
    given = drawing((100, 50), "JPEG", exif=exif, comment=b"at home") + b"<script>at home</script>"
    row = storing.store(owner_id=sam.pk, purpose=FACE, upload=upload(given, "me.jpg"))
    kept = (media / row.key).read_bytes()
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (50, 50), {})
    assert b"at home" not in kept
    assert (row.name, row.width, row.height) == ("me.webp", 50, 50)


def test_a_picture_lying_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    given = io.BytesIO(drawing((100, 50), "JPEG", exif=exif))
    shown = pictures.develop(given, Picture(longest_side=100))
    assert (shown.width, shown.height) == (50, 100)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (drawing((6000, 4001)), "too-many-pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "damaged"),
        (b"GIF89a" + b"\xff" * 64, "damaged"),
    ],
)
def test_bombs_and_broken_pictures(sam: User, media: Path, data: bytes, reason: str) -> None:
    with pytest.raises(UploadRefused) as refusal:
        storing.store(owner_id=sam.pk, purpose=FACE, upload=upload(data, "me.png"))
    assert refusal.value.extras["reason"] == reason


def test_size_and_quota(sam: User, otto: User, media: Path) -> None:
    with pytest.raises(UploadTooLarge):
        stored(sam, PDF + b"x" * MEBIBYTE)
    most = PDF + b"x" * (MEBIBYTE - len(PDF))
    stored(sam, most)
    stored(sam, most)
    with pytest.raises(UploadQuotaReached):
        stored(sam)
    stored(otto)
    assert len([path for path in media.rglob("*") if path.is_file()]) == 3


@pytest.mark.django_db(transaction=True)
def test_many_uploads_at_once_stay_within_the_quota(media: Path) -> None:
    """Without the lock in `_enter`, each sees room for itself and all are taken."""
    owner = cast.person("Sam")
    half = PDF + b"x" * (MEBIBYTE - len(PDF))

    def one(_: int) -> bool:
        try:
            stored(owner, half)
        except UploadQuotaReached:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(one, range(8)))
    assert (sum(taken), StoredFile.objects.count()) == (2, 2)


def test_only_the_owner_keeps_a_file(sam: User, otto: User, media: Path) -> None:
    row = stored(sam)
    with transaction.atomic(), pytest.raises(UploadRefused):
        storing.keep(row.pk, owner_id=otto.pk, purpose=PAPER)
    with transaction.atomic(), pytest.raises(UploadRefused):
        storing.keep(row.pk, owner_id=sam.pk, purpose=FACE)
    with transaction.atomic():
        storing.keep(row.pk, owner_id=sam.pk, purpose=PAPER)
    row.refresh_from_db()
    assert row.kept_at is not None


def test_the_sweep_takes_what_nobody_kept(
    sam: User, media: Path, django_capture_on_commit_callbacks
) -> None:
    kept, unused, fresh = stored(sam), stored(sam), stored(sam)
    storing.keep(kept.pk, owner_id=sam.pk, purpose=PAPER)
    long_ago = timezone.now() - timedelta(hours=25)
    StoredFile.objects.filter(pk__in=[kept.pk, unused.pk]).update(created_at=long_ago)
    orphan = media / "files" / "00" / uuid4().hex
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"left by a death")
    os.utime(orphan, (0, 0))
    with django_capture_on_commit_callbacks(execute=True):
        assert storing.sweep() == 1
    assert not orphan.exists()
    assert not (media / unused.key).exists()
    assert (media / kept.key).exists()
    assert (media / fresh.key).exists()


class TestServing:
    def test_a_signed_link_opens_and_ends(self, client, sam: User, media: Path) -> None:
        row = stored(sam)
        response = client.get(serving.signed_link(row))
        assert response.status_code == 200
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Disposition"] == 'attachment; filename="paper.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        ended = serving.signed_link(row, life=timedelta(hours=-2))
        assert client.get(ended).status_code == 404

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda link: link.partition("?")[0],
            lambda link: link[:-1] + ("a" if link[-1] != "a" else "b"),
            lambda link: link.replace("until=1", "until=2"),
            lambda link: link.replace("until=", "until=9999999999999"),
            lambda link: link.replace("until=", "until=x"),
        ],
    )
    def test_another_link_does_not(self, client, sam: User, media: Path, spoil) -> None:
        assert client.get(spoil(serving.signed_link(stored(sam)))).status_code == 404

    def test_a_public_file_has_a_lasting_address_once_kept(self, client, sam, media) -> None:
        row = storing.store(owner_id=sam.pk, purpose=FACE, upload=upload(drawing(), "me.png"))
        assert client.get(serving.public_link(row)).status_code == 404
        storing.keep(row.pk, owner_id=sam.pk, purpose=FACE)
        response = client.get(serving.public_link(row))
        response.close()
        assert response.status_code == 200
        assert "immutable" in response["Cache-Control"]
        assert response["Content-Type"] == "image/webp"
        assert response["Content-Disposition"].startswith("inline")

    @pytest.mark.parametrize(
        ("asked", "status", "got", "said"),
        [
            ("bytes=0-3", 206, PDF[:4], f"bytes 0-3/{len(PDF)}"),
            ("bytes=500-", 206, PDF[500:], f"bytes 500-{len(PDF) - 1}/{len(PDF)}"),
            ("bytes=-4", 206, PDF[-4:], f"bytes {len(PDF) - 4}-{len(PDF) - 1}/{len(PDF)}"),
            ("bytes=0-99999", 206, PDF, f"bytes 0-{len(PDF) - 1}/{len(PDF)}"),
            ("bytes=99999-", 416, b"", f"bytes */{len(PDF)}"),
            ("bytes=5-4", 200, PDF, None),
            ("bytes=0-1,3-4", 200, PDF, None),
            ("lines=1-2", 200, PDF, None),
        ],
    )
    def test_parts_of_a_file(self, client, sam, media, asked, status, got, said) -> None:
        response = client.get(serving.signed_link(stored(sam)), headers={"range": asked})
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert (response.status_code, body) == (status, got)
        assert response.get("Content-Range") == said


class TestApi:
    def send(self, client, data: bytes = PDF, **fields: object):
        body = {"purpose": "test-paper", "file": upload(data), **fields}
        return client.post(ROOT, body, format="multipart")

    def test_upload_read_remove(self, api, sam: User, otto: User, media: Path) -> None:
        made = self.send(api(sam))
        assert made.status_code == 201, made.json()
        row = made.json()
        assert (row["content_type"], row["size"], row["is_used"]) == (
            "application/pdf",
            len(PDF),
            False,
        )
        own = f"{ROOT}{row['id']}/"
        assert api(otto).get(own).status_code == 404
        assert api(sam).get(own).json()["sha256"] == row["sha256"]
        assert [each["id"] for each in api(sam).get(ROOT).json()["results"]] == [row["id"]]
        assert api(sam).delete(own).status_code == 204
        assert api(sam).get(own).status_code == 404

    def test_a_used_file_is_not_removed(self, api, sam: User, media: Path) -> None:
        row = stored(sam)
        storing.keep(row.pk, owner_id=sam.pk, purpose=PAPER)
        assert api(sam).delete(f"{ROOT}{row.pk}/").status_code == 409

    @pytest.mark.parametrize(
        ("fields", "status", "code"),
        [
            ({"purpose": "world-domination"}, 422, "upload-refused"),
            ({"owner": "x"}, 400, "invalid-input"),
            ({"file": "text"}, 400, "invalid-input"),
            ({"purpose": "x\x00"}, 400, "invalid-input"),
        ],
    )
    def test_what_is_refused(self, api, sam, media, fields, status, code) -> None:
        answer = self.send(api(sam), **fields)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_too_much_is_413_before_it_is_read(self, api, sam: User, monkeypatch) -> None:
        monkeypatch.setattr(purposes, "largest", lambda: 1000)
        answer = self.send(api(sam), PDF + b"x" * 2 * MEBIBYTE)
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")

    def test_an_unannounced_flood_is_cut_off(self) -> None:
        handler = ceiling.Ceiling()
        handler.handle_raw_input(io.BytesIO(), {}, 0, b"")
        with pytest.raises(RequestDataTooBig):
            for start in range(0, 10**10, MEBIBYTE):
                handler.receive_data_chunk(b"x" * MEBIBYTE, start)
