"""Where the database or Redis is away every command of `manage.py` says so in one sentence."""

import os
import subprocess
import sys

import psycopg.errors
import pytest
import redis
from django.db import OperationalError

from tests.house.sources import ROOT
from tutorme.core.management import away

NOWHERE = {"DATABASE_URL": "postgres://x@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"}
DATABASE = "The database does not serve (connection failed: "
_ASKS_REDIS = "from django.core.cache import cache; cache.get('x')"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **NOWHERE},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("migrate",), DATABASE),
        (("showmigrations",), DATABASE),
        (("check", "--database", "default"), DATABASE),
        (("createsuperuser", "--noinput", "--email", "a@example.test"), DATABASE),
        (("expire_holds",), f"CommandError: {DATABASE}"),
        (("shell", "-c", _ASKS_REDIS), "Redis does not answer (Error 111 "),
    ],
)
def test_it_is_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(said)
    assert sentence.endswith("`manage.py doctor` says more.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("showmigrations", "--traceback"), "OperationalError: connection failed"),
        (("shell", "-c", "1 / 0"), "ZeroDivisionError"),
    ],
)
def test_the_control_what_is_asked_for_or_a_surprise_has_its_traceback(
    arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert said in done.stderr


def of(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        of(psycopg.OperationalError("connection failed")),
        of(psycopg.errors.AdminShutdown("terminating connection")),
        of(psycopg.errors.CannotConnectNow("the database system is starting up")),
        of(psycopg.errors.TooManyConnections("sorry, too many clients already")),
        of(psycopg.errors.InvalidPassword("no")),
        of(psycopg.errors.InvalidCatalogName("no such database")),
        redis.ConnectionError("refused"),
        redis.TimeoutError("Timeout reading from socket"),
        redis.exceptions.BusyLoadingError("Redis is loading the dataset in memory"),
    ],
)
def test_what_is_away(error: Exception, capsys) -> None:
    with pytest.raises(SystemExit) as ended, away.spoken(["manage.py", "migrate"]):
        raise error
    assert ended.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(type(error)), away.spoken(["manage.py", "migrate", "--traceback"]):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        of(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")),
        of(psycopg.errors.DeadlockDetected("deadlock detected")),
        of(psycopg.errors.DiskFull("could not extend file")),
        redis.ResponseError("WRONGTYPE"),
        KeyError("x"),
    ],
)
def test_the_control_an_answer_nobody_wanted_keeps_its_traceback(error: Exception) -> None:
    with pytest.raises(type(error)), away.spoken(["manage.py", "migrate"]):
        raise error
