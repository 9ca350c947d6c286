"""No Docker engine here: what compose would start is held against what `make run` starts."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from tutorme import env
from tutorme.devstack import stack
from tutorme.devstack.environment import Ports
from tutorme.devstack.place import ROOT, Place
from tutorme.devstack.stack import Stack

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ENDING = {"check", "migrate", "static"}
# Where a container listens, keeps its schedule or is named is its own affair.
OWN = {"-b", "--host", "--port", "-s", "-n", "-Q", "--worker-tmp-dir", "--log-level", "--loglevel"}
KEYS = {
    "build", "cap_drop", "command", "depends_on", "env_file", "environment", "healthcheck", "image",
    "mem_limit", "networks", "ports", "read_only", "restart", "security_opt", "shm_size",
    "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip


def bare(argv: list[str]) -> list[str]:
    """The command without its interpreter's path and the options that are a place's own."""
    words = argv[argv.index("-m") + 1 :]
    kept, skip = [], False
    for word in words:
        if not skip and word not in OWN:
            kept.append(word)
        skip = word in OWN
    return kept


def programs(where: Place) -> dict[str, list[str]]:
    running = stack.app_programs(Stack(where, {}, Ports()))
    return {program.name: bare(program.argv) for program in running}


@pytest.mark.parametrize(
    ("service", "program"),
    [(name, name) for name in ("web", "stream", "worker", "beat")] + [("render", "worker")],
)
def test_every_command_is_one_that_make_run_runs(where: Place, service: str, program: str) -> None:
    assert sorted(bare(SERVICES[service]["command"])) == sorted(programs(where)[program])


def test_the_image_starts_what_the_web_service_starts() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    words = yaml.safe_load(next(line for line in lines if line.startswith("CMD "))[4:])
    assert bare(words) == bare(SERVICES["web"]["command"])
    assert any(line.startswith("USER ") and "root" not in line for line in lines)


def test_the_workers_together_listen_to_every_queue() -> None:
    commands = [SERVICES[name]["command"] for name in ("worker", "render")]
    queues = ",".join(command[command.index("-Q") + 1] for command in commands)
    assert sorted(queues.split(",")) == sorted(stack.QUEUES.split(","))


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_is_root_or_writes_where_it_should_not(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= KEYS
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_who_runs_has_a_name_in_the_image() -> None:
    """Celery takes a group without one for the superuser's, and says so at every start."""
    uid, gid = SERVICES["web"]["user"].split(":")
    text = (ROOT / "Dockerfile").read_text()
    assert f"groupadd --system --gid {gid} tutorme" in text
    assert f"useradd --system --uid {uid} --gid tutorme" in text
    assert f"USER {uid}:{gid}" in text


def test_keys_beside_the_proxy_are_no_part_of_the_repository() -> None:
    (folder,) = {v.split(":")[0] for v in SERVICES["proxy"]["volumes"] if "tls" in v}
    assert f"{folder.removeprefix('.')}/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_or_ends(name: str) -> None:
    service = SERVICES[name]
    if name in ENDING:
        assert service["restart"] == "no"
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_what_is_named_exists() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith("./docker/")


def test_every_variable_is_one_that_settings_read() -> None:
    declared = {variable.name for variable in env.VARIABLES}
    for name in ("web", "stream", "worker", "render", "beat", "check", "migrate", "static"):
        assert set(SERVICES[name]["environment"]) <= declared


def test_logs_are_for_machines_whatever_was_copied() -> None:
    """`.env` begins as a copy of `.env.example` and outweighs what the image says."""
    assert "\nLOG_FORMAT=console\n" in (ROOT / ".env.example").read_text()
    for name in ("web", "stream", "worker", "render", "beat", "check", "migrate", "static"):
        assert SERVICES[name]["environment"]["LOG_FORMAT"] == "json"


def test_nothing_starts_before_the_settings_were_judged() -> None:
    """The command is the one that tests/web/test_security.py runs."""
    words = SERVICES["check"]["command"]
    assert words == ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["check"] == done
    for name in ("web", "stream", "worker", "render", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == done


def test_only_the_proxy_is_open_to_the_world_and_data_is_not_beside_it() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    for name in ("postgres", "valkey"):
        assert SERVICES[name]["networks"] == ["back"]
    assert SERVICES["proxy"]["networks"] == ["front"]


def test_the_proxy_buffers_and_lets_the_stream_through() -> None:
    text = (ROOT / "docker" / "nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    assert "proxy_request_buffering on;" in text
    stream = text[text.index("location /api/v1/realtime/stream/") :].split("}")[0]
    assert "proxy_buffering off;" in stream
    assert "server web:8000 resolve" in text
    assert "server stream:8001 resolve" in text


def test_the_roll_speaks_of_services_there_are() -> None:
    text = (ROOT / "docker" / "roll.sh").read_text()
    subprocess.run(["sh", "-n", str(ROOT / "docker" / "roll.sh")], check=True)
    ran = set(re.findall(r"docker compose run --rm (\w+)", text))
    assert ran == ENDING
    rolled = re.search(r"for service in ([\w ]+);", text)
    recreated = re.search(r"up -d --no-deps ([a-z ]+)\n", text)
    assert rolled
    assert recreated
    applications = {"web", "stream", "worker", "render", "beat"}
    assert {*rolled[1].split(), *recreated[1].split()} == applications
