"""One's own profile over the API: conditional, validated, and free of anything secret."""

import json
from functools import partial

import pytest

from accounts.models import User
from tests.races.parallel import together

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
        "bio": "",
        "time_zone": "Africa/Lagos",
        "locale": "ar",
    }
    assert client.put(ME, whole, format="json", headers=headers).json()["locale"] == "ar"
    assert client.patch(ME, {"points": 9}, format="json", headers=headers).status_code == 400


@pytest.mark.django_db
def test_no_answer_about_people_carries_secrets(api, sam: User) -> None:
    client = api(sam)
    for path in (ME, "/api/v1/auth/session/", "/api/v1/me/sessions/"):
        text = json.dumps(client.get(path).json()).lower()
        assert not [word for word in SECRETS if f'"{word}' in text], path
        assert sam.password not in text
