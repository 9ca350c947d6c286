"""Pictures of people: drawn anew, public by address, and gone when they are replaced."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from tutorme.core.models import StoredFile

ME = "/api/v1/me/profile/"
PAGE = "/settings/profile/picture/"
ANY = {"if-match": "*"}


def picture(size=(900, 600), kind="JPEG") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "teal")
    exif = Image.Exif()
    exif[0x010E] = "taken at home, 59.3N 18.0E"
    image.save(out, kind, **({"exif": exif} if kind == "JPEG" else {}))
    return out.getvalue()


def sent(content: bytes, name: str = "tess at home.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.fixture
def page(sam: User) -> Client:
    client = Client()
    client.force_login(sam)
    return client


@pytest.mark.django_db
def test_a_picture_is_drawn_anew_and_says_nothing_of_the_file(
    page: Client, sam: User, media, api, django_capture_on_commit_callbacks
) -> None:
    assert page.post(PAGE, {"picture": sent(picture())}).status_code == 302
    address = api(sam).get(ME).json()["avatar"]
    assert "home" not in address
    answer = Client().get(address)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    shown = Image.open(io.BytesIO(content))
    assert (shown.format, shown.size) == ("WEBP", (512, 512))
    assert b"at home" not in content
    assert answer["X-Content-Type-Options"] == "nosniff"
    with django_capture_on_commit_callbacks(execute=True):
        page.post(PAGE, {"picture": sent(picture(kind="PNG"))})
    assert Client().get(address).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        page.post(PAGE, {"remove": "1"})
    assert api(sam).get(ME).json()["avatar"] is None
    assert StoredFile.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + b"<?php system(1);",
        b"GIF89a",
    ],
    ids=["svg", "html", "polyglot", "cut short"],
)
def test_what_is_no_picture_is_refused_beside_the_field(
    page: Client, sam: User, media, content: bytes
) -> None:
    answer = page.post(PAGE, {"picture": sent(content)})
    assert answer.status_code == 422
    assert "field-wrong" in answer.content.decode()
    sam.refresh_from_db()
    assert sam.avatar_id is None


@pytest.mark.django_db
def test_a_bomb_is_not_decoded(page: Client, media) -> None:
    out = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(out, "PNG")
    assert page.post(PAGE, {"picture": sent(out.getvalue())}).status_code == 422


@pytest.mark.django_db
def test_over_the_api_an_upload_is_named_and_must_be_ones_own(api, sam, otto, media) -> None:
    body = {"purpose": "avatar", "file": sent(picture())}
    theirs = api(otto).post("/api/v1/uploads/", body, format="multipart").json()["id"]
    stolen = api(sam).patch(ME, {"avatar": theirs}, format="json", headers=ANY)
    assert stolen.status_code == 422
    kept = api(otto).patch(ME, {"avatar": theirs}, format="json", headers=ANY)
    assert kept.json()["avatar"].startswith("/files/")
