"""The permission matrix: every route × every actor, from the declaration to the answer.

A route's declared actors get through the door (whatever they then find: 200, 400, 404 …); all
others get 401 or 403. A route without a declaration fails here.
"""

import re
from uuid import UUID

import pytest

from tests.house.test_registers import api_views
from tutorme.core.access import Actor

NOBODYS = UUID("0198aaaa-0000-7000-8000-000000000000")
# Refused for another reason before roles count: the signature of a provider's message.
WITHOUT_ROLES = {
    "/api/v1/payments/webhooks/paypal/",
    "/api/v1/video/webhooks/twilio/",
    "/api/v1/certificates/webhooks/graphy/",
    "/api/v1/realtime/webhooks/pusher/",
    "/api/v1/realtime/webhooks/sendgrid/",
}


def concrete(path: str) -> str:
    path = re.sub(r"<uuid:\w+>", str(NOBODYS), path)
    path = re.sub(r"<int:\w+>", "1", path)
    return re.sub(r"<(?:slug|str):\w+>", "nothing", path)


def routes() -> list[tuple[str, str, frozenset[Actor]]]:
    return [
        (concrete(path), method, cls.access[action].actors)
        for path, cls, actions in api_views()
        for method, action in actions.items()
    ]


def named(row: tuple[str, str, frozenset[Actor]]) -> str:
    return f"{row[1]} {row[0].removeprefix('/api/v1/').replace(str(NOBODYS), '…')}"


@pytest.mark.django_db
@pytest.mark.parametrize("row", routes(), ids=named)
def test_the_door(api, sam, tess, ada, row) -> None:
    path, method, allowed = row
    people = {
        Actor.VISITOR: None,
        Actor.STUDENT: sam,
        Actor.TUTOR: tess,
        Actor.ADMIN: ada,
    }
    for actor, person in people.items():
        answer = getattr(api(person), method)(path, {}, format="json")
        code = answer.json().get("code", "") if answer.status_code >= 400 else ""
        refused = answer.status_code in {401, 403} and code in {"not-signed-in", "not-allowed"}
        if path in WITHOUT_ROLES:
            assert not refused
            continue
        assert refused == (actor not in allowed), (actor, answer.status_code, code)
        assert answer.status_code < 500, answer.content


@pytest.mark.django_db
def test_a_method_that_is_not_offered_is_405_for_everybody(api, sam) -> None:
    for client in (api(None), api(sam)):
        answer = client.delete("/api/v1/payments/orders/")
        assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
