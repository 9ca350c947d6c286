"""What is drawn once looks as what is drawn each time, to the pixel; and the child that stays."""

import io
import os
import re
import signal
from dataclasses import asdict
from xml.etree.ElementTree import tostring

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops

from bench.certificates import naive, order
from certificates import drawings
from certificates.models import Certificate
from tutorme.core.errors import DocumentRefused
from tutorme.core.press import child, documents, faces, pages, sketches, trees
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


NAMES = (
    "Ada Lovelace", "Maximiliana Konstantinopolitanska-Featherstonehaugh", "محمد الخوارزمي",
    "Ada Byron", "王小明", "דוד בן־גוריון", "Griffith Łukasiewicz", "Ada King",
)  # fmt: skip


@pytest.fixture
def in_this_process(monkeypatch) -> None:
    """The press without its jail."""
    monkeypatch.setenv("FONTCONFIG_FILE", str(FONTS))


def as_in_a_new_process() -> None:
    pages._wardrobe.cache_clear()
    pages._sheet.cache_clear()
    faces.forget()
    trees.forget()


def drawn(recipient: str, css: str = "") -> bytes:
    one = order(1)
    words = {**(one.words or {}), "recipient": recipient}
    return child.carry_out({**asdict(one), "words": words, "css": one.css + css})


def test_styles_worn_again_and_faces_cut_before_change_no_byte(in_this_process) -> None:
    """Whatever was printed before it: for each, what it is in a process of its own."""
    alone = []
    for name in NAMES:
        as_in_a_new_process()
        alone.append(drawn(name))
    as_in_a_new_process()
    together = [drawn(name) for name in (*NAMES, *NAMES, *NAMES)]
    assert together == alone * 3
    assert not pages._wardrobe()._barred


# Styles that the layout writes into: worn again they are others.
_SPOILT = "body { overflow: hidden; height: 20mm }"


def test_a_sheet_whose_styles_spoil_is_printed_the_long_way(in_this_process) -> None:
    as_in_a_new_process()
    first = drawn("Ada Lovelace", _SPOILT)
    assert drawn("Ada Lovelace", _SPOILT) == first
    assert pages._wardrobe()._barred
    assert drawn("Ada Lovelace", _SPOILT) == first


def test_what_is_of_one_certificate_alone_makes_no_other_shape(in_this_process) -> None:
    """Serial, code and metadata differ in each: its styles are others' and its tree a copy."""
    as_in_a_new_process()
    for number in range(4):
        child.carry_out(asdict(order(number)))
    (worn,) = pages._wardrobe()._worn.values()
    assert worn.times == 3
    assert trees._form.cache_info().currsize == 1


@pytest.mark.parametrize(
    "sheet",
    [
        'html:has([content$="1/"]) p { color: red }',
        'html:has([ con\\tent$="1/"]) p { color: red }',
        "head, meta { display: block } meta::after { content: attr(content) }",
    ],
)
def test_a_sheet_that_looks_at_metadata_is_printed_the_long_way(sheet: str) -> None:
    as_in_a_new_process()
    assert pages._sheet(sheet) in pages._wardrobe()._barred


def test_documents_in_the_usual_letters_carry_the_same_faces(in_this_process) -> None:
    """Which spares cutting and packing them; one with other letters has what it needs."""
    ada, zoe, other = (fonts_of(drawn(name)) for name in ("Ada", "Zoë Xylander", "Łukasz"))
    assert ada == zoe
    assert ada != other


def fonts_of(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        found = [row for row in file.objects if isinstance(row, pikepdf.Stream)]
        return sorted(row.read_bytes() for row in found if "/Length1" in row)


def test_the_same_order_gives_the_same_bytes_in_a_child_that_stays(press) -> None:
    first = press.print_document(order(1))
    press.print_document(order(2))
    assert press.print_document(order(1)) == first


def test_the_engine_is_named_with_the_library_of_this_machine(press) -> None:
    assert press.engine() == ""
    press.print_document(order(1))
    assert re.fullmatch(
        r"weasyprint [\d.]+, python 3\.\d+, press \d+, fonts [0-9a-f]{12}, pango 1\.\d+\.\d+",
        press.engine(),
    )
    room = Certificate._meta.get_field("engine").max_length
    assert len(press.engine()) <= (room or 0)


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


ODD = (
    "<p>{{ a }} and <b title='of {{ a }}'>{{ b }}</b>{{ c }}</p>",
    "<table>{{ a }}<tr><td>{{ b }}</table>{{ c }}<pre>{{ a }}</pre>",
    "<title>{{ a }}</title><textarea>{{ b }}</textarea>{{ c|e|upper }}",
    "<b title='{{ a }}'><p>one</b>{{ b }}</p>{{ c }}",
    "<style>{{ a }}</style><xmp>{{ b }}</xmp><!-- {{ c }} -->",
    "<p title={{ a }} {{ b }}>{{ c }}",
    "<i>\ue000 &lt;0\ue001</i>{{ a }}{{ b }}{{ c }}",
    "<svg><title>{{ a }}</title></svg><select><option>{{ b }}</select>{{ c }}",
    "{{ a }}<base href='{{ b }}'></body>{{ c }}",
)
SAID = (
    {"a": "Ada", "b": "Byron", "c": "King"},
    {"a": "R&D <b>", "b": "\"quoted\" 'too'", "c": "&amp; &lt"},
    {"a": "", "b": " ", "c": "\n one\r\ntwo"},
    {"a": "\ue000 <1\ue001", "b": "one two=three", "c": "-->"},
    {"a": "</style>", "b": "</title></textarea>", "c": "\x0cx"},
)


@pytest.mark.parametrize("source", ODD)
def test_a_tree_filled_in_is_the_one_that_is_read(source: str) -> None:
    """Whichever document of the template came first, and wherever its words stand."""
    for first in SAID:
        trees.forget()
        for said in (first, *SAID, first):
            pieces = documents.whole(
                documents.fill(source, said), lang="en", direction="ltr", title=said["a"], about={}
            )
            read = trees._read("".join(pieces))
            assert tostring(trees.tree(pieces)) == tostring(read)
