"""`make clients`: a Python and a TypeScript client generated from the contract, held to their type
checkers, and walked through a running server.

What generates and checks them is pinned (requirements/clients.txt, tests/clients/package-lock.json)
and lives in var/clients, never in .venv. Where it cannot be fetched, or there is no Node, this says
so and goes on; CLIENTS_REQUIRED=1 makes that a failure.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from zlib import crc32

from tutorme.devstack.place import ROOT
from tutorme.devstack.running import running_stack

CONTRACT = ROOT / "tests" / "api" / "openapi.yaml"
SOURCES = ROOT / "tests" / "clients"
_LOCK = ROOT / "requirements" / "clients.txt"
_OLDEST_NODE = 20
_NOT_FETCHED = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ETARGET|E40[134]|E50\d"
    r"|No matching distribution|Max retries exceeded|ConnectTimeout|ConnectionError"
)


class NotHere(Exception):
    """What proving needs and this machine or its network does not have."""


class Refuted(Exception):
    """A step that failed, with what it said."""


class Client(ABC):
    name: str
    # Seconds for what is fetched: a network that swallows everything is one that is away.
    patience_s = 180.0

    def __init__(self, work: Path) -> None:
        self.home = work / self.name.lower()

    @abstractmethod
    def build(self) -> None:
        """Fetches the tools, generates the client and checks its types."""

    @abstractmethod
    def journey(self, base_url: str) -> None:
        """Talks to the server as a person would."""

    def step(
        self,
        title: str,
        argv: list[str],
        env: Mapping[str, str] | None = None,
        *,
        fetches: bool = False,
    ) -> None:
        began = time.monotonic()
        try:
            done = subprocess.run(
                argv,
                cwd=self.home,
                env={**os.environ, **(env or {})},
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=self.patience_s if fetches else None,
            )
        except subprocess.TimeoutExpired as silent:
            raise NotHere(f"its tools did not come within {self.patience_s:.0f} s") from silent
        if done.returncode and fetches and _NOT_FETCHED.search(done.stdout):
            raise NotHere(f"its tools could not be fetched ({done.stdout.strip()[-300:]})")
        if done.returncode:
            raise Refuted(f"{title}\n{done.stdout.strip()[-6000:]}")
        print(f"  ok   {self.name}: {title} ({time.monotonic() - began:.1f} s)", flush=True)


class Python(Client):
    name = "Python"

    def build(self) -> None:
        tools = self._tools()
        generate = [str(tools / "openapi-python-client"), "generate", "--path", str(CONTRACT)]
        generate += ["--config", str(SOURCES / "python.yaml"), "--fail-on-warning", "--overwrite"]
        generate += ["--meta", "none", "--output-path", str(self.home / "tutorme_client")]
        self.step("generated, without a warning", generate)
        mypy = [str(tools / "mypy"), "--strict", "--config-file=", str(SOURCES / "journey.py")]
        self.step("types (mypy --strict)", mypy, {"MYPYPATH": str(self.home)})

    def journey(self, base_url: str) -> None:
        argv = [str(self.home / "venv" / "bin" / "python"), str(SOURCES / "journey.py"), base_url]
        self.step("journey", argv, {"PYTHONPATH": str(self.home)})

    def _tools(self) -> Path:
        venv = self.home / "venv"
        stamp = f"{sys.version} {crc32(_LOCK.read_bytes())}"
        if _read(venv / ".ok") != stamp:
            shutil.rmtree(venv, ignore_errors=True)
            self.home.mkdir(parents=True, exist_ok=True)
            make = [sys.executable, "-m", "venv", "--without-pip", str(venv)]
            self.step("environment", make)
            install = [*_pip(), "--python", str(venv / "bin" / "python"), "install", "--no-deps"]
            install += ["--disable-pip-version-check", "--no-input", "--only-binary=:all:"]
            install += ["--retries", "1", "--timeout", "20"]
            install += ["--require-hashes", "-q", "-r", str(_LOCK)]
            self.step("tools", install, fetches=True)
            (venv / ".ok").write_text(stamp)
        return venv / "bin"


class TypeScript(Client):
    name = "TypeScript"

    def build(self) -> None:
        _require_node()
        self._tools()
        tools = self.home / "node_modules" / ".bin"
        generate = [str(tools / "openapi-typescript"), str(CONTRACT), "-o", "tutorme.d.ts"]
        self.step("generated", generate)
        for name in ("tsconfig.json", "journey.ts"):
            shutil.copy(SOURCES / name, self.home)
        self.step("types (tsc --strict)", [str(tools / "tsc"), "--project", "tsconfig.json"])

    def journey(self, base_url: str) -> None:
        self.step("journey", ["node", "built/journey.js", base_url])

    def _tools(self) -> None:
        lock = SOURCES / "package-lock.json"
        stamp = f"{crc32(lock.read_bytes())}"
        if _read(self.home / ".ok") == stamp:
            return
        self.home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, self.home)
        argv = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        argv += ["--fetch-retries=1", "--fetch-timeout=20000"]
        self.step("tools", argv, {"npm_config_cache": str(self.home / ".npm")}, fetches=True)
        (self.home / ".ok").write_text(stamp)


def _pip() -> list[str]:
    """Debian's environments may have none; the interpreter they were made of has."""
    own = [sys.executable, "-m", "pip"]
    has = subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0
    return own if has else [str(getattr(sys, "_base_executable", sys.executable)), "-m", "pip"]


def _require_node() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotHere("there is no Node here")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.strip().lstrip("v").partition(".")[0]) < _OLDEST_NODE:
        raise NotHere(f"it needs Node {_OLDEST_NODE} or newer, here is {said.strip()}")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def clients(
    work: Path = ROOT / "var" / "clients", kinds: Sequence[type[Client]] = (Python, TypeScript)
) -> int:
    """0 where everything that could be proven here was."""
    print("Clients from the contract", flush=True)
    missing, failed = 0, 0
    built: list[Client] = []
    for client in (kind(work) for kind in kinds):
        try:
            client.build()
            built.append(client)
        except NotHere as told:
            missing += 1
            print(f"  NOT PROVEN {client.name}: {told}.", flush=True)
        except Refuted as told:
            failed += _said(client, told)
    failed += _journeys(built) if built else 0
    return int(bool(failed) or (bool(missing) and os.environ.get("CLIENTS_REQUIRED") == "1"))


def _journeys(built: list[Client]) -> int:
    failed = 0
    with running_stack(demo=True, without=("worker", "beat", "stream")) as stack:
        for client in built:
            try:
                client.journey(stack.base_url)
            except Refuted as told:
                failed += _said(client, told)
    return failed


def _said(client: Client, told: Refuted) -> int:
    print(f"  FAIL {client.name}: {told}", flush=True)
    return 1
