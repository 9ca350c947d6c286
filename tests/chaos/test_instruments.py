"""The tools themselves: a wire does what it is told, and the sweep sees what is wrong."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos import sweep
from tests.chaos.house import House
from tests.chaos.load import Answer
from tests.chaos.proxy import Wire

pytestmark = [pytest.mark.slow, pytest.mark.processes]


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1000):
            self.request.sendall(data)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        wire = Wire(server.server_address[1])
        yield wire
        wire.close()
        server.shutdown()


def heard(wire: Wire, *, most: int = 100, patience_s: float = 0.5) -> bytes:
    """What comes back within that time of twenty bytes that were said."""
    found = b""
    with socket.create_connection(("127.0.0.1", wire.port), timeout=patience_s) as line:
        line.sendall(b"x" * 20)
        ends_at = time.monotonic() + patience_s
        while len(found) < most and time.monotonic() < ends_at:
            try:
                piece = line.recv(most)
            except TimeoutError:
                break
            if not piece:
                break
            found += piece
    return found


def test_a_wire_does_what_it_is_told(wire: Wire) -> None:
    assert heard(wire, most=20) == b"x" * 20
    wire.set("blackhole")
    assert heard(wire) == b""
    wire.set("cut", after_bytes=7)
    assert heard(wire) == b"x" * 7
    wire.set("delay", seconds=0.2)
    began = time.monotonic()
    assert len(heard(wire, most=20, patience_s=5)) == 20
    assert time.monotonic() - began >= 0.4
    wire.set("trickle", bytes_a_second=10)
    assert 1 <= len(heard(wire)) <= 10
    wire.set("reset")
    with pytest.raises(OSError):
        heard(wire)
        heard(wire)
    wire.set("refuse")
    with pytest.raises(ConnectionRefusedError):
        heard(wire)
    wire.set("pass")
    assert heard(wire, most=20) == b"x" * 20


def test_a_shut_wire_lets_what_is_open_go_on(wire: Wire) -> None:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as line:
        line.sendall(b"before")
        assert line.recv(100) == b"before"
        wire.set("shut")
        line.sendall(b"after")
        assert line.recv(100) == b"after"
        with pytest.raises(ConnectionRefusedError):
            heard(wire)
    wire.set("pass")
    assert heard(wire, most=20) == b"x" * 20


def test_the_sweep_sees_what_is_lost_and_what_is_stuck(whole: House) -> None:
    invented = Answer(0, "note", 201, 0.1, row="0198aaaa-0000-7000-8000-000000000000")
    with whole.line() as line:
        assert sweep.lost(line, [invented]) == [f"note {invented.row}"]
        with line.transaction(force_rollback=True):
            line.execute("UPDATE core_outboxdelivery SET state = 'pending'")
            with pytest.raises(AssertionError, match="still waiting"):
                sweep.until_quiet(line, within_s=0.5)
