"""Processes are killed where it hurts most; nothing is lost, nothing happens twice."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from tests.journeys.people import MATHS, PYTHON, App, approve, arm, eventually
from tutorme.devstack.running import RunningStack

SignUp = Callable[[str], App]
pytestmark = pytest.mark.processes
_HELD = 20261121
_HOLD = f"""
CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock({_HELD}); RETURN NEW; END';
CREATE TRIGGER held BEFORE UPDATE ON certificates_certificate
    FOR EACH ROW WHEN (NEW.state = 'issued' AND OLD.state <> 'issued') EXECUTE FUNCTION held()
"""
_LET_GO = "DROP TRIGGER held ON certificates_certificate; DROP FUNCTION held()"


def test_the_worker_dies_while_it_prints(app: SignUp, stack: RunningStack) -> None:
    """kill -9 between the printed file and its row: the job's lease ends, the next worker prints,
    and there is one certificate, one file and one mail."""
    ines = app("Ines")
    course = ines.course(PYTHON)
    ines.post(f"courses/{course['id']}/enroll/", status=201)

    def printing() -> bool:
        rows = ines.get("jobs/")["results"]
        return any(
            row["kind"] == "certificates.render" and row["state"] == "running" for row in rows
        )

    with held_before_issuing(stack):
        ines.learn(course)
        eventually(printing)
        old = stack.kill("worker")
        assert ines.certificate() is None
    stack.wait_restarted("worker", old)
    eventually(ines.certificate, within_s=180)
    assert len(ines.get("certificates/")["results"]) == 1
    eventually(lambda: [mail for mail in ines.mails() if mail["attachments"]])
    attached = [mail for mail in ines.mails() if mail["attachments"]]
    assert len(attached) == 1


def test_the_web_dies_between_capture_and_commit(app: SignUp, stack: RunningStack) -> None:
    """PayPal has taken the money and its answer is on the way when web is killed: webhook or
    sweep find it, the place is given once, and PayPal was asked for the money once."""
    kofi = app("Kofi")
    order = kofi.order(kofi.course(MATHS))
    arm(stack, "webhook", "drop", times=2)
    approve(order)
    arm(stack, "capture", "late-reply", seconds=20)

    def capture() -> None:
        headers = {**kofi.http.headers, "Idempotency-Key": str(uuid.uuid4())}
        url = f"{stack.base_url}/api/v1/payments/orders/{order['id']}/capture/"
        try:
            httpx.post(url, headers=headers, timeout=30)
        except httpx.HTTPError:
            return

    asking = threading.Thread(target=capture)
    asking.start()
    eventually(lambda: taken(stack, order))
    old = stack.kill("web")
    asking.join(timeout=40)
    stack.wait_restarted("web", old)
    eventually(lambda: reachable(stack))
    assert kofi.enrolled(MATHS) is None

    stack.manage("reconcile")
    place = eventually(lambda: kofi.enrolled(MATHS), within_s=180)
    assert place["state"] == "active"
    assert kofi.get(f"payments/orders/{order['id']}/")["state"] == "captured"
    assert captures(stack, order) == 1


@contextmanager
def held_before_issuing(stack: RunningStack) -> Iterator[None]:
    """A print takes too short a while to be met by chance: whoever writes that a certificate is
    issued waits here for as long as the database lets it."""
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as own:
        own.execute("SELECT pg_advisory_lock(%s)", [_HELD])
        own.execute(_HOLD)
        try:
            yield
        finally:
            own.execute("SELECT pg_advisory_unlock(%s)", [_HELD])
            own.execute(_LET_GO)


def provider_order(stack: RunningStack, order: dict[str, object]) -> dict[str, Any]:
    """What PayPal's stand-in knows of it, by the token in the approval address."""
    token = str(order["approve_url"]).rpartition("token=")[2]
    base = f"{stack.sandbox_url}/paypal"
    access = httpx.post(
        f"{base}/v1/oauth2/token", auth=("reader", "reader"), data={"grant_type": "x"}
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {access}"}
    found: dict[str, Any] = httpx.get(f"{base}/v2/checkout/orders/{token}", headers=headers).json()
    return found


def captures(stack: RunningStack, order: dict[str, object]) -> int:
    (unit,) = provider_order(stack, order)["purchase_units"]
    return len(unit.get("payments", {}).get("captures", []))


def taken(stack: RunningStack, order: dict[str, object]) -> bool:
    return captures(stack, order) == 1


def reachable(stack: RunningStack) -> bool:
    try:
        return httpx.get(f"{stack.base_url}/readyz/").status_code == 200
    except httpx.HTTPError:
        return False
