"""How hard a text is to read; pure.

For English the Flesch-Kincaid grade (Kincaid et al., 1975); for languages whose syllables cannot be
counted by vowels alone, a grade by the length of sentences.
"""

import re

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark").enable("table")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE = re.compile(r"[.!?。？！]+(?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")


def prose_of(markdown: str) -> str:
    """Without code, addresses and marks; every block ends a sentence."""
    said = []
    for token in _PARSER.parse(markdown):
        if token.type == "inline":
            parts = [child.content for child in token.children or [] if child.type == "text"]
            said.append(" ".join(parts).strip().rstrip(":") + ".")
    return "\n".join(said)


def words_in(markdown: str) -> int:
    return len(_WORD.findall(prose_of(markdown)))


def grade_of(markdown: str, language: str) -> int | None:
    """School years, rounded; None where there is nothing to judge."""
    prose = prose_of(markdown)
    words = _WORD.findall(prose)
    sentences = len(_SENTENCE.findall(prose)) or 1
    if not words:
        return None
    length = len(words) / sentences
    if language.split("-")[0] != "en":
        return round(length / 2)
    syllables = sum(map(_syllables, words)) / len(words)
    return max(0, round(0.39 * length + 11.8 * syllables - 15.59))


def _syllables(word: str) -> int:
    plain = word.lower()
    found = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith("le") and found > 1:
        found -= 1
    return max(1, found)
