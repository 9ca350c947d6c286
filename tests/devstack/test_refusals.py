"""What stands in the way is said in one sentence, before anything starts."""

import os
import signal
import socket
from pathlib import Path

import pytest

from tutorme.devstack import environment, locks, place, ports, postgres, stack
from tutorme.devstack.place import CannotGoOn, Place

HOLD = """
import sys, time
from pathlib import Path
from tutorme.devstack import locks
with locks.only_one(Path({path!r}), "TutorMe", "stop it"):
    print("held")
    time.sleep(60)
"""


def test_a_second_stack_is_told_who_has_the_first(script, tmp_path: Path) -> None:
    path = tmp_path / "run" / "lock"
    first = script(HOLD.format(path=str(path)))
    assert first.stdout.readline() == "held\n"

    with pytest.raises(CannotGoOn) as refusal:
        with locks.only_one(path, "TutorMe", "stop it with `make stop`"):
            pass

    assert str(refusal.value) == (
        f"TutorMe is already running from this checkout (pid {first.pid}): "
        "stop it with `make stop`."
    )
    assert locks.holder(path) == first.pid


def test_a_killed_holder_leaves_no_lock(script, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = script(HOLD.format(path=str(path)))
    first.stdout.readline()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    assert locks.holder(path) is None
    with locks.only_one(path, "TutorMe", "stop it"):
        assert locks.holder(path) == os.getpid()
    assert locks.holder(path) is None


def test_a_taken_port_is_named_with_its_owner_and_the_way_out(script) -> None:
    [port] = ports.any_free(1)
    server = script(f"import http.server as h; h.test(port={port}, bind='127.0.0.1')")
    server.stdout.readline()

    with pytest.raises(CannotGoOn) as refusal:
        ports.require_free({"PORT": port})

    message = str(refusal.value)
    assert message.startswith(f"Port {port} is taken by pid {server.pid} (")
    assert "http.server" in message
    assert "`make run PORT=" in message
    assert "\n" not in message


def test_a_free_port_is_not_refused() -> None:
    [port] = ports.any_free(1)
    ports.require_free({"PORT": port})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not ports.is_free(port)


def test_data_of_another_major_version_is_not_touched(where: Place) -> None:
    data = where.postgres_home / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(CannotGoOn, match="is PostgreSQL 12's, the server here is"):
        postgres.program(where).prepare()
    assert (data / "PG_VERSION").read_text() == "12\n"


def test_a_directory_laid_out_by_somebody_else_is_refused(tmp_path: Path) -> None:
    somebody_elses = Path("/proc/1")
    if not os.geteuid():
        somebody_elses = tmp_path
        os.chown(tmp_path, 65534, 65534)
    with pytest.raises(CannotGoOn, match="belongs to another user"):
        place.private(somebody_elses)


@pytest.mark.parametrize("port", ["eight thousand", "0", "65536", "-1", "80.5", "²"])
def test_a_port_is_a_port(port: str) -> None:
    with pytest.raises(CannotGoOn, match=r"^SANDBOX_PORT has to be a port"):
        environment.ports({"SANDBOX_PORT": port})
    assert environment.ports({"SANDBOX_PORT": "65535 "}).sandbox == 65_535


def test_no_two_programs_are_given_one_port() -> None:
    with pytest.raises(CannotGoOn, match=r"^PORT and STREAM_PORT are both 8001"):
        environment.ports({"PORT": "8001"})


def test_a_dotenv_that_is_no_text_is_named(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes("FROM_EMAIL=Münster".encode("latin-1"))
    with pytest.raises(CannotGoOn, match="no text file in UTF-8"):
        environment.given(dotenv)


def test_stop_without_a_stack_says_so(where: Place, capsys) -> None:
    assert stack.stop(where) == 0
    assert capsys.readouterr().out == "TutorMe is not running from this checkout.\n"
