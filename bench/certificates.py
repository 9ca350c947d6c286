"""Certificates a second, and what each costs: the naive loop and ours, in the same run.

    python -m bench.certificates [documents] [processes]

Prints without a database, in turns: the naive loop (`HTML(…).write_pdf()` for each), and the press
as the worker uses it, jailed child and all; then so many documents (200) in
so many processes (2), without and with the PAdES seal. Compares rasters of ten of each design."""

import hashlib
import math
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import django

django.setup()

import pypdfium2  # noqa: E402  after the settings are there
from PIL import ImageChops  # noqa: E402

from bench.run import say  # noqa: E402
from certificates import drawings, seals  # noqa: E402
from certificates.services import templates  # noqa: E402
from tutorme.core.press import documents  # noqa: E402
from tutorme.core.printing import FONTS, Order, Press  # noqa: E402

ROUNDS, ROUND = 9, 10
AT = datetime(2026, 11, 21, tzinfo=UTC)


def source(name: str) -> str:
    return (templates.BUILTIN_SOURCE / name).read_text(encoding="utf-8")


@lru_cache(maxsize=2)
def design(kind: str) -> Order:
    """The built-in design, or that with an engraved ground, as large as the one in whose place our
    research measured: 24 curves of 181 points."""
    css = source("certificate.css")
    if kind == "engraved":
        css += '@page { background: url("https://assets.invalid/ground.svg") 0 0 / 100% 100%; }'
    one = templates.sample(html=source("certificate.html"), css=css, recipient="Ada")
    return replace(one, strict=False)


@lru_cache(maxsize=1)
def ground() -> str:
    curves = "".join(f'<path d="{_wave(n)}"/>' for n in range(24))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 297 210">'
        f'<g fill="none" stroke="#d3e4e4" stroke-width=".3">{curves}</g></svg>'
    )


def _wave(number: int) -> str:
    points = [
        (x * 297 / 180, 105 + 90 * math.sin(x / 9 + number / 4) * math.sin(number + x / 40))
        for x in range(181)
    ]
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def order(number: int, kind: str = "built-in") -> Order:
    one = design(kind)
    drawn = drawings.of(
        address=f"https://tutorme.test/verify/{number:020d}/", seed=f"TM-2026-{number:06d}"
    )
    if kind == "engraved":
        drawn["ground.svg"] = ground()
    words = {**(one.words or {}), "recipient": f"Ada Lovelace the {number}th"}
    return replace(one, drawings=drawn, words=words)


def naive(one: Order) -> bytes:
    from weasyprint import CSS, HTML  # noqa: PLC0415  in the process that measures it alone

    from tutorme.core.press.fetching import BASE, AssetFetcher  # noqa: PLC0415

    assets = {name: svg.encode() for name, svg in one.drawings.items()}
    body = documents.environment().from_string(one.html).render(dict(one.words or {}))
    text = documents.whole(
        body, lang=one.lang, direction=one.direction, title=one.title, about=one.about
    )
    page = HTML(string=text, base_url=BASE, url_fetcher=AssetFetcher(assets))
    sheet = CSS(string=one.css, base_url=BASE, url_fetcher=AssetFetcher(assets))
    pdf: bytes = page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return pdf


def spent() -> float:
    """Processor seconds of this process and of its ended children."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


def measured(work: Callable[[], Any], documents_: int) -> tuple[float, float]:
    """Milliseconds of processor and of the clock for each document."""
    cpu, wall = spent(), time.monotonic()
    work()
    return (spent() - cpu) * 1000 / documents_, (time.monotonic() - wall) * 1000 / documents_


def our_loop(numbers: range, kind: str = "built-in", *, sealed: bool = False) -> None:
    press = Press()
    for number in numbers:
        pdf = press.print_document(order(number, kind))
        hashlib.sha256(seals.seal(pdf, at=AT) if sealed else pdf).digest()
    press.close()


def costs(kind: str) -> tuple[float, float]:
    """Milliseconds of processor a document, naive and ours, jailed child and all: rounds that take
    turns, so that whoever else uses the machine slows both, and of them the median."""
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    press = Press(most_documents=10_000)
    press.print_document(order(0, kind))
    naive(order(0, kind))
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        numbers = range(ROUND * number, ROUND * (number + 1))
        started = time.process_time()
        for each in numbers:
            naive(order(each, kind))
        found[0].append((time.process_time() - started) * 1000 / ROUND)
        started, before = time.process_time(), on_processor(press)
        for each in numbers:
            press.print_document(order(each, kind))
        ours = time.process_time() - started + on_processor(press) - before
        found[1].append(ours * 1000 / ROUND)
    press.close()
    return statistics.median(found[0]), statistics.median(found[1])


def on_processor(press: Press) -> float:
    """Seconds the press's child has had a processor for."""
    assert press._child is not None
    with open(f"/proc/{press._child._process.pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


def growth(press: Press, documents_: int) -> float:
    """Megabytes by which the child grows over so many, after a warm-up."""

    def size() -> int:
        assert press._child is not None
        with open(f"/proc/{press._child._process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    for number in range(50):
        press.print_document(order(number))
    before = size()
    for number in range(documents_):
        press.print_document(order(number))
    return (size() - before) / 1_048_576


def differing(kind: str) -> int:
    """Of ten documents, those whose raster is not the naive one's to the pixel."""
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    press = Press()
    orders = [order(number, kind) for number in range(10)]
    pairs = [(naive(one), press.print_document(one)) for one in orders]
    press.close()
    pages = [[pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil() for pdf in p] for p in pairs]
    return sum(ImageChops.difference(one, other).getbbox() is not None for one, other in pages)


def beside(processes: int, documents_: int, *, sealed: bool) -> None:
    share = documents_ // processes
    ranges = [range(share * n, share * (n + 1)) for n in range(processes)]
    context = multiprocessing.get_context("spawn")
    running = [
        context.Process(target=our_loop, args=(each,), kwargs={"sealed": sealed}) for each in ranges
    ]
    for process in running:
        process.start()
    for process in running:
        process.join()


def main() -> None:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    for kind in ("built-in", "engraved"):
        cost, ours = costs(kind)
        say(f"{kind}: naive {cost:.1f} ms of processor, ours {ours:.1f}: {cost / ours:.1f} times")
    for sealed in (False, True):
        _, wall = measured(lambda s=sealed: beside(processes, total, sealed=s), total)  # type: ignore[misc]
        name = "sealed" if sealed else "unsealed"
        say(f"{processes} processes, {name}: {1000 / wall:.0f}/s, 5,000 in {wall * 5:.0f} s")
    press = Press(most_documents=10_000)
    say(f"growth over {total}: {growth(press, total):.1f} MB")
    press.close()
    for kind in ("built-in", "engraved"):
        say(f"{kind}: rasters that differ from the naive ones: {differing(kind)} of 10")


if __name__ == "__main__":
    main()
