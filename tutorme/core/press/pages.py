"""From filled HTML to PDF bytes: names made to fit, gates passed, tags and metadata in place."""

import logging
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import pydyf
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.formatting_structure.boxes import BlockBox, LineBox
from weasyprint.text.ffi import pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from tutorme.core.press import faces, sketches, styles, trees
from tutorme.core.press.faults import Refused
from tutorme.core.press.fetching import BASE, AssetFetcher

Render = Callable[[HTML], Document]

MAX_CSS = 100_000
_LOGGER = logging.getLogger("weasyprint")
_LEVEL = 1
# An element `class="fit" id="…"` is given `fit-0`, `fit-1`, … until it has no more lines than its
# step allows; what each step looks like is the style sheet's.
LINES = (1, 1, 1, 1, 2, 2, 3, 3, 4, 6)
# Letters the display face lacks. A line with one of them is set whole in another face
# (`other-letters`): a name in two faces looks like a mistake.
_OTHER_LETTERS = re.compile(
    "[\u01a0\u01a1\u01af\u01b0\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u0900-\u097f\u1ea0-\u1eff]"
)


class Complaints(logging.Handler):
    """WeasyPrint reports a lost image or a bad rule to its log and prints on; we do not."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage()[:300])


def print_pdf(
    *, html: Sequence[str], css: str, assets: Mapping[str, bytes], strict: bool, most_pages: int = 1
) -> bytes:
    """PDF/UA-1 of a document in pieces (`documents.whole`). `strict` also refuses what WeasyPrint
    merely warns about."""
    if len(css) > MAX_CSS:
        raise Refused("template-too-large", f"A style sheet may have {MAX_CSS} characters.")
    complaints = Complaints(logging.WARNING if strict else logging.ERROR)
    _LOGGER.handlers, _LOGGER.propagate = [complaints], False
    if _LOGGER.level != complaints.level:
        # Forgets what every logger of the process is open for.
        _LOGGER.setLevel(complaints.level)
    fetcher = AssetFetcher(assets)
    images = sketches.images(assets, base=BASE)
    try:
        document, pdf = _proved(html, css, fetcher, images, most_pages)
    except FatalURLFetchingError as error:
        raise Refused("asset-refused", str(error)) from error
    if fetcher.refused:
        raise Refused("asset-refused", f"refused to load {fetcher.refused[0]!r}")
    if complaints.lines:
        # So that a sheet which was complained of is read, and complained of, again.
        _sheet.cache_clear()
        raise Refused("document-faulty", "; ".join(complaints.lines[:5]))
    _no_missing_glyphs(document)
    return pdf


def pango_version() -> str:
    """Of the library that lays out lines: the machine's own, so it is named."""
    number = pango.pango_version()
    return f"{number // 10_000}.{number // 100 % 100}.{number % 100}"


def _proved(
    html: Sequence[str], css: str, fetcher: AssetFetcher, images: dict[str, Any], most_pages: int
) -> tuple[Document, bytes]:
    """Printed with the styles of others like it; the first of them the long way too."""
    wardrobe, sheet = _wardrobe(), _sheet(css)
    wardrobe.on_trial = False
    worn = partial(wardrobe.render, sheet=sheet, images=images)
    document, pdf = _drawn(html, fetcher, worn, most_pages)
    if wardrobe.on_trial:
        plain = partial(styles.plainly, sheet=sheet, images=images, fonts=_fonts())
        long_way = _drawn(html, fetcher, plain, most_pages)
        if long_way[1] != pdf:
            wardrobe.bar(sheet)
            return long_way
    return document, pdf


def _drawn(
    html: Sequence[str], fetcher: AssetFetcher, render: Render, most_pages: int
) -> tuple[Document, bytes]:
    document = _fitted(html, fetcher, render)
    _not_too_long(document, most_pages)
    document.fonts = faces.Faces()
    return document, document.write_pdf(pdf_variant="pdf/ua-1", finisher=_packed)


def _packed(_document: Document, pdf: pydyf.PDF) -> None:
    """Packs the streams: WeasyPrint takes zlib's ninth level, which is a fifth of a document's
    cost for a file that is six hundredths smaller."""
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            whole = b"\n".join(map(pydyf._to_bytes, each.stream))
            is_font = "Length1" in each.extra
            each.stream = [_font_packed(whole) if is_font else zlib.compress(whole, _LEVEL)]
            each.compress = False
            each.extra["Filter"] = "/FlateDecode"


@lru_cache(maxsize=32)
def _font_packed(whole: bytes) -> bytes:
    """Most documents carry the same fonts (`faces.py`), so here the smallest file is cheap."""
    return zlib.compress(whole, 9)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    """Made once a process: it costs as much as a page, and a new one for each leaks."""
    return FontConfiguration()


@lru_cache(maxsize=1)
def _wardrobe() -> styles.Wardrobe:
    return styles.Wardrobe(_fonts())


@lru_cache(maxsize=8)
def _sheet(css: str) -> CSS:
    """What a style sheet imports or loads while it is read is refused, whatever the document's
    own drawings are; what its rules name is looked for with the document."""
    fetcher = AssetFetcher({})
    sheet = CSS(string=css, base_url=BASE, url_fetcher=fetcher, font_config=_fonts())
    if fetcher.refused:
        raise Refused("asset-refused", f"refused to load {fetcher.refused[0]!r}")
    _wardrobe().bar_if_it_looks_at_metadata(sheet, css)
    return sheet


def _fitted(html: Sequence[str], fetcher: AssetFetcher, render: Render) -> Document:
    """Lays out again and again, each tight element one step smaller, until all have their lines."""
    steps: dict[str, int] = {}
    while True:
        page = trees.Page(trees.tree(html), fetcher)
        for element in page.etree_element.iter():
            if "fit" in _classes(element):
                step = steps.setdefault(element.get("id", ""), 0)
                element.set("class", f"fit fit-{step}{_face(element)}")
        document = render(page)
        lines = _lines(document)
        tight = [
            n for n, at in steps.items() if lines.get(n, 0) > LINES[at] and at + 1 < len(LINES)
        ]
        if not tight:
            return document
        for name in tight:
            steps[name] += 1


def _face(element: Any) -> str:
    """The class that asks for another face, for words the display face cannot write alone."""
    words = unicodedata.normalize("NFC", "".join(element.itertext()))
    return " other-letters" if _OTHER_LETTERS.search(words) else ""


def _classes(element: Any) -> list[str]:
    return (element.get("class") or "").split()


def _boxes(document: Document) -> Iterator[Any]:
    for page in document.pages:
        yield from page._page_box.descendants(placeholders=True)


def _lines(document: Document) -> dict[str, int]:
    """Lines of each element of class `fit`, by its id."""
    return {
        box.element.get("id", ""): sum(isinstance(child, LineBox) for child in box.children)
        for box in _boxes(document)
        if isinstance(box, BlockBox) and box.element is not None and "fit" in _classes(box.element)
    }


def _not_too_long(document: Document, most_pages: int) -> None:
    if len(document.pages) > most_pages:
        raise Refused("too-long", f"It takes {len(document.pages)} pages, not {most_pages}.")
    for page in document.pages:
        for box in page._page_box.descendants(placeholders=True):
            if getattr(box, "text", "").strip() and not _inside(box, page):
                raise Refused("too-long", f"{box.text[:60]!r} does not fit on the page.")


def _inside(box: Any, page: Any) -> bool:
    right, bottom = box.position_x + box.width, box.position_y + box.height
    return bool(
        box.position_x > -1
        and box.position_y > -1
        and right < page.width + 1
        and bottom < page.height + 1
    )


def _no_missing_glyphs(document: Document) -> None:
    """A missing glyph prints as an empty frame while the text reads right: refused by name."""
    missing = sorted({point for font in document.fonts.values() for point in font.missing})
    if missing:
        points = ", ".join(f"{chr(point)} (U+{point:04X})" for point in missing[:12])
        raise Refused("glyphs-missing", f"Our fonts cannot print {points}.")
