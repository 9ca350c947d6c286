"""The child process: reads one order from standard input, writes one answer, ends.

The order is JSON (`printing.Order`). The answer is a line of JSON, `{"ok": true}` or
`{"code": …, "detail": …}`, followed by the PDF. What nobody foresaw ends the process without an
answer, its reason as the last line of standard error. Run as `python -m tutorme.core.press.child`.
"""

import json
import os
import sys
import sysconfig
from typing import Any

from tutorme.core.press import documents, jail, pages
from tutorme.core.press.faults import Refused


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
    jail.refuse(readable())
    return pages.print_pdf(
        html=written(order),
        css=order["css"],
        assets={name: svg.encode() for name, svg in order["drawings"].items()},
        strict=order["strict"],
        most_pages=order["most_pages"],
    )


def written(order: dict[str, Any]) -> str:
    """The order's document. One without words is whole as it is: no placeholder is looked for in
    it, so that what a person typed cannot be one."""
    html, words = order["html"], order["words"]
    if words is not None:
        if order["strict"]:
            documents.check_placement(html, words)
        html = documents.fill(html, words)
    return documents.whole(
        html,
        lang=order["lang"],
        direction=order["direction"],
        title=order["title"],
        about=order["about"],
    )


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
