"""docker-compose.yml as an engine runs it, set up by the words of docs/operations.md: a clean copy
of the tree, keys of its own, another project's name and another door."""

import json
import os
import secrets
import shutil
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.front import certify
from tests.sandbox_server import free_port
from tests.waiting import until
from tutorme.devstack.place import ROOT

# A build, the migrations and every health check, on a machine that does something else as well.
UP_S = 900.0
_DOOR = """
services:
  proxy:
    ports: !override ["127.0.0.1:{port}:8443"]
"""


@dataclass
class Shape:
    """`port` is the proxy's, on loopback and under TLS; `backups` is where the image's user may
    write."""

    folder: Path
    env: dict[str, str]
    port: int
    backups: Path

    def run(self, *words: str) -> str:
        done = self.tried(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            words, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )

    def states(self) -> dict[str, str]:
        """Each container's health; what has ended on its own is not among them."""
        said = self.run("docker", "compose", "ps", "--format", "json")
        rows = [json.loads(line) for line in said.splitlines()]
        return {row["Name"]: row["Health"] for row in rows}

    def until_healthy(self) -> None:
        until(lambda: set(self.states().values()) == {"healthy"}, within_s=UP_S)

    def pids(self) -> list[int]:
        """Of each container's first process, on this machine."""
        ids = self.run("docker", "compose", "ps", "-q").split()
        return [int(self.run("docker", "inspect", "-f", "{{.State.Pid}}", one)) for one in ids]


def find() -> None:
    for words in (["docker", "info"], ["docker", "compose", "version"]):
        found = shutil.which("docker") and subprocess.run(words, capture_output=True, check=False)
        if not found or found.returncode:
            pytest.skip(f"no engine here: `{' '.join(words)}` does not answer")


def settings() -> dict[str, str]:
    """What the first step of docs/operations.md fills in."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": "one:" + urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CERTIFICATE_KEYS": "one:" + secrets.token_urlsafe(48),
        "PUBLIC_BASE_URL": "https://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "STUN_URLS": "stun:127.0.0.1:3478",
        "SILENCED_CHECKS": "video.W002",
        "POSTGRES_PASSWORD": secrets.token_hex(16),
    }


def filled(example: str) -> str:
    given = settings()
    lines = [line for line in example.splitlines() if line.partition("=")[0] not in given]
    return "\n".join([*lines, *(f"{name}={value}" for name, value in given.items())]) + "\n"


@contextmanager
def running(folder: Path) -> Iterator[Shape]:
    tree, backups, port = folder / "tree", folder / "backups", free_port()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
    (tree / ".env").write_text(filled((tree / ".env.example").read_text()))
    certify(tree / "docker" / "tls")
    (tree / "door.yml").write_text(_DOOR.format(port=port))
    backups.mkdir()
    for path, mode in ((tree / "docker" / "tls" / "key.pem", 0o644), (backups, 0o777)):
        path.chmod(mode)  # The containers' people are others than we.
    env = {
        **os.environ,
        "COMPOSE_PROJECT_NAME": f"tutorme-{port}",
        "COMPOSE_FILE": "docker-compose.yml:door.yml",
    }
    shape = Shape(tree, env, port, backups)
    try:
        shape.run("docker", "compose", "up", "-d", "--build")
        shape.until_healthy()
        yield shape
    finally:
        shape.tried("docker", "compose", "down", "-v", "--timeout", "5")
