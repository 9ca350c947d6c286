"""Words as they may have been meant. A list names its known words in a table of its own (a column
`word` with a GiST index of trigrams); the nearest ones by their letters are found through that
index, and judged here by how many slips lie between."""

import re
from collections.abc import Callable

from django.db import connection, models

_WORD = re.compile(r"[^\W\d_]{3,40}")
_MOST_WORDS = 8
_NEIGHBOURS = 12

# `<->` alone, in ORDER BY with LIMIT, walks the trigram index from the nearest word outwards.
_NEAREST = """
SELECT typed.word, core_unaccent(typed.word), near.word
FROM unnest(%s::text[]) AS typed (word)
CROSS JOIN LATERAL (
    SELECT word FROM {known}
    ORDER BY word <-> core_unaccent(typed.word) LIMIT {most}
) AS near
"""


Weigh = Callable[[list[str]], dict[str, int]]


def corrected(text: str, known: type[models.Model], weigh: Weigh | None = None) -> str:
    """The text with unknown words replaced by the ones that were probably meant; empty where
    nothing is near enough. One query. Where several are as near, `weigh` is asked once how often
    each is found: the most frequent is meant, and one that is nowhere any more is not."""
    typed = list(dict.fromkeys(word.lower() for word in _WORD.findall(text)))[:_MOST_WORDS]
    if not typed:
        return ""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(known._meta.db_table)
        cursor.execute(_NEAREST.format(known=table, most=_NEIGHBOURS), [typed])
        nearest: dict[tuple[str, str], list[str]] = {}
        for word, plain, candidate in cursor.fetchall():
            nearest.setdefault((word, plain), []).append(candidate)
    near = {word: _nearest(plain, words) for (word, plain), words in nearest.items()}
    meant = _chosen({word: found for word, found in near.items() if found}, weigh)
    told = _WORD.sub(lambda found: meant.get(found[0].lower(), found[0]), text)
    return told if told.lower() != text.lower() else ""


def _nearest(typed: str, candidates: list[str]) -> list[str]:
    """The candidates with the fewest slips, if they are few for its length, the likest first; a
    beginning of a word counts as one."""
    slips = {word: _slips(typed, word) for word in candidates}
    fewest = min(slips.values(), default=_allowed(typed) + 1)
    return [word for word in slips if slips[word] == fewest <= _allowed(typed)]


def _chosen(near: dict[str, list[str]], weigh: Weigh | None) -> dict[str, str]:
    tied = sorted({word for words in near.values() if len(words) > 1 for word in words})
    if not tied or weigh is None:
        return {typed: words[0] for typed, words in near.items()}
    weight = weigh(tied)
    return {
        typed: max(words, key=lambda word: weight.get(word, 0)) for typed, words in near.items()
    }


def _allowed(typed: str) -> int:
    return 1 if len(typed) < 6 else 2


def _slips(typed: str, word: str) -> int:
    if len(typed) > 2 and word.startswith(typed):
        return int(word != typed)
    return distance(typed, word)


def distance(one: str, other: str) -> int:
    """Letters missing, added, wrong, or two of them swapped (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
