"""What `docker` is to docker/roll.sh, on a machine without an engine: each container is the
process that docker-compose.yml names, on an address of its own (127.77.0.n), with compose's own
health check; a service's name leads to those that run. Nothing else of compose is imitated.

The script finds a `docker` in PATH that hands its words over to here and prints what comes back.
"""

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tutorme.devstack.place import ROOT
from tutorme.devstack.programs import dies_with_us

_SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
_ASK = """
import json, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({socket!r})
    line.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
    with line.makefile() as answer:
        code, said = json.load(answer)
sys.stdout.write(said)
sys.exit(code)
"""


_FRONT = "tutorme_front"


@dataclass
class Container:
    """`process` once it was started; `is_named` while its service's name leads to it in the
    network of the proxy."""

    id: str
    service: str
    address: str
    log: Path
    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    is_named: bool = True


@dataclass
class Engine:
    """`ports` are where the services listen, in place of what compose says."""

    env: Mapping[str, str]
    ports: Mapping[str, int]
    folder: Path
    made: list[Container] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _count: int = 0

    @property
    def running(self) -> list[Container]:
        return [one for one in self.made if one.process]

    def addresses(self, service: str) -> list[str]:
        return [one.address for one in self.running if one.service == service and one.is_named]

    def do(self, words: list[str]) -> tuple[int, str]:
        self.asked.append(" ".join(words))
        match words:
            case ["compose", "build"]:
                return 0, ""
            case ["compose", "run", "--rm", service]:
                return self._once(service)
            case ["compose", "ps", "-q", "proxy"]:
                return 0, "proxy\n"
            case ["compose", "ps", "-q", service]:
                return 0, _ids(one for one in self.running if one.service == service)
            case ["compose", "ps", "-aq", "--status", "created", service]:
                mine = (one for one in self.made if one.service == service)
                return 0, _ids(one for one in mine if not one.process)
            case ["compose", "up", "--no-start", *_, "--no-recreate", "--scale", scale, service]:
                return self._create(service, int(scale.partition("=")[2]))
            case ["compose", "up", "-d", "--no-deps", "worker", "render", "beat"]:
                return 0, ""
            case ["inspect", "-f", "{{.State.Health.Status}}", name]:
                return 0, "healthy\n" if self._is_healthy(self._named(name)) else "starting\n"
            case ["inspect", "-f", asked, "proxy"] if ".NetworkSettings.Networks" in asked:
                return 0, f"{_FRONT}\n"
            case ["network", "disconnect", network, name] if network == _FRONT:
                self._named(name).is_named = False
                return 0, ""
            case ["network", "connect", "--alias", service, network, name] if network == _FRONT:
                one = self._named(name)
                one.is_named = one.service == service
                return 0, ""
            case ["start", name]:
                return self._start(self._named(name))
            case ["stop", "-t", seconds, *names]:
                return self.stop([self._named(name) for name in names], int(seconds))
            case ["rm", *_names]:
                return 0, ""
        return 125, f"docker: what is {words}?\n"

    def up(self, service: str, count: int) -> tuple[int, str]:
        self._create(service, count)
        for one in self.made:
            if not one.process:
                self._start(one)
        return 0, ""

    def stop(self, containers: list[Container], seconds: int = 30) -> tuple[int, str]:
        """As an engine does: a name leads nowhere once the process has ended, not before."""
        going = [(one, one.process) for one in containers if one.process]
        for _one, process in going:
            process.terminate()
        for one, process in going:
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self.made.remove(one)
        return 0, ""

    def _create(self, service: str, count: int) -> tuple[int, str]:
        while sum(one.service == service for one in self.made) < count:
            self._count += 1
            counts = "PROMETHEUS_MULTIPROC_DIR" in _SERVICES[service]["environment"]
            counters = str(self.folder / f"metrics-{self._count}")
            own = {"PROMETHEUS_MULTIPROC_DIR": counters} if counts else {}
            name = f"{service}-{self._count}"
            log = self.folder / f"{name}.log"
            address = f"127.77.0.{self._count}"
            self.made.append(Container(name, service, address, log, {**self.env, **own}))
        return 0, ""

    def _start(self, one: Container) -> tuple[int, str]:
        with one.log.open("wb") as log:
            one.process = subprocess.Popen(
                self._there(_SERVICES[one.service]["command"], one.address),
                env=one.env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_us(15),  # type: ignore[arg-type]
            )
        return 0, ""

    def _there(self, words: list[str], address: str) -> list[str]:
        """The same words with this machine's Python, and with its address for "everywhere"."""
        changed = []
        for word in words:
            for before, after in (
                ("0.0.0.0", address),  # noqa: S104  it is what is replaced
                ("127.0.0.1", address),
                ("8000", str(self.ports["web"])),
                ("8001", str(self.ports["stream"])),
            ):
                word = word.replace(before, after)
            changed.append(word)
        return [sys.executable, *changed[1:]] if changed[0] == "python" else changed

    def _is_healthy(self, one: Container) -> bool:
        _cmd, *words = _SERVICES[one.service]["healthcheck"]["test"]
        command = self._there(words, one.address)
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _once(self, service: str) -> tuple[int, str]:
        done = subprocess.run(
            self._there(_SERVICES[service]["command"], ""),
            env=dict(self.env),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def _named(self, name: str) -> Container:
        return next(one for one in self.made if one.id == name)


def _ids(containers: Iterable[Container]) -> str:
    return "".join(f"{one.id}\n" for one in containers)


@contextmanager
def listening(engine: Engine) -> Iterator[Path]:
    """A folder for PATH with a `docker` in it that speaks to the engine."""
    socket = engine.folder / "docker.sock"

    class Ask(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(json.dumps(engine.do(json.loads(self.rfile.readline()))).encode())

    folder = engine.folder / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(f"#!{sys.executable}\n{_ASK.format(socket=str(socket))}")
    program.chmod(0o755)
    with socketserver.UnixStreamServer(str(socket), Ask) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield folder
        finally:
            engine.stop(list(engine.running))
            server.shutdown()
            thread.join()


def roll(docker: Path) -> "subprocess.CompletedProcess[str]":
    """docker/roll.sh as it is."""
    return subprocess.run(
        ["sh", str(ROOT / "docker" / "roll.sh")],
        env={**os.environ, "PATH": f"{docker}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
