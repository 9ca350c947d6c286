"""The OpenAPI document: valid, complete, and a change of contract is a visible diff."""

import os
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator

GOLDEN = Path(__file__).parent / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> str:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_contract_is_the_golden_copy(schema: str) -> None:
    if os.environ.get("RECORD_SCHEMA"):
        GOLDEN.write_text(schema)
    assert schema == GOLDEN.read_text(), "RECORD_SCHEMA=1 writes the new contract"


def test_every_operation_says_what_it_does_and_who_may(schema: str) -> None:
    document = yaml.safe_load(schema)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path}"
            assert operation["x-access"]["actors"], f"{method} {path}"
            assert operation["responses"]["default"], f"{method} {path}"


def unkept(node: Any, path: str = "") -> Iterator[str]:
    """What makes a generated client send something that is refused, or not be generated at all:
    defaults their own schema forbids, and a parameter that is there twice."""
    if isinstance(node, dict):
        if "default" in node and "$ref" not in node:
            found = Draft202012Validator(node).iter_errors(node["default"])
            yield from (f"{path}: {error.message}" for error in found)
        given = [(row["in"], row["name"]) for row in node.get("parameters", ())]
        yield from (f"{path}: {name} twice" for name, n in Counter(given).items() if n > 1)
        for name, child in node.items():
            yield from unkept(child, f"{path}/{name}")
    elif isinstance(node, list):
        for child in node:
            yield from unkept(child, path)


def test_the_contract_keeps_to_itself(schema: str) -> None:
    assert list(unkept(yaml.safe_load(schema))) == []


def test_what_does_not_shows() -> None:
    twice = [{"in": "query", "name": "cursor"}] * 2
    short = {"type": "string", "minLength": 1, "default": ""}
    assert len(list(unkept({"get": {"parameters": twice}, "schema": short}))) == 2


def test_edits_say_that_they_need_the_version(schema: str) -> None:
    """Whoever refuses with 428 declares the header; clients would not send it otherwise."""
    document = yaml.safe_load(schema)
    declared = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if any(row["name"] == "If-Match" for row in operation.get("parameters", ()))
    }
    assert declared == {
        *("ai_drafts_edit", "ai_nodes_edit", "courses_update", "lessons_update"),
        *("external_courses_update", "organizations_update", "webhooks_update"),
        *("me_availability_edit", "me_availability_replace"),
        *("me_profile_replace", "me_profile_update"),
        *("me_tutor_profile_replace", "me_tutor_profile_update"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/", "/api/redoc/"])
def test_the_pages_of_the_contract_open_without_signing_in(client, path: str) -> None:
    assert client.get(path).status_code == 200
