"""A document's tree, from that of another document of the same template.

Of two documents of one template only the words differ, so the HTML is read once, with signs where
the words stand, and each document is a copy of that tree with its own words there. A sign is such
that whatever treats it otherwise than as words (a comment, an attribute without quotes, an element
in which nothing is unescaped) does not leave it whole; what is made of such HTML is read each time.
So is the first document of each template, and its tree is compared.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any
from xml.etree.ElementTree import tostring

import cssselect2
import tinyhtml5
from markupsafe import Markup
from weasyprint import HTML, _find_base_url
from weasyprint.urls import URLFetcher

from tutorme.core.press.fetching import BASE

_SIGN = re.compile("\ue000 <([0-9]+)\ue001")
_BEGINS = "\ue000"
# What parsers change, and blanks where some elements take them in their own way.
_DELICATE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]|^\s|\s$|^$")


class Page(HTML):  # type: ignore[misc]
    """WeasyPrint's own, of a tree that is there already."""

    def __init__(self, root: Any, fetcher: URLFetcher) -> None:
        self.base_url = _find_base_url(root, BASE)
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root)
        self.etree_element = root


def tree(pieces: Sequence[str]) -> Any:
    """The root element. Of the pieces those that are `Markup` are words, escaped."""
    words = [piece for piece in pieces if _is_word(piece)]
    numbers = iter(range(len(words)))
    signed = [_sign(next(numbers)) if _is_word(piece) else str(piece) for piece in pieces]
    form = _form("".join(signed), len(words))
    if form.fits is False or any(_BEGINS in piece for piece in pieces):
        return _read("".join(pieces))
    filled = form.filled([unescape(word) for word in words])
    if form.fits is None:
        root = _read("".join(pieces))
        form.fits = tostring(filled) == tostring(root)
        return root
    return filled


def forget() -> None:
    """As in a new process."""
    _form.cache_clear()


def _is_word(piece: str) -> bool:
    return isinstance(piece, Markup) and not _DELICATE.search(piece)


def _sign(number: int) -> str:
    return f"{_BEGINS} &lt;{number}\ue001"


def _read(html: str) -> Any:
    return tinyhtml5.parse(html, namespace_html_elements=False)


@dataclass
class _Form:
    """A tree with signs, and where they stand: the number of the element, its `text`, `tail` or
    `@attribute`, and what is written there. Whether it `fits` is known with the first document."""

    root: Any
    places: list[tuple[int, str, str]]
    fits: bool | None = None

    def filled(self, words: Sequence[str]) -> Any:
        root = copy.deepcopy(self.root)
        elements = list(root.iter())
        for number, slot, signed in self.places:
            said = _SIGN.sub(lambda sign: words[int(sign[1])], signed)
            if slot in _TEXTS:
                setattr(elements[number], slot, said)
            else:
                elements[number].set(slot.removeprefix("@"), said)
        return root


_TEXTS = ("text", "tail")


@lru_cache(maxsize=16)
def _form(signed: str, words: int) -> _Form:
    root = _read(signed)
    places = list(_places(root))
    found = {int(sign) for _, _, text in places for sign in _SIGN.findall(text)}
    return _Form(root, places, fits=None if len(found) == words else False)


def _places(root: Any) -> Iterator[tuple[int, str, str]]:
    for number, element in enumerate(root.iter()):
        texts: Mapping[str, str | None] = {slot: getattr(element, slot) for slot in _TEXTS}
        attributes = {f"@{name}": value for name, value in element.attrib.items()}
        for slot, text in {**texts, **attributes}.items():
            if text and _SIGN.search(text):
                yield number, slot, text
