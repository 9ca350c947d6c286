"""What goes wrong is said in one sentence and a status; what nobody foresaw keeps its traceback."""

import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from tests.house.sources import ROOT
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.gateways import GatewayUnavailable
from tutorme.core.management import operating
from tutorme.core.management.operating import OperatorCommand

_WRONG = {"pointer": "/name", "code": "invalid", "detail": "The name is empty."}


class Failing(OperatorCommand):
    def __init__(self, error: BaseException) -> None:
        super().__init__(stdout=StringIO())
        self._error = error

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        raise self._error


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (NotFound("No such job."), "No such job.", 1),
        (InvalidInput(errors=[_WRONG]), "The name is empty.", 1),
        (InvalidInput("Two are wrong.", errors=[_WRONG]), "Two are wrong.\nThe name is empty.", 1),
        (GatewayUnavailable("paypal: silence"), "paypal: silence", 1),
        (FileNotFoundError(2, "No such file", "/none"), "/none: No such file.", 1),
        (OSError(28, "No space left on device"), "No space left on device.", 1),
        (OperationalError("refused\nIs it running?"), "(refused): `manage.py doctor`", 1),
        (redis.ConnectionError("refused"), "Redis does not answer (refused)", 1),
        (KeyboardInterrupt(), "run it again for the rest", 130),
    ],
)
def test_what_can_be_acted_on_is_a_sentence(error: BaseException, said: str, code: int) -> None:
    with pytest.raises(CommandError) as told:
        call_command(Failing(error))
    assert said in str(told.value)
    assert told.value.returncode == code
    assert told.value.__cause__ is error, "--traceback shows where it comes from"


def test_the_control_a_surprise_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        call_command(Failing(ZeroDivisionError()))


class Alone(OperatorCommand):
    alone = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        return {}


@pytest.mark.django_db
def test_a_second_one_of_what_runs_alone_is_told_so() -> None:
    lock = "SELECT pg_advisory_lock(%s, hashtext('test_operating'))"
    elsewhere = connection.copy()
    with elsewhere.cursor() as cursor:
        cursor.execute(lock, [operating._ALONE_LOCK])
        with pytest.raises(CommandError, match=r"^test_operating is running already: wait"):
            call_command(Alone(stdout=StringIO()))
    elsewhere.close()
    call_command(Alone(stdout=StringIO()))
    call_command(Alone(stdout=StringIO()))


class Counting(OperatorCommand):
    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nothing_of_this_name")
        return {}


@pytest.mark.django_db
def test_a_table_that_is_not_there_yet_is_a_migration_that_was_not_run() -> None:
    with pytest.raises(CommandError, match=r"does not exist: run `manage.py migrate`"):
        call_command(Counting(stdout=StringIO()))


@pytest.mark.slow
def test_who_has_read_enough_is_no_error() -> None:
    """`env_docs | head -1`: the reader is gone before anything is written."""
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "manage.py", "env_docs", "--json"],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("recompute_progress", "--course", "gone"), "no course gone"),
        (("recount_courses", "--course", "gone"), "no course gone"),
        (("rebuild_free_times", "--tutor", "gone"), "Nobody called gone"),
        (("issue_certificates", "--course", "gone"), "is called gone"),
        (("load_subjects", "/none.yaml"), "/none.yaml: No such file"),
        (("load_subjects", sys.executable), "is no YAML"),
        (("replay", "outbox", "--id", "x"), "No such row"),
        (("replay", "inbox", "--id", "x"), "No such row"),
        (("create_admin", "not-an-address"), "no mail address"),
        (("create_admin", ""), "no mail address"),
        (("reconcile", "--compare", "99999999"), "whole number"),
        (("reconcile", "--older-than", "-5"), "expected one argument|whole number"),
        (("openapi", "/none/contract.yaml"), "No such file"),
    ],
)
def test_a_slip_of_the_pen_is_named(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command(*arguments, stdout=StringIO())
