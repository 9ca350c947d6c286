"""Papers of an application: shown to the site, to nobody else, and gone with their owner."""

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.errors import ReviewOutdated
from accounts.models import Deletion, TutorPaper, TutorProfile, TutorReview, User
from accounts.services import erasure, tutor_papers, tutor_review
from tests.accounts.conftest import WHOLE, approve, with_picture
from tests.accounts.test_tutors import OWN, SUBMIT, write
from tests.races.parallel import together
from tutorme.core.files import blobs
from tutorme.core.models import AuditEntry, StoredFile

PAPERS = f"{OWN}papers/"
PAGE = "/teach/profile/papers/"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def paper(name: str = "diploma.pdf", body: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def uploaded(client: Any, purpose: str = "tutor-paper") -> str:
    sent = client.post(
        "/api/v1/uploads/", {"purpose": purpose, "file": BytesIO(PDF)}, format="multipart"
    )
    assert sent.status_code == 201, sent.content
    return str(sent.json()["id"])


@pytest.fixture
def applicant(sam: User, subjects, media: Path, api) -> User:
    with_picture(sam)
    write(api(sam), WHOLE, "put")
    return sam


@pytest.mark.django_db
def test_the_whole_way_without_a_script(
    applicant: User, tess: User, ada: User, client: Client, api
) -> None:
    client.force_login(applicant)
    answer = client.post(PAGE, {"title": "CAPES 2013", "file": paper()})
    assert answer.status_code == 302
    assert "CAPES 2013" in client.get(PAGE).content.decode()
    api(applicant).post(SUBMIT)

    desk = Client()
    desk.force_login(ada)
    review = TutorReview.objects.get()
    page = desk.get(reverse("admin:accounts_tutorreview_decide", args=[review.pk]))
    row = TutorPaper.objects.get()
    read = reverse("admin:accounts_tutorpaper_read", args=[row.pk])
    assert read in page.content.decode()
    shown = desk.get(read)
    assert b"".join(shown.streaming_content) == PDF  # type: ignore[attr-defined]
    assert "no-store" in shown["Cache-Control"]
    assert "sandbox" in shown["Content-Security-Policy"]
    assert AuditEntry.objects.filter(action="tutor.paper_read", actor_id=ada.pk).count() == 1

    other = Client()
    other.force_login(tess)
    assert other.get(read).status_code == 302  # to where admins sign in
    assert other.post(f"{PAGE}{row.pk}/remove/").status_code == 404
    approve(applicant, ada)
    for body in (
        api(None).get(f"/api/v1/tutors/{applicant.pk}/").content,
        Client().get("/tutors/sam/").content,
    ):
        assert b"CAPES 2013" not in body
        assert str(row.file_id).encode() not in body

    client.post(f"{PAGE}{row.pk}/remove/")
    assert not TutorPaper.objects.exists()
    assert not StoredFile.objects.filter(purpose="tutor-paper").exists()


@pytest.mark.django_db
def test_the_same_by_the_api(applicant: User, tess: User, api) -> None:
    client = api(applicant)
    file_id = uploaded(client)
    added = client.post(PAPERS, {"title": "CAPES", "file": file_id}, format="json")
    assert added.status_code == 201, added.json()
    again = client.post(PAPERS, {"title": "Again", "file": file_id}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "paper-already-listed")
    listed = client.get(PAPERS).json()
    assert [row["title"] for row in listed] == ["CAPES"]
    opened = api(None).get(listed[0]["link"])
    assert b"".join(opened.streaming_content) == PDF
    assert api(None).get(listed[0]["link"].partition("?")[0]).status_code == 404
    assert api(tess).get(PAPERS).json() == []
    address = f"{PAPERS}{added.json()['id']}/"
    assert api(tess).delete(address).status_code == 404
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    assert not StoredFile.objects.filter(pk=file_id).exists()


@pytest.mark.django_db
def test_only_ones_own_upload_for_it_is_taken(applicant: User, tess: User, api) -> None:
    others = uploaded(api(tess))
    for file_id in (others, "0198aaaa-0000-7000-8000-000000000000"):
        refused = api(applicant).post(PAPERS, {"title": "x", "file": file_id}, format="json")
        assert refused.status_code == 422, refused.json()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("diploma.pdf", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("diploma.pdf", b"MZ\x90\x00 not a pdf"),
        ("empty.pdf", b""),
    ],
)
def test_what_is_no_paper_is_said_beside_the_field(
    applicant: User, client: Client, name: str, body: bytes
) -> None:
    client.force_login(applicant)
    answer = client.post(PAGE, {"title": "Diploma", "file": paper(name, body)})
    assert answer.status_code == 422
    assert "field-wrong" in answer.content.decode()
    assert not TutorPaper.objects.exists()


@pytest.mark.django_db
def test_another_paper_is_another_version_to_decide_about(applicant: User, ada: User, api) -> None:
    api(applicant).post(SUBMIT)
    seen = TutorProfile.objects.get().version
    tutor_papers.upload(user=applicant, title="Late", upload=paper())
    with pytest.raises(ReviewOutdated):
        review = TutorReview.objects.get()
        tutor_review.decide(review_id=review.pk, actor=ada, approve=True, version=seen)


@pytest.mark.django_db(transaction=True)
def test_the_list_is_full_at_twelve_under_parallel_uploads(applicant: User, api) -> None:
    files = [uploaded(api(applicant)) for _ in range(16)]
    acts = [
        partial(tutor_papers.add, user=applicant, title="x", file_id=UUID(file)) for file in files
    ]
    together(acts)
    assert TutorPaper.objects.count() == tutor_papers.MOST


@pytest.mark.django_db
def test_papers_go_with_their_owner(applicant: User) -> None:
    tutor_papers.upload(user=applicant, title="CAPES", upload=paper())
    where = blobs.path_of(StoredFile.objects.get(purpose="tutor-paper").key)
    wish = erasure.request(user=applicant, keeps_name_on_certificates=False)
    assert isinstance(wish, Deletion)
    erasure.erase(wish.pk)
    assert not TutorPaper.objects.exists()
    assert not StoredFile.objects.filter(purpose="tutor-paper").exists()
    assert where.exists()  # the bytes go when the transaction is over
