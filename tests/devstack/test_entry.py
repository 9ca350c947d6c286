"""What a container runs first, by hand: no server starts with what must not serve people."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.web.test_security import sound
from tutorme.devstack.place import ROOT

REFUSED = 78


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Stands for the server: says which process it is."""
    (tmp_path / "serving.py").write_text("import os\nprint('serving', os.getpid(), flush=True)\n")
    return tmp_path


def start(program: Path, *command: str, **changes: str) -> subprocess.Popen[str]:
    env = sound(**changes)
    env["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env["PYTHONPATH"] = str(program)
    return subprocess.Popen(
        ["sh", "docker/entry.sh", *(command or ("python", "-m", "serving"))],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_sound_server_takes_the_place_of_the_script(program: Path) -> None:
    """So that signals reach it."""
    process = start(program)
    said, problems = process.communicate()
    assert (process.returncode, said) == (0, f"serving {process.pid}\n")
    assert "Not started" not in problems


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"SANDBOX_URL": "http://127.0.0.1:8025"}, "core.E001"),
        ({"ROW_SECURITY": "off", "TURN_URLS": ""}, "video.W002"),
        ({"TRUSTED_PROXY_COUNT": "some"}, "TRUSTED_PROXY_COUNT"),
    ],
)
def test_what_the_deploy_check_refuses_does_not_start(
    program: Path, changes: dict[str, str], number: str
) -> None:
    process = start(program, **changes)
    said, problems = process.communicate()
    assert process.returncode == REFUSED
    assert said == ""
    assert number in problems
    assert problems.splitlines()[-1].startswith("Not started: these settings must not serve people")


def test_what_is_meant_to_be_so_starts(program: Path) -> None:
    silenced = {"TURN_URLS": "", "SILENCED_CHECKS": "video.W002"}
    process = start(program, **silenced)
    assert process.communicate()[0].startswith("serving")


def test_who_looks_for_what_is_wrong_is_let_in(program: Path) -> None:
    process = start(program, "python", "manage.py", "--version", SANDBOX_URL="http://127.0.0.1:1")
    said, _problems = process.communicate()
    assert (process.returncode, said[0].isdigit()) == (0, True)


def test_the_image_begins_with_it_and_no_service_goes_round_it() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    first = next(line for line in lines if line.startswith("ENTRYPOINT "))
    assert yaml.safe_load(first.removeprefix("ENTRYPOINT ")) == ["sh", "docker/entry.sh"]
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert left_out.index("docker") < left_out.index("!docker/entry.sh")
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ours = {name: row for name, row in services.items() if row["image"] == "tutorme:local"}
    assert not [name for name, row in ours.items() if "entrypoint" in row]
    servers = {name for name, row in ours.items() if row["command"][:2] == ["python", "-m"]}
    assert servers == {"web", "stream", "worker", "render", "beat"}
