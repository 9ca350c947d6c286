"""What we send out stands in the contract, and is what the contract says."""

from uuid import uuid4

import jsonschema
import yaml

from payments.events import PayoutPaid
from tests.house.sources import ROOT
from webhooks import catalog
from webhooks.api.contract import add_webhooks

GOLDEN = ROOT / "tests" / "api" / "openapi.yaml"


def test_every_type_one_can_choose_is_in_the_contract() -> None:
    told = yaml.safe_load(GOLDEN.read_text())["webhooks"]
    assert set(told) == {*catalog.KINDS, catalog.TEST}


def body_of(name: str) -> dict:
    operation = add_webhooks({})["webhooks"][name]["post"]
    found: dict = operation["requestBody"]["content"]["application/json"]["schema"]
    return found


def test_a_message_keeps_to_it_and_another_does_not() -> None:
    event = PayoutPaid(uuid4(), uuid4(), 4200, "EUR")
    message = {"type": event.name, "timestamp": "2026-11-21T17:00:00Z", "data": event.to_payload()}
    jsonschema.validate(message, body_of(event.name))
    broken = {**message, "data": {**event.to_payload(), "amount_minor": "42.00"}}
    try:
        jsonschema.validate(broken, body_of(event.name))
    except jsonschema.ValidationError:
        return
    raise AssertionError("an amount as text was let through")
