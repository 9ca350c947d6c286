"""One's own profile over the API: conditional, validated, and free of anything secret."""

import json
from functools import partial

import pytest

from accounts.models import User
from tests.races.parallel import together
from tutorme.core.models import AuditEntry

ME = "/api/v1/me/profile/"
SECRETS = ("password", "token_version", "is_staff", "is_superuser", "last_login", "jti", "secret")


@pytest.mark.django_db
def test_an_edit_names_the_version_it_was_made_on(api, sam: User) -> None:
    client = api(sam)
    tag = client.get(ME)["ETag"]
    assert client.patch(ME, {"bio": "Hello"}, format="json").json()["code"] == (
        "precondition-required"
    )
    edited = client.patch(ME, {"bio": "Hello"}, format="json", headers={"if-match": tag})
    assert (edited.status_code, edited.json()["bio"]) == (200, "Hello")
    stale = client.patch(ME, {"bio": "Bye"}, format="json", headers={"if-match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert client.get(ME, headers={"if-none-match": edited["ETag"]}).status_code == 304


@pytest.mark.django_db(transaction=True)
def test_of_eight_edits_of_one_version_one_is_kept(api, sam: User) -> None:
    tag = api(sam).get(ME)["ETag"]

    def edit(n):
        client = api(sam)
        body = {"bio": f"Edit {n}"}
        return client.patch(ME, body, format="json", headers={"if-match": tag}).status_code

    answers = together([partial(edit, n) for n in range(8)])
    assert sorted(answers) == [200] + [412] * 7


@pytest.mark.django_db
def test_put_replaces_all_and_patch_some(api, sam: User) -> None:
    client = api(sam)
    headers = {"if-match": "*"}
    short = client.put(ME, {"bio": "Only this"}, format="json", headers=headers)
    assert short.status_code == 400
    whole = {
        "username": "sam.l",
        "display_name": "Sam L",
        "avatar": None,
        "bio": "",
        "time_zone": "Africa/Lagos",
        "locale": "ar",
    }
    assert client.put(ME, whole, format="json", headers=headers).json()["locale"] == "ar"
    assert client.patch(ME, {"points": 9}, format="json", headers=headers).status_code == 400


@pytest.mark.django_db
def test_an_old_name_of_a_zone_is_kept_as_its_new_one(api, sam: User) -> None:
    client = api(sam)

    def moved(zone: object):
        return client.patch(ME, {"time_zone": zone}, format="json", headers={"if-match": "*"})

    assert moved("Europe/Kiev").json()["time_zone"] == "Europe/Kyiv"
    assert moved("Europe/Stockholm").json()["time_zone"] == "Europe/Stockholm"
    sam.refresh_from_db()
    assert sam.time_zone_changed_at is not None
    for junk in ("../x", "posixrules", "", None, 5, "Mars/Olympus"):
        assert moved(junk).status_code == 400, junk


@pytest.mark.django_db
def test_preferences_are_kept_with_the_account(api, sam: User) -> None:
    client = api(sam)
    path = "/api/v1/me/preferences/"
    before = {"theme": "device", "hour_format": "24", "week_start": "monday"}
    assert client.get(path).json() == before
    changed = client.patch(path, {"theme": "dark", "hour_format": "12"}, format="json")
    assert changed.json() == {**before, "theme": "dark", "hour_format": "12"}
    assert client.patch(path, {"theme": "pink"}, format="json").status_code == 400
    assert client.patch(path, {"is_staff": True}, format="json").status_code == 400


@pytest.mark.django_db
def test_the_record_of_an_edit_names_fields_and_keeps_no_words(api, sam: User) -> None:
    api(sam).patch(ME, {"bio": "My secret"}, format="json", headers={"if-match": "*"})
    entry = AuditEntry.objects.get(action="profile.updated")
    assert entry.after == {"fields": ["bio"]}
    assert entry.before is None


@pytest.mark.django_db
def test_no_answer_about_people_carries_secrets(api, sam: User) -> None:
    client = api(sam)
    for path in (ME, "/api/v1/auth/session/", "/api/v1/me/sessions/"):
        text = json.dumps(client.get(path).json()).lower()
        assert not [word for word in SECRETS if f'"{word}' in text], path
        assert sam.password not in text
