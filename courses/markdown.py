"""Course texts as safe HTML: CommonMark with tables, then only the tags a text needs."""

import html
import re
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt

_TAGS = frozenset(
    "a abbr blockquote br caption code del details div em h2 h3 h4 h5 hr img kbd li ol p pre s "
    "span strong sub summary sup table tbody td th thead tr ul".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "th": {"scope"},
    "ol": {"start"},
    "code": {"class"},
}


def _shift(tokens: list[Any]) -> None:
    """The page has its h1; a text's highest headings become h2, whatever it began with."""
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + 2, 5)}"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.core.ruler.push("shift_headings", lambda state: _shift(state.tokens))
    return parser


_PARSER = _parser()


@lru_cache(maxsize=512)
def html_of(text: str, base: str = "") -> str:
    """Safe to show as it is; cached by the text itself, so never stale. `base` is put before what
    names a file of the course (`files/…`)."""

    def placed(_tag: str, attribute: str, value: str) -> str:
        is_own = attribute in ("src", "href") and value.startswith("files/")
        return f"{base}{value}" if is_own else value

    return nh3.clean(
        _PARSER.render(text),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
        attribute_filter=placed if base else None,
    )


_INLINE_TAGS = {"code", "em", "strong", "del", "sub", "sup", "kbd"}


@lru_cache(maxsize=2048)
def inline_html_of(text: str) -> str:
    """One line inside a label or a button: no blocks, no links, no pictures."""
    return nh3.clean(_PARSER.renderInline(text), tags=set(_INLINE_TAGS), attributes={})


_SPACE = re.compile(r"\s+")
_ELEMENT = re.compile(r"<[^>]*>")


def plain_of(text: str) -> str:
    """The words of a text without its markup, on one line."""
    return _SPACE.sub(" ", html.unescape(_ELEMENT.sub(" ", html_of(text)))).strip()
