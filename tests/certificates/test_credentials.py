"""Credentials, judged by a verifier that is not ours (`openbadgeslib`)."""

import copy
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError
from pyld.jsonld import JsonLdError

from certificates import credentials
from certificates.services import taking_back


@pytest.fixture
def web(client, settings):
    """What a verifier fetches, answered by our own views."""
    settings.PUBLIC_BASE_URL = "https://tutorme.example"

    def download(url: str, *_: Any, **__: Any) -> bytes:
        answer = client.get(urlsplit(url).path)
        assert answer.status_code == 200, url
        return bytes(answer.content)

    return download


def verified(document: dict[str, Any], download) -> Any:
    verifier = OB3LdpVerifier.for_issuer_did(credentials.did())
    return verifier.verify(json.dumps(document), check_status=True, download=download)


pytestmark = pytest.mark.django_db


def test_a_verifier_that_is_not_ours_accepts_it(web, request, client) -> None:
    certificate = request.getfixturevalue("issued")
    answer = client.get(f"/verify/{certificate.code}/credential.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vc+ld+json"
    document = answer.json()
    verified(document, web)
    assert document["issuer"]["id"] == "did:web:tutorme.example"
    assert document["credentialSubject"]["achievement"]["name"] == certificate.facts["course"]


def test_it_refuses_what_was_changed(web, request) -> None:
    document = credentials.of(request.getfixturevalue("issued"))
    forged = copy.deepcopy(document)
    forged["credentialSubject"]["identifier"][0]["identityHash"] = "Mallory"
    with pytest.raises(OB3VerificationError):
        verified(forged, web)


def test_it_refuses_what_was_taken_back(web, request, ada) -> None:
    certificate = request.getfixturevalue("issued")
    document = credentials.of(certificate)
    verified(document, web)
    taking_back.revoke(certificate=certificate, actor_id=ada.pk, reason="Issued in error")
    with pytest.raises(OB3VerificationError, match="is set at index"):
        verified(document, web)


def test_the_same_certificate_gives_the_same_document(web, request) -> None:
    certificate = request.getfixturevalue("issued")
    assert credentials.of(certificate) == credentials.of(certificate)


def test_numbers_in_a_row_are_scattered_and_meet_nowhere() -> None:
    places = [credentials.place(number) for number in range(credentials.LIST_BITS)]
    assert {number for number, _ in places} == {0}
    assert len({bit for _, bit in places}) == credentials.LIST_BITS
    assert credentials.place(credentials.LIST_BITS)[0] == 1


def test_nothing_is_fetched_to_sign() -> None:
    with pytest.raises(JsonLdError, match="RDF dataset"):
        credentials.sign(
            {"@context": ["https://example.test/x"]}, at=datetime(2026, 1, 1, tzinfo=UTC)
        )
