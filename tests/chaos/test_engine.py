"""The shape of production on an engine, where one is: Docker with Compose 2.24 or newer, and the
images that the files name, to be had or already here."""

import http.client
import os
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import compose
from tests.chaos.compose import Shape
from tests.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("CHAOS"), reason="takes a machine of its own: CHAOS=1 pytest tests/chaos"
    ),
]
PATHS = ["/", "/courses/", "/tutors/", "/verify/", "/healthz/", "/readyz/"]


@pytest.fixture(scope="module")
def shape(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shape]:
    compose.find()
    folder: Path = tmp_path_factory.mktemp("compose")
    folder.parent.chmod(0o755)
    folder.chmod(0o755)
    with compose.running(folder) as one:
        yield one


def status(shape: Shape, path: str) -> int:
    """0 where there was no answer."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    line = http.client.HTTPSConnection("127.0.0.1", shape.port, timeout=60, context=anybody)
    try:
        line.request("GET", path, headers={"Host": "127.0.0.1"})
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()
    return answer.status


def test_everything_comes_up_and_is_well(shape: Shape) -> None:
    assert {status(shape, path) for path in PATHS} == {200}
    said = shape.run("docker", "compose", "exec", "-T", "web", "python", "manage.py", "doctor")
    assert "Ready." in said


def test_a_command_beside_the_servers_takes_a_copy_and_proves_it(shape: Shape) -> None:
    mounted = ["-v", f"{shape.backups}:/backups", "web", "python", "manage.py"]
    once = ["docker", "compose", "run", "--rm", "--no-deps", *mounted]
    shape.run(*once, "backup", "--to", "/backups")
    (copy,) = shape.backups.iterdir()
    assert "differences: \n" in shape.run(*once, "restore", f"/backups/{copy.name}", "--check")


def test_a_release_is_put_in_place_and_nobody_notices(shape: Shape) -> None:
    before = set(shape.states())
    told: list[tuple[str, int]] = []
    over = threading.Event()

    def ask(first: int) -> None:
        while not over.is_set():
            path = PATHS[(first + len(told)) % len(PATHS)]
            told.append((path, status(shape, path)))
            time.sleep(0.05)

    people = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for one in people:
        one.start()
    try:
        shape.run("sh", "docker/roll.sh")
    finally:
        over.set()
        for one in people:
            one.join()
    assert told
    assert [row for row in told if row[1] != 200] == []
    shape.until_healthy()
    gone = {name.rpartition("-")[0].rpartition("-")[2] for name in before - set(shape.states())}
    assert gone == {"web", "stream"}


@pytest.mark.skipif(os.geteuid() != 0, reason="kills processes of others: needs root")
def test_all_of_it_killed_comes_back_by_itself(shape: Shape) -> None:
    before = shape.pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: status(shape, "/readyz/") == 200, within_s=compose.UP_S)
    shape.until_healthy()
    assert len(shape.pids()) == len(before)
    assert not set(shape.pids()) & set(before)
