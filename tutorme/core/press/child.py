"""The child process: reads orders from standard input and writes an answer to each.

A message is four bytes of length and that many bytes. An order is JSON (`printing.Order`); the
answer is two messages: JSON, `{"ok": true, "pango": …}` or `{"code": …, "detail": …}`, and the
PDF. What nobody foresaw ends the process without an answer, its reason as the last line of standard
error. Run as
`python -m tutorme.core.press.child <cpu seconds a document> <megabytes> <parent>`.
"""

import gc
import json
import os
import struct
import sys
import sysconfig
from collections.abc import Iterator
from typing import Any

from tutorme.core.press import documents, jail, pages
from tutorme.core.press.faults import Refused

_LENGTH = struct.Struct(">I")
# A collection in the middle of a document costs a tenth of it; between every so many, nothing.
_COLLECT_EVERY = 20


def messages() -> Iterator[bytes]:
    while head := sys.stdin.buffer.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(head)
        yield sys.stdin.buffer.read(length)


def answer(head: dict[str, Any], body: bytes = b"") -> None:
    out = sys.stdout.buffer
    for part in (json.dumps(head).encode(), body):
        out.write(_LENGTH.pack(len(part)) + part)
    out.flush()


def readable() -> tuple[str, ...]:
    """The interpreter, its packages, and our own press with its fonts."""
    paths = sysconfig.get_paths()
    fonts = os.path.dirname(os.environ.get("FONTCONFIG_FILE", ""))
    own = os.path.dirname(__file__)
    return (paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"], fonts, own)


def carry_out(order: dict[str, Any]) -> bytes:
    return pages.print_pdf(
        html=written(order),
        css=order["css"],
        assets={name: svg.encode() for name, svg in order["drawings"].items()},
        strict=order["strict"],
        most_pages=order["most_pages"],
    )


def written(order: dict[str, Any]) -> list[str]:
    """The order's document, in pieces. One without words is whole as it is: no placeholder is
    looked for in it, so that what a person typed cannot be one."""
    html, words = order["html"], order["words"]
    body = [html]
    if words is not None:
        if order["strict"]:
            documents.check_placement(html, words)
        body = documents.fill(html, words)
    return documents.whole(
        body,
        lang=order["lang"],
        direction=order["direction"],
        title=order["title"],
        about=order["about"],
    )


def main() -> None:
    cpu_seconds, memory_mb, parent = map(int, sys.argv[1:4])
    jail.die_with_parent(parent)
    jail.limit(memory_mb=memory_mb)
    jail.leave_network()
    orders = enumerate(messages())
    # What imports and reads configuration does so with the first order, in the jail already.
    jail.refuse(readable())
    for number, message in orders:
        jail.allow_cpu(cpu_seconds)
        obey(json.loads(message))
        if number == 0:
            gc.disable()
        elif number % _COLLECT_EVERY == 0:
            gc.collect()


def obey(order: dict[str, Any]) -> None:
    try:
        pdf = carry_out(order)
    except Refused as refusal:
        answer({"code": refusal.code, "detail": refusal.detail})
    else:
        answer({"ok": True, "pango": pages.pango_version()}, pdf)


if __name__ == "__main__":
    main()
