"""Becoming a tutor in a browser without a script: step by step, saved, sent, previewed."""

import pytest
from django.test import Client

from accounts.models import TutorPrivate, TutorProfile, User
from tests.accounts.conftest import approve, with_picture

BASE = "/teach/profile/"


def rows(prefix: str, given: list[dict[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {
        f"{prefix}-TOTAL_FORMS": len(given) + 2,
        f"{prefix}-INITIAL_FORMS": 0,
    }
    for n, row in enumerate(given):
        fields |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return fields


WORDS = {"headline": "Algebra with reasons", "about": "I ask a lot. " * 20, "approach": "Slowly."}
TEACHING = {
    "amount": "30",
    "currency": "EUR",
    "session_formats": ["one_to_one"],
    "preferred_video_platform": "room",
    "is_listed": "on",
    **rows("subjects", [{"subject": "algebra", "levels": ["beginner", "expert"]}]),
    **rows("languages", [{"code": "fr", "level": "native"}]),
}
BACKGROUND = {
    "years_of_experience": "4",
    "degree": "MSc",
    "education": "",
    "intro_video_url": "",
    **rows("certifications", [{"title": "CAPES", "issuer": "", "year": "2012"}]),
}
PRIVATE = {"legal_name": "Sam Legal", "phone": "+33 612345678", "tax_country": "FR"}
WAY = [("words", WORDS), ("teaching", TEACHING), ("background", BACKGROUND), ("private", PRIVATE)]


@pytest.fixture
def page(sam: User, subjects, media) -> Client:
    client = Client()
    client.force_login(sam)
    return client


@pytest.mark.django_db
def test_the_whole_way(page: Client, sam: User, ada: User) -> None:
    with_picture(sam)
    assert "0 of 10" not in page.get(BASE).content.decode()
    for key, fields in WAY:
        assert page.get(f"{BASE}{key}/").status_code == 200
        answer = page.post(f"{BASE}{key}/", fields)
        assert answer.status_code == 302, (key, answer.content.decode()[:3000])
    profile = TutorProfile.objects.get()
    assert profile.subject_rows.get().levels == ["beginner", "expert"]
    assert profile.certifications == [{"title": "CAPES", "issuer": "", "year": 2012}]
    assert TutorPrivate.objects.get().legal_name == "Sam Legal"
    preview = page.get(f"{BASE}preview/").content.decode()
    assert "Only you see this" in preview
    assert "Sam Legal" not in preview
    assert Client().get("/tutors/sam/").status_code == 404
    assert "Send it in" in page.get(BASE).content.decode()
    page.post(f"{BASE}submit/")
    assert TutorProfile.objects.get().state == "submitted"
    approve(sam, ada)
    assert Client().get("/tutors/sam/").status_code == 200
    page.post(f"{BASE}background/", {**BACKGROUND, "degree": "PhD"})
    told = page.get(BASE).content.decode()
    assert "Changes wait for us" in told
    assert 'value="PhD"' in page.get(f"{BASE}background/").content.decode()
    assert "PhD" not in Client().get("/tutors/sam/").content.decode()


@pytest.mark.django_db
def test_sending_too_early_says_so_and_sends_nothing(page: Client) -> None:
    answer = page.post(f"{BASE}submit/", follow=True)
    assert "missing" in answer.content.decode()
    assert not TutorProfile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "fields", "told"),
    [
        ("teaching", {**TEACHING, "amount": "-4"}, "greater than or equal to 0"),
        ("teaching", {**TEACHING, "amount": "0"}, "is zero"),
        (
            "teaching",
            {**TEACHING, "subjects-0-levels": []},
            "Say which levels",
        ),
        (
            "teaching",
            {**TEACHING, **rows("languages", [{"code": "fr", "level": "native"}] * 2)},
            "there twice",
        ),
        ("background", {**BACKGROUND, "intro_video_url": "javascript:alert(1)"}, "not an address"),
        ("background", {**BACKGROUND, "degree": "a\u202eb"}, "not allowed"),
        ("private", {**PRIVATE, "phone": "call me"}, "valid value"),
    ],
)
def test_what_does_not_fit_is_said_beside_it(
    page: Client, key: str, fields: dict[str, object], told: str
) -> None:
    answer = page.post(f"{BASE}{key}/", fields)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert told in text or (told == "not an address" and "video at YouTube" in text)
    assert not TutorProfile.objects.exists()


@pytest.mark.django_db
def test_unknown_steps_and_visitors(page: Client) -> None:
    assert page.get(f"{BASE}nothing/").status_code == 404
    assert Client().get(BASE)["Location"].startswith("/account/login/")
    assert page.get(f"{BASE}preview/").status_code == 302


@pytest.mark.django_db
def test_settings_pages_without_a_script(page: Client, sam: User) -> None:
    page.post("/settings/skills/", {"name": "Cello", "level": "beginner"})
    again = page.post("/settings/skills/", {"name": "CELLO", "level": "expert"})
    assert again.status_code == 422
    assert "field-wrong" in again.content.decode()
    skill = sam.skills.get()
    page.post(f"/settings/skills/{skill.pk}/", {"level": "expert"})
    assert sam.skills.get().level == "expert"
    page.post(f"/settings/skills/{skill.pk}/", {"remove": "1"})
    assert not sam.skills.exists()
    page.post(
        "/settings/preferences/", {"theme": "dark", "hour_format": "12", "week_start": "sunday"}
    )
    assert 'data-theme="dark"' in page.get("/settings/preferences/").content.decode()
    assert page.post("/settings/preferences/", {"theme": "pink"}).status_code == 422
    words = {
        "display_name": "Sam A",
        "username": "admin",
        "bio": "",
        "time_zone": "Africa/Lagos",
        "locale": "en",
    }
    assert page.post("/settings/profile/", words).status_code == 422
    assert page.post("/settings/profile/", {**words, "username": "sam"}).status_code == 302
