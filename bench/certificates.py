"""Certificates a second, and what each costs: the naive loop and ours, in the same run.

    python -m bench.certificates [documents] [processes]

Prints the built-in design for so many people (default 200; 2 processes) without a database: the
naive loop (`HTML(…).write_pdf()` for each, in a process of its own), then the press as the worker
uses it, jailed children and all, without and with the PAdES seal. Compares rasters of ten."""

import hashlib
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
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

NAIVE = 40
AT = datetime(2026, 11, 21, tzinfo=UTC)


def order(number: int) -> Order:
    html = (templates.BUILTIN_SOURCE / "certificate.html").read_text(encoding="utf-8")
    css = (templates.BUILTIN_SOURCE / "certificate.css").read_text(encoding="utf-8")
    one = templates.sample(html=html, css=css, recipient=f"Ada Lovelace the {number}th")
    drawn = drawings.of(
        address=f"https://tutorme.test/verify/{number:020d}/", seed=f"TM-2026-{number:06d}"
    )
    return replace(one, drawings=drawn, strict=False)


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


def naive_loop(numbers: range) -> None:
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    for number in numbers:
        naive(order(number))


def our_loop(numbers: range, *, sealed: bool = False) -> None:
    press = Press()
    for number in numbers:
        pdf = press.print_document(order(number))
        hashlib.sha256(seals.seal(pdf, at=AT) if sealed else pdf).digest()
    press.close()


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


def differing() -> int:
    """Of ten documents, those whose raster is not the naive one's to the pixel."""
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    press = Press()
    pairs = [(naive(order(n)), press.print_document(order(n))) for n in range(10)]
    press.close()
    pages = [[pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil() for pdf in p] for p in pairs]
    return sum(ImageChops.difference(one, other).getbbox() is not None for one, other in pages)


def alone(work: Callable[..., Any], *given: Any, **named: Any) -> None:
    """In a process of its own, so that nothing is warm and all of it is counted."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given, kwargs=named)
    process.start()
    process.join()


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
    start = measured(lambda: alone(naive_loop, range(0)), 1)[0]
    cost = (measured(lambda: alone(naive_loop, range(NAIVE)), 1)[0] - start) / NAIVE
    say(f"naive loop: {cost:.1f} ms of processor each")
    start = measured(lambda: alone(our_loop, range(1)), 1)[0]
    ours = (measured(lambda: alone(our_loop, range(total)), 1)[0] - start) / (total - 1)
    say(f"the press:  {ours:.1f} ms each, {cost / ours:.1f} times the naive loop")
    for sealed in (False, True):
        _, wall = measured(lambda s=sealed: beside(processes, total, sealed=s), total)  # type: ignore[misc]
        name = "sealed" if sealed else "unsealed"
        say(f"{processes} processes, {name}: {1000 / wall:.0f}/s, 5,000 in {wall * 5:.0f} s")
    press = Press(most_documents=10_000)
    say(f"growth over {total}: {growth(press, total):.1f} MB")
    press.close()
    say(f"rasters that differ from the naive ones: {differing()} of 10")


if __name__ == "__main__":
    main()
