"""The sandbox as the program `make run` starts: alone, on its ports, ending when told to."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.sandbox_server import free_port
from tests.waiting import until

OURS = "tutorme accounts payments courses certificates realtime django"


@dataclass
class Program:
    process: subprocess.Popen[bytes]
    url: str
    smtp_port: int

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz").is_success
        except httpx.TransportError:
            return False


@pytest.fixture
def program() -> Iterator[Program]:
    port, smtp_port = free_port(), free_port()
    grace = ["--timeout-graceful-shutdown", "1"]
    started = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "sandbox.app:app", "--port", str(port), *grace],
        env={**os.environ, "SANDBOX_SMTP_PORT": str(smtp_port)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    running = Program(started, f"http://127.0.0.1:{port}", smtp_port)
    try:
        until(running.answers, within_s=60)
        yield running
    finally:
        started.kill()
        started.wait()


@pytest.mark.processes
def test_it_takes_mail_and_ends_when_told_though_a_caller_hangs(program: Program) -> None:
    with smtplib.SMTP("127.0.0.1", program.smtp_port) as smtp:
        smtp.sendmail("a@example.test", ["sam@example.test"], "Subject: Hello\n\nSam")
    kept = httpx.get(f"{program.url}/mail/api/messages").json()["messages"]
    assert [mail["subject"] for mail in kept] == ["Hello"]
    fault = {"provider": "paypal", "operation": "token", "kind": "hang"}
    httpx.post(f"{program.url}/_faults", json=fault)
    address = ("127.0.0.1", httpx.URL(program.url).port or 0)
    with socket.create_connection(address) as waiting:
        waiting.sendall(b"POST /paypal/v1/oauth2/token HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: httpx.get(f"{program.url}/_faults").json()["armed"] == [])
        program.process.send_signal(signal.SIGTERM)
        program.process.wait(timeout=30)


def test_it_imports_nothing_of_ours() -> None:
    """It must be able to stand in for a provider, not to agree with us by sharing our code."""
    look = f"import sandbox.app, sys; print(*set(sys.modules) & set({OURS.split()!r}))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
