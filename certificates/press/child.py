"""The child process: reads one order from standard input, writes one answer, ends.

The order is JSON (`printing.Order`). The answer is a line of JSON, `{"ok": true}` or
`{"code": …, "detail": …}`, followed by the PDF. What nobody foresaw ends the process without an
answer, its reason as the last line of standard error. Run as `python -m certificates.press.child`.
"""

import json
import os
import sys
import sysconfig
from typing import Any

from certificates.press import documents, drawings, jail, pages
from certificates.press.faults import Refused


def answer(head: dict[str, Any], body: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n" + body)
    out.flush()


def readable() -> tuple[str, ...]:
    """The interpreter, its packages, and our own press with its fonts."""
    paths = sysconfig.get_paths()
    fonts = os.path.dirname(os.environ.get("FONTCONFIG_FILE", ""))
    own = os.path.dirname(__file__)
    return (paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"], fonts, own)


def carry_out(order: dict[str, Any]) -> bytes:
    words = order["words"]
    if order["strict"]:
        documents.check_placement(order["html"], words)
    html = documents.whole(
        documents.fill(order["html"], words),
        lang=order["lang"],
        direction=order["direction"],
        title=order["title"],
        about=order["about"],
    )
    assets = {
        "qr.svg": drawings.qr(order["address"]),
        "rosette.svg": drawings.rosette(order["seed"]),
        "ruling.svg": drawings.ruling(),
    }
    jail.refuse(readable())
    return pages.print_pdf(html=html, css=order["css"], assets=assets, strict=order["strict"])


def main() -> None:
    cpu_seconds, memory_mb, parent = map(int, sys.argv[1:4])
    jail.die_with_parent(parent)
    jail.limit(cpu_seconds=cpu_seconds, memory_mb=memory_mb)
    jail.leave_network()
    order = json.load(sys.stdin.buffer)
    try:
        pdf = carry_out(order)
    except Refused as refusal:
        answer({"code": refusal.code, "detail": refusal.detail})
    else:
        answer({"ok": True}, pdf)


if __name__ == "__main__":
    main()
