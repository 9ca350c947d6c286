"""The little the stand-in knows: true and false things that can be said of learning anything, and
how questions made of them are solved. Writing and solving share it, as a model shares its own."""

import hashlib
import re

# Each pair is of nearly one length, the false one a little longer.
PAIRS = (
    (
        "Work on {t} goes best in small steps that can be checked.",
        "Work on {t} goes best in one go, without ever looking back.",
    ),
    (
        "In {t} a mistake that is found early costs least.",
        "In {t} a mistake is best left alone until the very end.",
    ),
    (
        "A first example of {t} is small enough to see as a whole.",
        "A first example of {t} should be as large as one can find.",
    ),
    (
        "Who can explain {t} to somebody else has understood it.",
        "Who has learned the words of {t} by heart has understood it.",
    ),
    (
        "Two tries at {t} compare well when one thing differs.",
        "Two tries at {t} compare well when everything is changed.",
    ),
    (
        "Notes on {t} are worth most when they say why.",
        "Notes on {t} are worth most when nobody reads them again.",
    ),
    (
        "Say what you expect of {t} before you try it.",
        "Never think about {t} before you have tried it out.",
    ),
    (
        "The rules of {t} have reasons worth knowing.",
        "The rules of {t} are to be followed without any reason.",
    ),
)
STEPS = ("Plan", "Try", "Check", "Explain")
MEANS = {
    "Plan": "say what should happen",
    "Try": "do the smallest thing that shows it",
    "Check": "compare it with what you said",
    "Explain": "tell somebody why it came so",
}
_PRODUCT = re.compile(r"(\d+) rounds of (\d+) minutes")
GAP = "small steps that can be"
GAP_WORD = "checked"


def number(*parts: object) -> int:
    """The same for the same input, everywhere."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def _pattern(template: str) -> re.Pattern[str]:
    before, after = template.split("{t}")
    return re.compile(f"{re.escape(before)}.+{re.escape(after)}")


_FALSE = tuple(_pattern(false) for _true, false in PAIRS)
_TRUE = tuple(_pattern(true) for true, _false in PAIRS)


def is_true(statement: str) -> bool:
    """What it has never heard of it believes."""
    return not any(pattern.search(statement) for pattern in _FALSE)


def is_known(statement: str) -> bool:
    return any(pattern.search(statement) for pattern in _TRUE)


def solve(question: dict) -> dict:
    options = question.get("options") or []
    answer = {"key": question["key"], "chosen": [], "text": "", "doubt": ""}
    match question["type"]:
        case "single" | "multi":
            answer["chosen"] = [row["key"] for row in options if is_known(row["text"])]
        case "true_false":
            answer["chosen"] = ["true" if is_true(question["prompt_md"]) else "false"]
        case "order":
            rank = {step: place for place, step in enumerate(STEPS)}
            ordered = sorted(options, key=lambda row: rank.get(row["text"], 99))
            answer["chosen"] = [row["key"] for row in ordered]
        case "match":
            answer["chosen"] = [MEANS.get(row["text"], "") for row in options]
        case "numeric":
            found = _PRODUCT.search(question["prompt_md"])
            answer["text"] = str(int(found[1]) * int(found[2])) if found else "0"
        case "short":
            answer["text"] = GAP_WORD if GAP in question["prompt_md"] else ""
    return answer
