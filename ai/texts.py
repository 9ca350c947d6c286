"""What a model wrote, as text that may be stored: no HTML, no pictures, no address nobody gave.

Course pages sanitise what they show (`courses.markdown`); this keeps what should not be there from
being stored at all. Code stays as it is: in a fence or between backticks `<p>` is an example.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

_SPOOFING = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>?")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>]+)>")
# Bounded, so that a text made of brackets takes no longer than another.
_IMAGE = re.compile(r"!\[([^\]]{0,500})\](?:\([^)]{0,2000}\)|\[[^\]]{0,500}\])?")
_LINK = re.compile(r"\[([^\]]{0,500})\]\(\s*<?([^)\s>]{0,2000})>?[^)]{0,500}\)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:.*$", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_SAFE_SCHEMES = frozenset({"http", "https"})


def addresses_in(text: str) -> frozenset[str]:
    """The addresses a text names: those a model may link to."""
    return frozenset(found.rstrip(".,;:!?") for found in _ADDRESS.findall(text))


def plain(text: str) -> str:
    """One line without HTML, links and pictures: titles, options, objectives."""
    line = " ".join(_visible(text).split())
    return " ".join(_prose([line], _bare).split())


def _bare(text: str) -> str:
    without = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _TAG.sub("", text)))
    return without.replace("](", "] (")


def markdown(text: str, allowed: frozenset[str] = frozenset()) -> str:
    """Markdown without HTML, pictures, and links but those to `allowed`."""
    cleaned = _outside_code(_visible(text), lambda part: _clean(part, allowed)).strip()
    if _is_clean(cleaned, allowed):
        return cleaned
    # Whatever trick it was: no bracket, no angle, no link.
    return _visible(text).replace("<", "&lt;").replace("[", "(").replace("]", ")").strip()


def _visible(text: str) -> str:
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        char
        for char in kept
        if char in "\n\t"
        or (char not in _SPOOFING and unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"})
    )


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """`change` applied to what is neither in a fence nor between backticks."""
    parts: list[str] = []
    prose: list[str] = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            parts.append(line)
            closes = match and match[1].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        elif match:
            parts += [_prose(prose, change)] if prose else []
            prose = []
            parts.append(line)
            fence = match[1]
        else:
            prose.append(line)
    if prose:
        parts.append(_prose(prose, change))
    return "\n".join(parts)


def _prose(lines: list[str], change: Callable[[str], str]) -> str:
    text = "\n".join(lines)
    spans = list(_CODE_SPAN.finditer(text))
    out, at = [], 0
    for span in spans:
        out += [change(text[at : span.start()]), span.group()]
        at = span.end()
    return "".join([*out, change(text[at:])])


def _clean(text: str, allowed: frozenset[str]) -> str:
    def linked(match: re.Match[str]) -> str:
        return match.group() if match[2] in allowed and _is_web(match[2]) else match[1]

    text = _IMAGE.sub(r"\1", text)
    text = _AUTOLINK.sub(lambda m: m[1] if m[1] in allowed else "", text)
    text = _DEFINITION.sub("", text)
    text = _LINK.sub(linked, text)
    return _TAG_START.sub("&lt;", text)


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in _SAFE_SCHEMES and bool(parts.netloc) and "@" not in parts.netloc


def _is_clean(text: str, allowed: frozenset[str]) -> bool:
    """As the parser of the pages reads it."""
    for token in _walk(_PARSER.parse(text)):
        if token.type in {"html_block", "html_inline", "image"}:
            return False
        if token.type == "link_open" and token.attrGet("href") not in allowed:
            return False
    return True


def _walk(tokens: list[Any]) -> Any:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])


def cleaned(value: Any, allowed: frozenset[str] = frozenset(), name: str = "") -> Any:
    """A whole answer: members that end in `_md` are Markdown, hints and reasons too; every other
    text is one plain line. Keys and quotes stay, being compared and not shown."""
    if isinstance(value, dict):
        return {key: cleaned(child, allowed, key) for key, child in value.items()}
    if isinstance(value, list):
        return [cleaned(child, allowed, name) for child in value]
    if not isinstance(value, str):
        return value
    if name in _AS_THEY_ARE:
        return _visible(value)
    if name.endswith("_md") or name in _MARKDOWN:
        return markdown(value, allowed)
    return plain(value)


_AS_THEY_ARE = frozenset({"key", "quote", "schema", "prerequisites", "type"})
_MARKDOWN = frozenset({"hints", "why"})


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
