"""The switches themselves: armed by programs and by people, counted, refused when senseless."""

import pytest

from sandbox.faults import MEANINGS, OPERATIONS
from tests.sandbox.conftest import Rest, issue
from tests.sandbox_server import Sandbox


def armed(sandbox: Sandbox) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = sandbox.http.get(f"{sandbox.url}/_faults").json()["armed"]
    return rows


def test_a_fault_is_listed_counted_and_gone(sandbox: Sandbox, rest: Rest) -> None:
    sandbox.fault("create", "500-before", times=2)
    assert (armed(sandbox)[0]["operation"], armed(sandbox)[0]["times"]) == ("create", 2)
    assert [rest.create().status_code for _ in range(3)] == [500, 500, 201]
    assert armed(sandbox) == []


def test_clearing_disarms(sandbox: Sandbox, rest: Rest) -> None:
    sandbox.fault("create", "500-before")
    assert sandbox.http.delete(f"{sandbox.url}/_faults").json()["armed"] == []
    assert rest.create().status_code == 201


@pytest.mark.parametrize(
    "senseless",
    [
        {"provider": "paypal", "operation": "craete", "kind": "429"},
        {"provider": "stripe", "operation": "create", "kind": "429"},
        {"provider": "paypal", "operation": "create", "kind": "drop"},
        {"provider": "paypal", "operation": "create", "kind": "429", "times": 0},
        {"provider": "paypal", "operation": "create"},
        {"provider": "paypal", "operation": "create", "kind": "429", "tmies": 1},
    ],
)
def test_a_switch_that_does_not_exist_says_so(sandbox: Sandbox, senseless) -> None:
    answer = sandbox.http.post(f"{sandbox.url}/_faults", json=senseless)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert armed(sandbox) == []


def test_every_kind_is_explained() -> None:
    used = {kind for rows in OPERATIONS.values() for kinds in rows.values() for kind in kinds}
    assert used == set(MEANINGS)


def test_people_arm_and_clear_on_the_front_page(sandbox: Sandbox, rest: Rest) -> None:
    form = {"switch": "paypal create refuse", "times": "1"}
    assert sandbox.http.post(f"{sandbox.url}/_faults/arm/", data=form).status_code == 303
    assert "refuse" in sandbox.http.get(sandbox.url).text
    assert issue(rest.create()) == "INTERNAL_SERVER_ERROR"
    sandbox.http.post(f"{sandbox.url}/_faults/arm/", data=form)
    assert sandbox.http.post(f"{sandbox.url}/_faults/clear/").status_code == 303
    assert "Nothing is armed" in sandbox.http.get(sandbox.url).text
    assert sandbox.http.post(f"{sandbox.url}/_faults/arm/", data={"switch": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/paypal/", "/mail/"])
def test_every_page_says_that_nothing_is_real(sandbox: Sandbox, path: str) -> None:
    assert "no money moves" in sandbox.http.get(sandbox.url + path).text
