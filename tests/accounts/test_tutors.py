"""Becoming a tutor: draft, application, decision, and changes that wait while the page stays."""

from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.errors import NotYoursToDecide, ReviewDecided, ReviewOutdated
from accounts.models import TutorPrivate, TutorProfile, TutorReview, User
from accounts.services import tutor_review
from tests.accounts.conftest import WHOLE, approve, with_picture
from tests.races.parallel import together
from tutorme.core.errors import InvalidInput
from tutorme.core.models import AuditEntry, OutboxEvent

OWN = "/api/v1/me/tutor-profile/"
SUBMIT = f"{OWN}submit/"
ANY = {"if-match": "*"}


def write(client: Any, body: dict[str, Any], method: str = "patch") -> Any:
    return getattr(client, method)(OWN, body, format="json", headers=ANY)


@pytest.fixture
def applicant(sam: User, subjects, media) -> User:
    with_picture(sam)
    return sam


@pytest.mark.django_db
def test_a_draft_begins_empty_and_lists_what_is_missing(api, sam: User, subjects) -> None:
    client = api(sam)
    first = client.get(OWN)
    assert first.json()["state"] == "draft"
    assert not TutorProfile.objects.exists()
    tag = first["ETag"]
    saved = client.patch(
        OWN, {"headline": "Algebra, slowly"}, format="json", headers={"if-match": tag}
    )
    assert (saved.status_code, saved.json()["headline"]) == (200, "Algebra, slowly")
    assert client.get(OWN, headers={"if-none-match": saved["ETag"]}).status_code == 304
    stale = client.patch(OWN, {"headline": "Other"}, format="json", headers={"if-match": tag})
    assert stale.status_code == 412
    refused = client.post(SUBMIT)
    assert (refused.status_code, refused.json()["code"]) == (409, "application-incomplete")
    missing = {"email_verified", "picture", "about", "subjects", "languages", "price"}
    assert missing | {"background", "legal_name", "tax_country"} == set(refused.json()["missing"])


@pytest.mark.django_db
def test_a_whole_application_waits_and_is_sent_once(api, applicant: User, drain) -> None:
    client = api(applicant)
    assert write(client, WHOLE, "put").status_code == 200
    sent = client.post(SUBMIT)
    assert (sent.status_code, sent.json()["state"]) == (200, "submitted"), sent.json()
    assert client.post(SUBMIT).json()["state"] == "submitted"
    assert TutorReview.objects.get().kind == "application"
    assert OutboxEvent.objects.filter(name="tutor.submitted").count() == 1
    assert api(None).get(f"/api/v1/tutors/{applicant.pk}/").status_code == 404
    assert api(applicant).get("/api/v1/auth/session/").json()["user"]["roles"] == ["student"]


@pytest.mark.django_db
def test_approval_opens_the_page_and_says_nothing_private(api, applicant: User, ada: User) -> None:
    write(api(applicant), WHOLE, "put")
    api(applicant).post(SUBMIT)
    approve(applicant, ada)
    page = api(None).get(f"/api/v1/tutors/{applicant.pk}/")
    assert page.status_code == 200
    body = page.json()
    assert body["hourly_price"] == {"amount": "32.50", "currency": "EUR"}
    assert body["subjects"][0] == {
        "slug": "algebra",
        "name": "Algebra",
        "family": "maths",
        "levels": ["beginner", "advanced"],
    }
    assert not {"legal_name", "phone", "tax_country", "email"} & set(body)
    for secret in (WHOLE["legal_name"], WHOLE["phone"], applicant.email):
        assert secret not in page.content.decode()
    tag = {"if-none-match": page["ETag"]}
    assert api(None).get(f"/api/v1/tutors/{applicant.pk}/", headers=tag).status_code == 304
    assert "tutor" in api(applicant).get("/api/v1/auth/session/").json()["user"]["roles"]
    assert AuditEntry.objects.filter(action="tutor.application_approved").count() == 1


@pytest.mark.django_db
def test_sent_back_needs_a_reason_and_can_be_mended(api, applicant: User, ada: User) -> None:
    write(api(applicant), WHOLE, "put")
    api(applicant).post(SUBMIT)
    review = TutorReview.objects.get()
    version = TutorProfile.objects.get().version
    with pytest.raises(InvalidInput):
        tutor_review.decide(review_id=review.pk, actor=ada, approve=False, version=version)
    tutor_review.decide(
        review_id=review.pk, actor=ada, approve=False, version=version, reason="Which school?"
    )
    told = api(applicant).get(OWN).json()
    assert (told["state"], told["review"]["reason"]) == ("rejected", "Which school?")
    write(api(applicant), {"education": "Lycée in Lyon"})
    assert api(applicant).post(SUBMIT).json()["state"] == "submitted"
    assert TutorReview.objects.count() == 2


@pytest.mark.django_db
def test_who_a_tutor_is_waits_while_the_page_stays(api, applicant: User, ada: User) -> None:
    client = api(applicant)
    write(client, WHOLE, "put")
    client.post(SUBMIT)
    approve(applicant, ada)
    changed = write(
        client, {"degree": "PhD", "legal_name": "S. Other", "headline": "New words here"}
    )
    assert changed.json()["pending"] == {"degree": "PhD", "legal_name": "S. Other"}
    page = api(None).get(f"/api/v1/tutors/{applicant.pk}/").json()
    assert (page["degree"], page["headline"]) == (WHOLE["degree"], "New words here")
    raw = TutorReview.objects.filter(state="open").values_list("id", flat=True)
    assert len(raw) == 1
    approve(applicant, ada)
    page = api(None).get(f"/api/v1/tutors/{applicant.pk}/").json()
    assert page["degree"] == "PhD"
    assert TutorPrivate.objects.get().legal_name == "S. Other"


@pytest.mark.django_db
def test_a_change_taken_back_is_not_asked_for_any_more(api, applicant: User, ada: User) -> None:
    client = api(applicant)
    write(client, WHOLE, "put")
    client.post(SUBMIT)
    approve(applicant, ada)
    write(client, {"degree": "PhD"})
    assert write(client, {"degree": WHOLE["degree"]}).json()["pending"] == {}
    assert not TutorReview.objects.filter(state="open").exists()


@pytest.mark.django_db
def test_nobody_decides_about_themselves_or_about_what_they_have_not_read(
    api, applicant: User, ada: User
) -> None:
    write(api(applicant), WHOLE, "put")
    api(applicant).post(SUBMIT)
    review, seen = TutorReview.objects.get(), TutorProfile.objects.get().version
    with pytest.raises(NotYoursToDecide):
        tutor_review.decide(review_id=review.pk, actor=applicant, approve=True, version=seen)
    write(api(applicant), {"about": "x" * 200})
    with pytest.raises(ReviewOutdated):
        tutor_review.decide(review_id=review.pk, actor=ada, approve=True, version=seen)
    approve(applicant, ada)
    with pytest.raises(ReviewDecided):
        approve(applicant, ada, review=review)


@pytest.mark.django_db
def test_private_columns_are_ciphertext_in_a_dump(api, applicant: User) -> None:
    write(api(applicant), WHOLE, "put")
    with connection.cursor() as cursor:
        cursor.execute("SELECT legal_name, phone FROM accounts_tutorprivate")
        row = cursor.fetchone()
    assert WHOLE["legal_name"] not in row[0]
    assert WHOLE["phone"] not in row[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {"intro_video_url": "javascript:alert(1)"},
        {"intro_video_url": "data:text/html,hi"},
        {"intro_video_url": "https://youtube.com.evil.test/x"},
        {"intro_video_url": "https://user@youtube.com/watch?v=1"},
        {"intro_video_url": "http://youtube.com/watch?v=1"},
        {"intro_video_url": "https://youtube.com/"},
        {"intro_video_url": "https://evil.test\\@youtube.com/x"},
        {"headline": "Hidden \u202e turn"},
        {"headline": "N\x00L"},
        {"about": "x" * 4001},
        {"subjects": [{"subject": "no-such", "levels": ["beginner"]}]},
        {"subjects": [{"subject": "algebra", "levels": []}]},
        {"subjects": [{"subject": "algebra", "levels": ["beginner"]}] * 2},
        {"languages": [{"code": "xx", "level": "native"}]},
        {"languages": [{"code": "en", "level": "ok"}]},
        {"hourly_price": {"amount": "-1", "currency": "EUR"}},
        {"hourly_price": {"amount": "0", "currency": "EUR"}},
        {"hourly_price": {"amount": "10.001", "currency": "EUR"}},
        {"hourly_price": {"amount": "10.00", "currency": "XXX"}},
        {"years_of_experience": 71},
        {"session_formats": ["telepathy"]},
        {"tax_country": "ZZ"},
        {"phone": "call me"},
        {"certifications": [{"title": "", "issuer": "", "year": 2000}]},
        {"certifications": [{"title": "A", "issuer": "", "year": 2000, "checked": True}]},
        {"badge": "qualified"},
        {"state": "approved"},
        {"approved_at": "2026-01-01T00:00:00Z"},
        {"rating": 5},
    ],
    ids=lambda body: str(body)[:60],
)
def test_what_does_not_fit_is_refused(api, sam: User, subjects, body: dict[str, Any]) -> None:
    assert write(api(sam), body).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_of_eight_decisions_one_counts(api, applicant: User, ada: User) -> None:
    write(api(applicant), WHOLE, "put")
    api(applicant).post(SUBMIT)
    results = together([partial(approve, applicant, ada) for _ in range(8)])
    assert sum(isinstance(each, ReviewDecided) for each in results) == 7
    assert AuditEntry.objects.filter(action="tutor.application_approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_applications_one_is_made(api, applicant: User) -> None:
    write(api(applicant), WHOLE, "put")
    together([partial(api(applicant).post, SUBMIT) for _ in range(8)])
    assert TutorReview.objects.count() == 1


@pytest.mark.django_db
def test_withdrawing_an_approval_says_why(api, applicant: User, ada: User) -> None:
    write(api(applicant), WHOLE, "put")
    api(applicant).post(SUBMIT)
    approve(applicant, ada)
    profile = TutorProfile.objects.get()
    tutor_review.withdraw_approval(profile=profile, actor=ada, reason="Papers were not theirs")
    assert api(None).get(f"/api/v1/tutors/{applicant.pk}/").status_code == 404
    assert api(applicant).get(OWN).json()["review"]["reason"] == "Papers were not theirs"
