"""Certificates a second, and what each costs: the naive loop and ours, in the same run.

    python -m bench.certificates [costs] [batch] [growth] [rasters] [--documents N] [--processes N]

Prints without a database. `costs`: in turns the naive loop (`HTML(…).write_pdf()` for each) and the
press as the worker uses it, jailed child and all. `batch`: so many documents (1,000) in so many
processes (2), without and with the PAdES seal, from the moment at which all of them have printed
one. `growth`: of the child's memory over so many. `rasters`: of ten of each design. All, if none is
named."""

import argparse
import hashlib
import math
import multiprocessing
import os
import resource
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import django

django.setup()

import pypdfium2  # noqa: E402  after the settings are there
from PIL import ImageChops  # noqa: E402

from bench import goals  # noqa: E402
from bench.run import say  # noqa: E402
from certificates import drawings, seals  # noqa: E402
from certificates.services import templates  # noqa: E402
from tutorme.core.press import documents  # noqa: E402
from tutorme.core.printing import FONTS, Order, Press  # noqa: E402

ROUNDS, ROUND = 9, 10
# The design's: times the naive loop, milliseconds of processor each, seconds for 5,000 without and
# with seals, megabytes for each thousand.
LEAST_TIMES, MOST_MS, MOST_SECONDS, MOST_MB = 4.0, 25.0, (60, 120), 5.0
KINDS = ("built-in", "engraved")
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
    """As `services.orders` makes them: serial, code and what stands in the file's metadata are of
    each certificate alone."""
    one = design(kind)
    serial, code = f"TM-2026-{number:06d}", f"{number:020d}"
    recipient, address = f"Ada Lovelace the {number}th", f"https://tutorme.test/verify/{code}/"
    drawn = drawings.of(address=address, seed=serial)
    if kind == "engraved":
        drawn["ground.svg"] = ground()
    return replace(
        one,
        drawings=drawn,
        words={**(one.words or {}), "recipient": recipient, "serial": serial, "code": code},
        title=f"Certificate of completion: {recipient}",
        about={"description": address, "dcterms.created": "2026-11-21T00:00:00Z"},
    )


def naive(one: Order) -> bytes:
    from weasyprint import CSS, HTML  # noqa: PLC0415  in the process that measures it alone

    from tutorme.core.press.fetching import BASE, AssetFetcher  # noqa: PLC0415

    assets = {name: svg.encode() for name, svg in one.drawings.items()}
    body = documents.environment().from_string(one.html).render(dict(one.words or {}))
    text = "".join(
        documents.whole(
            [body], lang=one.lang, direction=one.direction, title=one.title, about=one.about
        )
    )
    page = HTML(string=text, base_url=BASE, url_fetcher=AssetFetcher(assets))
    sheet = CSS(string=one.css, base_url=BASE, url_fetcher=AssetFetcher(assets))
    pdf: bytes = page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return pdf


def our_loop(numbers: range, ready: Any, done: Any, *, sealed: bool) -> None:
    """`done` hears when the last one was printed: ending the process is no part of a batch."""
    press = Press(most_documents=len(numbers) + 1)
    hashlib.sha256(printed(press, 0, sealed=sealed)).digest()
    ready.wait()
    for number in numbers:
        hashlib.sha256(printed(press, number, sealed=sealed)).digest()
    done.put(time.monotonic())
    press.close()


def printed(press: Press, number: int, *, sealed: bool) -> bytes:
    pdf = press.print_document(order(number))
    return seals.seal(pdf, at=AT) if sealed else pdf


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


def beside(processes: int, documents_: int, *, sealed: bool) -> float:
    """Documents a second by the clock."""
    share = documents_ // processes
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(processes + 1), context.Queue()
    running = [
        context.Process(target=our_loop, args=(each, ready, done), kwargs={"sealed": sealed})
        for each in (range(share * n, share * (n + 1)) for n in range(processes))
    ]
    for process in running:
        process.start()
    ready.wait()
    started = time.monotonic()
    ended: float = max(done.get() for _process in running)
    for process in running:
        process.join()
    return share * processes / (ended - started)


def tell_costs(_asked: argparse.Namespace) -> None:
    for kind in KINDS:
        cost, ours = costs(kind)
        times = goals.judged("at least 4 times", met=cost / ours >= LEAST_TIMES)
        each = goals.judged("at most 25 ms", met=ours <= MOST_MS)
        told = f"naive {cost:.1f} ms of processor, ours {ours:.1f}: {cost / ours:.1f} times"
        say(f"{kind}: {told}; goals {times}, {each}")


def tell_batch(asked: argparse.Namespace) -> None:
    for sealed in (False, True):
        rate = beside(asked.processes, asked.documents, sealed=sealed)
        name, took, most = "sealed" if sealed else "unsealed", 5000 / rate, MOST_SECONDS[sealed]
        goal = goals.judged(f"{most} s", met=took <= most)
        told = f"{rate:.0f}/s, 5,000 in {took:.0f} s, goal {goal}"
        say(f"{asked.processes} processes, {name}: {told}")


def tell_growth(asked: argparse.Namespace) -> None:
    press = Press(most_documents=asked.documents + 100)
    found = growth(press, asked.documents)
    press.close()
    each = found * 1000 / asked.documents
    goal = goals.judged(f"{MOST_MB:g}", met=each <= MOST_MB)
    say(f"growth over {asked.documents}: {found:.1f} MB, {each:.1f} a 1,000, goal {goal}")


def tell_rasters(_asked: argparse.Namespace) -> None:
    for kind in KINDS:
        found = differing(kind)
        goal = goals.judged("0", met=not found)
        say(f"{kind}: rasters that differ from the naive ones: {found} of 10, goal {goal}")


PARTS = {"costs": tell_costs, "batch": tell_batch, "growth": tell_growth, "rasters": tell_rasters}


def main() -> None:
    parser = argparse.ArgumentParser(description="What certificates cost.")
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="part")
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    for part in asked.parts:
        PARTS[part](asked)


if __name__ == "__main__":
    main()
