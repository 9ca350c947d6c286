"""What the contract allows, and what it does not, sent to every operation as every actor: never a
server's own error, and never an answer that the contract does not know.

FUZZ_EXAMPLES says how many requests an operation gets from each actor.
"""

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from accounts import tokens
from accounts.models import User
from tests.certificates import desks

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
# Nobody, a student, a tutor, an organisation's contact, an admin.
ACTORS = ("visitor", "sam", "tess", "otto", "ada")


def no_error_of_ours(context: Any, answer: Any, case: Any) -> bool | None:
    """Only a feature that this site has not switched on may say so with a 503."""
    if answer.status_code == 503 and answer.json().get("code") == "provider-not-configured":
        return None
    told: bool | None = not_a_server_error(context, answer, case)
    return told


CHECKS = [no_error_of_ours, content_type_conformance, response_schema_conformance]
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Each with the reason why it is not sent anything here.
LEFT_OUT = {
    "realtime_stream": "an answer that does not end",
}


@pytest.fixture(scope="module")
def contract(django_db_setup: None, django_db_blocker) -> Any:
    application = get_wsgi_application()
    with django_db_blocker.unblock():
        return schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A server gives its connection back after a request; here the test's transaction is in it."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_nothing_that_is_sent_ends_in_our_error(
    request, contract: Any, actor: str, mode: GenerationMode, settings, sandbox
) -> None:
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (10**6, 60))
    person = None if actor == "visitor" else request.getfixturevalue(actor)
    if person and actor == "otto":
        desks.seat(desks.organization("North"), person)
    wrong: dict[str, str] = {}
    for found in contract.get_all_operations():
        operation = found.ok()
        if operation.definition.raw.get("operationId") in LEFT_OUT:
            continue
        try:
            send(operation, mode, bearer(person) if person else {})
        except Unsatisfiable:
            # Whatever one sends there is allowed: a message of a provider's.
            assert mode is GenerationMode.NEGATIVE, operation.label
        except FailureGroup as error:
            wrong[operation.label] = str(error)[:1500]
    assert not wrong, "\n\n".join(f"{label}: {told}" for label, told in wrong.items())


def bearer(person: User) -> dict[str, str]:
    """A new one for each operation: some of them end every sign-in."""
    person.refresh_from_db()
    return {"Authorization": f"Bearer {tokens.open_session(person).access}"}


def send(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
    )
    def one(case: Any) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    one()
