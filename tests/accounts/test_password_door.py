"""Every password is looked at behind one door, and guesses are counted before they are tried."""

import pytest

from accounts.models import User
from tests import cast
from tests.races.parallel import together

TOKEN = "/api/v1/auth/token/"


def guess(client, password: str = "wrong wrong wrong", email: str = "sam@example.test"):
    return client.post(TOKEN, {"email": email, "password": password}, format="json")


@pytest.mark.django_db
def test_unknown_and_wrong_look_the_same(api, sam: User) -> None:
    wrong, unknown = guess(api(None)), guess(api(None), email="nobody@example.test")
    strip = ("instance",)
    first = {k: v for k, v in wrong.json().items() if k not in strip}
    assert first == {k: v for k, v in unknown.json().items() if k not in strip}
    assert (wrong.status_code, first["code"]) == (401, "wrong-credentials")


@pytest.mark.django_db
def test_a_suspended_account_is_told_no_more_than_a_wrong_password(api, sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(is_active=False)
    assert guess(api(None), cast.PASSWORD).json()["code"] == "wrong-credentials"


@pytest.mark.django_db(transaction=True)
def test_thirty_parallel_guesses_test_five_passwords(api, sam: User) -> None:
    client = api(None)
    answers = together([lambda: guess(client).json()["code"]] * 30)
    assert set(answers) <= {"too-many-requests", "too-many-sign-in-attempts", "wrong-credentials"}
    assert answers.count("wrong-credentials") == 5


@pytest.mark.django_db
def test_case_spaces_and_forged_addresses_do_not_widen_the_limit(api, sam: User) -> None:
    spellings = ["sam@example.test", "SAM@example.test", " sam@Example.test "]
    for turn in range(5):
        client = api(None)
        client.credentials(HTTP_X_FORWARDED_FOR=f"203.0.113.{turn}")
        assert guess(client, email=spellings[turn % 3]).status_code == 401
    refused = guess(api(None), cast.PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-sign-in-attempts")
    assert int(refused["Retry-After"]) > 0


@pytest.mark.django_db
def test_pages_and_api_share_one_count(api, client, sam: User) -> None:
    for _ in range(5):
        assert guess(api(None)).status_code == 401
    page = client.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    assert "_auth_user_id" not in client.session
    assert page.status_code in {200, 422, 429}


@pytest.mark.django_db
def test_the_right_password_forgives_earlier_slips(api, sam: User) -> None:
    for _ in range(2):
        for _ in range(4):
            guess(api(None))
        assert guess(api(None), cast.PASSWORD).status_code == 200


@pytest.mark.django_db
def test_no_foreign_page_signs_its_visitors_in(api, sam: User) -> None:
    body = {"email": sam.email, "password": cast.PASSWORD}
    foreign = {"origin": "https://evil.test"}
    answer = api(None).post(TOKEN, body, format="json", headers=foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin-refused")
