"""Signing in through Google, Microsoft and Apple, against their stand-ins over HTTP."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.mailed import code_for

SERVICES = ["google", "microsoft", "apple"]


@pytest.fixture(autouse=True)
def empty_cache(db) -> None:
    cache.clear()


class Visitor:
    """A browser that goes to the service and comes back."""

    def __init__(self, sandbox, service: str, client: Client | None = None) -> None:
        self.client, self.sandbox, self.service = client or Client(), sandbox, service

    def leave(self, process: str = "login") -> Any:
        return self.client.post(f"/account/{self.service}/login/?process={process}")

    def decide(self, address: str, **choice: str) -> Any:
        """What the person presses there; returns the answer that leads back, not yet followed."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        url = address.partition("?")[0]
        return self.sandbox.http.post(url, data={**asked, **choice})

    def back(self, answer: Any) -> Any:
        """Follows it: a redirect, or the form that Apple's page posts."""
        if answer.status_code == 303:
            return self._get(answer.headers["Location"])
        found = re.findall(r'name="(\w+)" value="([^"]*)"', answer.text)
        fields = {name: html.unescape(value) for name, value in found}
        posted = self.client.post("/account/apple/login/callback/", fields)
        return self._get(posted["Location"])

    def _get(self, address: str) -> Any:
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def come_in(self, *, process: str = "login", **choice: str) -> Any:
        left = self.leave(process)
        assert left.status_code == 302, left.content
        return self.back(self.decide(left["Location"], **choice))


NADIA = {"email": "nadia@example.test", "name": "Nadia Haddad", "verified": "yes"}
SAM = {"email": "sam@example.test", "name": "Sam", "verified": "yes"}
URI = {"email": "uri@example.test", "name": "Uri"}


@pytest.mark.parametrize("service", SERVICES)
def test_somebody_new_gets_an_account_and_comes_back_to_it(sandbox, service: str) -> None:
    first = Visitor(sandbox, service).come_in(**NADIA)
    assert first["Location"] == "/today/", first.content
    nadia = User.objects.get()
    assert (nadia.email, nadia.has_usable_password()) == ("nadia@example.test", False)
    assert nadia.email_verified_at is not None
    assert SocialAccount.objects.get().provider == service
    again = Visitor(sandbox, service)
    assert again.come_in(**NADIA)["Location"] == "/today/"
    assert again.client.session["_auth_user_id"] == str(nadia.pk)
    assert User.objects.count() == 1


@pytest.mark.parametrize("service", SERVICES)
def test_an_equal_address_joins_nothing(sandbox, sam: User, service: str) -> None:
    visitor = Visitor(sandbox, service)
    answer = visitor.come_in(**SAM)
    assert answer.status_code == 409
    assert "_auth_user_id" not in visitor.client.session
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("service", SERVICES)
def test_an_address_nobody_vouches_for_is_proven_by_a_code(sandbox, service: str) -> None:
    visitor = Visitor(sandbox, service)
    assert visitor.come_in(**URI)["Location"] == "/account/services/new/"
    assert not User.objects.exists()
    page = visitor.client.get("/account/services/new/").content.decode()
    assert "uri@example.test" in page
    visitor.client.post("/account/services/new/", {"name": "Uri", "email": "uri@example.test"})
    done = visitor.client.post("/account/signup/code/", {"code": code_for("uri@example.test")})
    assert done["Location"] == "/today/"
    assert SocialAccount.objects.get().user == User.objects.get()


def test_the_owner_of_a_known_address_is_not_joined_by_an_unproven_one(sandbox, sam: User) -> None:
    visitor = Visitor(sandbox, "google")
    visitor.come_in(email=sam.email, name="Mallory")
    visitor.client.post("/account/services/new/", {"name": "Mallory", "email": sam.email})
    refused = visitor.client.post("/account/signup/code/", {"code": code_for(sam.email)})
    assert refused.status_code == 422
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "fault",
    [
        "wrong-audience",
        "wrong-issuer",
        "wrong-nonce",
        "expired",
        "bad-signature",
        "500-before",
        "lost-reply",
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(sandbox, service: str, fault: str) -> None:
    visitor = Visitor(sandbox, service)
    left = visitor.leave()
    sandbox.fault("token", fault, provider=service, times=3)
    answer = visitor.back(visitor.decide(left["Location"], **NADIA))
    assert answer.status_code in {200, 401}
    assert "Signing in did not work" in answer.content.decode()
    assert not User.objects.exists()
    assert "_auth_user_id" not in visitor.client.session


def test_the_answer_belongs_to_the_browser_that_asked(sandbox) -> None:
    asked, other = Visitor(sandbox, "google"), Visitor(sandbox, "google")
    decided = asked.decide(asked.leave()["Location"], **NADIA)
    assert "Signing in did not work" in other.back(decided).content.decode()
    assert asked.back(decided)["Location"] == "/today/"
    # The state and the code are good once.
    fresh = Visitor(sandbox, "google", asked.client)
    fresh.client.logout()
    assert "Signing in did not work" in fresh.back(decided).content.decode()


def test_pkce_and_nonce_go_along_and_the_query_does_not(sandbox) -> None:
    client = Client()
    path = "/account/google/login/?scope=everything&auth_params=prompt%3Dnone%26nonce%3Dmine"
    asked = parse_qs(urlsplit(client.post(path)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"] != ["mine"]
    assert "everything" not in asked["scope"][0]
    assert "prompt" not in asked


@pytest.mark.parametrize("service", SERVICES)
def test_who_stops_there_is_told_so(sandbox, service: str) -> None:
    answer = Visitor(sandbox, service).come_in(choice="cancel")
    assert answer["Location"] == "/account/services/cancelled/"


def test_a_provider_that_is_away_is_said_plainly(sandbox) -> None:
    sandbox.fault("discovery", "500-before", provider="google", times=9)
    assert Visitor(sandbox, "google").leave().status_code == 503


def test_sam_connects_and_disconnects(sandbox, sam: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": sam.email, "password": "correct horse battery"})
    page = client.get("/settings/connections/").content.decode()
    assert page.count("process=connect") == 3
    client.post("/account/confirm/", {"password": "correct horse battery"})
    visitor = Visitor(sandbox, "google", client)
    visitor.come_in(process="connect", **NADIA)
    row = SocialAccount.objects.get()
    assert row.user == sam
    # Nobody else can join the same identity.
    assert Visitor(sandbox, "google").come_in(**NADIA)["Location"] == "/today/"
    client.post(f"/settings/connections/{row.pk}/remove/")
    assert not SocialAccount.objects.exists()


def test_the_last_way_in_stays(sandbox) -> None:
    visitor = Visitor(sandbox, "google")
    visitor.come_in(**NADIA)
    row = SocialAccount.objects.get()
    visitor.client.post(f"/settings/connections/{row.pk}/remove/")
    assert SocialAccount.objects.exists()


def test_signing_in_by_a_service_asks_for_the_second_factor_too(sandbox, second_factor) -> None:
    visitor = Visitor(sandbox, "google")
    visitor.come_in(**NADIA)
    nadia = User.objects.get()
    second_factor(nadia)
    again = Visitor(sandbox, "google")
    assert again.come_in(**NADIA)["Location"] == "/account/login/second-factor/"
    assert "_auth_user_id" not in again.client.session


def test_a_get_starts_nothing_and_our_policy_names_where_forms_lead(sandbox) -> None:
    page = Client().get("/account/google/login/")
    assert page.status_code == 200
    assert sandbox.url in page["Content-Security-Policy"]
    login = Client().get("/account/login/")
    assert sandbox.url in login["Content-Security-Policy"]
    assert "Microsoft" in login.content.decode()


def test_without_keys_there_are_no_buttons(db) -> None:
    page = Client().get("/account/login/").content.decode()
    assert "Google" not in page
    assert Client().get("/account/google/login/").status_code == 404
    assert Client().get("/account/apple/login/").status_code == 404
