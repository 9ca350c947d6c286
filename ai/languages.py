"""Whether a text is in the language that was asked for. By its script, then by small words.

It says no only when another language it knows is clearly there: a short text, a language it does
not know, or a lesson full of code passes.
"""

import re
import unicodedata

_SMALL_WORDS = {
    "en": "the of and to in is that it for with as are this you on be not or an by from your",
    "es": "de la que el en y los se del las por un para con no una su lo como más pero es al",
    "de": "der die und das ist nicht zu den von mit ein eine sie auf für dem im sich auch es",
    "fr": "de la le les et des est un une que pour dans qui sur pas vous avec au par ce il sont du",
    "it": "di che la il un una per non con del della le si sono come più gli è nel alla anche",
    "pt": "de que o a do da em um para com não uma os no se na por mais as dos como mas ao é",
    "nl": "de het een van en is dat niet in op te zijn voor met die aan er ook als maar om dit",
    "sv": "och att det som en på är av för med till den har inte om ett men var jag så kan du",
    "pl": "w i na z do nie się że to jest o jak po ale od przez za przy czy jego tylko być są",
}
_WORDS = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be"), "CYRILLIC"),
    "el": "GREEK",
    "he": "HEBREW",
    **dict.fromkeys(("ar", "fa", "ur"), "ARABIC"),
    **dict.fromkeys(("hi", "mr", "ne"), "DEVANAGARI"),
    "ko": "HANGUL",
    "th": "THAI",
    "zh": "CJK",
}
_OWN_SCRIPTS = frozenset(_SCRIPTS.values()) | {"LATIN", "HIRAGANA", "KATAKANA"}
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_LEAST = 40


def fits(text: str, language: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(_CODE.sub(" ", text))]
    code = language.casefold().partition("-")[0]
    if len(words) < _LEAST and code not in _SCRIPTS:
        return True
    script = _script(words)
    wanted = _SCRIPTS.get(code)
    if wanted:
        return not words or script == wanted
    if code == "ja" or script not in _SCRIPTS.values():
        return code not in _WORDS or _fits_by_words(words, code)
    return code not in _WORDS


def _fits_by_words(words: list[str], code: str) -> bool:
    shares = {
        name: sum(word in small for word in words) / len(words) for name, small in _WORDS.items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best == code or shares[best] < 0.12 or shares[code] * 1.5 > shares[best]


def _script(words: list[str]) -> str:
    counts: dict[str, int] = {}
    for char in "".join(words)[:4000]:
        name = unicodedata.name(char, "").partition(" ")[0]
        if name in _OWN_SCRIPTS:
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name]) if counts else ""
