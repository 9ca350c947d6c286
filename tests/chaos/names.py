"""A resolver for containers' names, as an engine has one: asked over UDP, answers with what is true
at that moment."""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ANSWER, _NO_SUCH_NAME = 0x8400, 0x8403


def reply(question: bytes, addresses: Callable[[str], list[str]]) -> bytes:
    """To one question for an IPv4 address; RFC 1035 §4."""
    number = question[:2]
    name, end = _name(question)
    found = addresses(name)
    flags = _ANSWER if found else _NO_SUCH_NAME
    header = number + struct.pack("!HHHHH", flags, 1, len(found), 0, 0)
    # Each points back to the name in the question; good for no second.
    rows = [struct.pack("!HHHIH", 0xC00C, 1, 1, 0, 4) + socket.inet_aton(one) for one in found]
    return header + question[12 : end + 4] + b"".join(rows)


def _name(question: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), at + 1


@contextmanager
def answering(addresses: Callable[[str], list[str]]) -> Iterator[int]:
    """Yields the port."""

    class Asked(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question, line = self.request
            line.sendto(reply(question, addresses), self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Asked) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
