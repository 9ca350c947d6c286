"""What is drawn once looks as what is drawn each time, to the pixel; and the child that stays."""

import os
import signal

import pypdfium2
import pytest
from PIL import ImageChops

from bench.certificates import naive, order
from certificates import drawings
from tutorme.core.errors import DocumentRefused
from tutorme.core.press import sketches
from tutorme.core.press.fetching import BASE
from tutorme.core.printing import FONTS, Press


@pytest.fixture
def press(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", str(FONTS))
    one = Press()
    yield one
    one.close()


def raster(pdf: bytes):
    return pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()


@pytest.mark.parametrize(("number", "kind"), [(1, "built-in"), (77, "engraved")])
def test_the_raster_is_weasyprints_own_to_the_pixel(press, number: int, kind: str) -> None:
    one = order(number, kind)
    ours, theirs = raster(press.print_document(one)), raster(naive(one))
    assert ImageChops.difference(ours, theirs).getbbox() is None


def test_our_drawings_are_sketched_and_foreign_ones_left_to_weasyprint() -> None:
    drawn = drawings.of(address="https://tutorme.test/verify/x/", seed="TM-2026-000001")
    ours = {name: svg.encode() for name, svg in drawn.items()}
    foreign = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><text>x</text></svg>'
    found = sketches.images({**ours, "other.svg": foreign}, base=BASE)
    assert set(found) == {f"{BASE}{name}" for name in ours}


def test_the_same_order_gives_the_same_bytes_in_a_child_that_stays(press) -> None:
    first = press.print_document(order(1))
    press.print_document(order(2))
    assert press.print_document(order(1)) == first


def test_a_bad_document_fails_alone(press) -> None:
    bad = order(1)
    bad = type(bad)(**{**bad.__dict__, "words": {**(bad.words or {}), "recipient": "ส"}})
    with pytest.raises(DocumentRefused, match=r"U\+0E2A"):
        press.print_document(bad)
    assert press.print_document(order(2)).startswith(b"%PDF")


def test_a_killed_child_costs_no_document(press) -> None:
    press.print_document(order(1))
    assert press._child is not None
    os.kill(press._child._process.pid, signal.SIGKILL)
    assert press.print_document(order(2)).startswith(b"%PDF")
