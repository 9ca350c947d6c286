"""Whose row it is: another's id in a path or a body is not there, fields that are not one's own
to say are refused by name, and what is hidden changes no answer."""

from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db.models import F
from django.test import Client

from accounts.models import AuthSession, DataExport, PersonalToken, TutorPaper, TutorProfile, User
from accounts.services import erasure, export, skills, tutor_papers
from courses.models import Course
from tests.accounts.conftest import WHOLE, approve, with_picture
from tests.accounts.test_papers import paper
from tests.accounts.test_personal_tokens import TOKENS, wanted
from tests.accounts.test_pictures import picture
from tests.accounts.test_tutors import OWN, SUBMIT, write
from tests.house.test_permissions import named, routes
from tutorme.core import inbox, jobs, outbox
from tutorme.core.queue import app

ME = "/api/v1/me"


@pytest.fixture
def ottos(otto: User, subjects, media: Path, api) -> dict[str, tuple[str, str]]:
    """One of everything that Otto has and could address, as (method, path)."""
    skill = skills.add(user=otto, name="Algebra", level="beginner")
    write(api(otto), WHOLE, "put")
    sheet = tutor_papers.upload(user=otto, title="CAPES", upload=paper())
    api(otto).post(TOKENS, wanted("profile:read"), format="json")
    link = SocialAccount.objects.create(user=otto, provider="google", uid="1")
    copy = export.begin(user=otto)
    session = AuthSession.objects.filter(user=otto).latest("created_at")
    return {
        "skill, read": ("get", f"{ME}/skills/{skill.pk}/"),
        "skill, change": ("patch", f"{ME}/skills/{skill.pk}/"),
        "skill, remove": ("delete", f"{ME}/skills/{skill.pk}/"),
        "paper": ("delete", f"{OWN}papers/{sheet.pk}/"),
        "token": ("delete", f"{TOKENS}{PersonalToken.objects.get().pk}/"),
        "connection": ("delete", f"{ME}/connections/{link.pk}/"),
        "job": ("get", f"/api/v1/jobs/{copy.job_id}/"),
        "session": ("delete", f"{ME}/sessions/{session.pk}/"),
    }


@pytest.mark.django_db
def test_anothers_id_in_a_path_is_not_there(api, ottos, otto: User, sam: User) -> None:
    for name, (method, path) in ottos.items():
        answer = getattr(api(sam), method)(path, {"level": "expert"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), name
        # No difference to an id that nobody has.
        nobodys = path.replace(path.split("/")[-2], str(uuid4()) if "connec" not in path else "99")
        other = getattr(api(sam), method)(nobodys, {"level": "expert"}, format="json")
        told = {**answer.json(), "instance": ""}
        assert told == {**other.json(), "instance": ""}, name
    # The control: all of it is Otto's, and there.
    for name, (method, path) in ottos.items():
        answer = getattr(api(otto), method)(path, {"level": "expert"}, format="json")
        assert answer.status_code in {200, 204, 409}, (name, answer.content)


@pytest.mark.django_db
def test_nor_on_a_page(ottos, otto: User, sam: User) -> None:
    client = Client()
    client.force_login(sam)
    ids = {name: path.split("/")[-2] for name, (_method, path) in ottos.items()}
    copy = DataExport.objects.get()
    forms = [
        f"/settings/skills/{ids['skill, read']}/",
        f"/settings/devices/{ids['session']}/",
        f"/settings/data/copy/{copy.pk}/",
        f"/teach/profile/papers/{ids['paper']}/remove/",
    ]
    before = (AuthSession.objects.filter(revoked_at=None).count(), TutorPaper.objects.count())
    for path in forms:
        answer = client.get(path) if "copy" in path else client.post(path, {"act": "remove"})
        assert answer.status_code == 404, path
    after = (AuthSession.objects.filter(revoked_at=None).count(), TutorPaper.objects.count())
    assert before == after


@pytest.mark.django_db
def test_anothers_id_in_a_body_is_not_there(api, otto: User, sam: User, media) -> None:
    sent = {"purpose": "avatar", "file": BytesIO(picture())}
    theirs = api(otto).post("/api/v1/uploads/", sent, format="multipart").json()["id"]
    tag = api(sam).get(f"{ME}/profile/")["ETag"]
    for file_id in (theirs, str(uuid4())):
        answer = api(sam).patch(
            f"{ME}/profile/", {"avatar": file_id}, format="json", headers={"If-Match": tag}
        )
        assert answer.status_code in {404, 422}, answer.content
    sam.refresh_from_db()
    assert sam.avatar_id is None


SAID = ("role", "roles", "is_staff", "is_superuser", "points", "user", "id", "token_version")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/auth/register/"),
        ("patch", f"{ME}/profile/"),
        ("put", f"{ME}/profile/"),
        ("patch", f"{ME}/preferences/"),
        ("post", f"{ME}/skills/"),
        ("patch", OWN),
        ("post", f"{ME}/tokens/"),
        ("post", "/api/v1/users/"),
    ],
)
def test_what_is_not_ones_own_to_say_is_refused_by_name(api, ada, subjects, method, path) -> None:
    allowed = {"/api/v1/auth/register/": {"role"}, "/api/v1/users/": {"roles"}}.get(path, set())
    allowed |= {"points", "roles"} if path.endswith("profile/") and "tutor" not in path else set()
    before = User.objects.values().get(pk=ada.pk)
    for field in set(SAID) - allowed:
        tag = api(ada).get(path).headers.get("ETag", "*")
        answer = getattr(api(ada), method)(
            path, {field: "admin"}, format="json", headers={"If-Match": tag}
        )
        assert answer.status_code == 400, (field, answer.content)
        assert f"/{field}" in {row["pointer"] for row in answer.json()["errors"]}, field
    assert User.objects.values().get(pk=ada.pk) == before


@pytest.mark.django_db
def test_no_route_takes_what_it_does_not_know(api, sam, ada) -> None:
    """Every writing route with a body of our inventions, by whom every door lets in."""
    body = dict.fromkeys(SAID, "admin") | {"price": 1, "score": 100, "instructor_id": "x"}
    columns = ("is_staff", "is_superuser", "points", "is_active")
    before = list(User.objects.order_by("pk").values_list(*columns))
    taken = set()
    for path, method, _actors in routes():
        if method not in {"post", "put", "patch"}:
            continue
        answer = getattr(api(ada), method)(path, body, format="json")
        if answer.status_code < 300:
            taken.add(named((path, method, frozenset())))
    assert list(User.objects.order_by("pk").values_list(*columns)) == before
    assert taken <= WITHOUT_A_BODY


# They act on the caller alone, and read nothing of what is sent.
WITHOUT_A_BODY = {
    "post auth/sign-out-everywhere/",
    "post me/export/",
    "post notifications/read-all/",
}


@pytest.mark.django_db
def test_hidden_tutors_change_no_answer(api, sam: User, ada: User, subjects, media) -> None:
    """Draft, suspended and unlisted: no count, facet, order or search word tells of them."""
    asked = [
        "/api/v1/tutors/",
        "/api/v1/tutors/?q=algebra",
        "/api/v1/tutors/?subject=algebra&language=fr&price_max=50",
        "/api/v1/tutors/?ordering=price",
    ]

    def answers() -> list[object]:
        return [api(None).get(path).json() for path in asked]

    empty = answers()
    with_picture(sam)
    write(api(sam), WHOLE, "put")
    assert answers() == empty
    api(sam).post(SUBMIT)
    approve(sam, ada)
    assert answers() != empty  # the control
    TutorProfile.objects.update(is_listed=False)
    assert answers() == empty
    TutorProfile.objects.update(is_listed=True)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    assert answers() == empty
    refused = api(None).get(f"/api/v1/tutors/{sam.pk}/")
    nobody = api(None).get(f"/api/v1/tutors/{uuid4()}/")
    assert refused.status_code == nobody.status_code == 404
    assert {**refused.json(), "instance": ""} == {**nobody.json(), "instance": ""}


@pytest.mark.django_db
def test_who_taught_a_course_until_now_edits_it_no_more(tess: User, orla: User) -> None:
    course = Course.objects.create(
        title="Algebra", slug="algebra", instructor=tess, difficulty="beginner"
    )
    assert Course.objects.editable_by(tess).filter(pk=course.pk).exists()
    Course.objects.filter(pk=course.pk).update(instructor=orla)
    assert not Course.objects.editable_by(tess).filter(pk=course.pk).exists()
    TutorProfile.objects.filter(user=orla).update(state="rejected", version=F("version") + 1)
    orla = User.objects.get(pk=orla.pk)
    assert not Course.objects.editable_by(orla).filter(pk=course.pk).exists()


@pytest.mark.django_db
def test_a_message_is_a_hint_and_the_row_is_asked_again(sam: User, media) -> None:
    """Whoever could write to the queue names rows; a worker reads what they say now."""
    assert app.conf.accept_content == ["json"]
    for nobodys in (str(uuid4()), str(UUID(int=0))):
        jobs.run(nobodys)
        outbox.deliver(nobodys)
        inbox.process(nobodys)
    copy = export.begin(user=sam)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    erasure.request(user=sam, keeps_name_on_certificates=False)
    jobs.run(str(copy.job_id))
    copy.refresh_from_db()
    assert copy.user_id == sam.pk
