"""What the model is told, as files with a version each: `<name>.v<number>.md`.

A prompt is never edited once it was used: the next one has the next number, and every call
records which one it was made with. What people give comes after it, as one JSON object in a
message of its own, where nothing inside can end the fence around it.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_FILE = re.compile(r"^([a-z]+)\.v(\d+)\.md$")


@dataclass(frozen=True)
class Prompt:
    name: str
    number: int
    text: str

    @property
    def version(self) -> str:
        return f"{self.name}.v{self.number}"


@lru_cache(maxsize=1)
def _all() -> dict[str, Prompt]:
    found: dict[str, Prompt] = {}
    for path in sorted(_FOLDER.iterdir()):
        if match := _FILE.match(path.name):
            prompt = Prompt(match[1], int(match[2]), path.read_text(encoding="utf-8").strip())
            if prompt.name not in found or found[prompt.name].number < prompt.number:
                found[prompt.name] = prompt
    return found


def latest(name: str) -> Prompt:
    return _all()[name]


def text_of(version: str) -> str:
    """What a call of that version was told; empty where there is no such file any more."""
    path = _FOLDER / f"{version}.md"
    return (
        path.read_text(encoding="utf-8").strip()
        if _FILE.match(path.name) and path.is_file()
        else ""
    )


def names() -> list[str]:
    return sorted(_all())


def messages(prompt: Prompt, given: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": f"{prompt.text}\n\n{latest('data').text}"},
        {"role": "user", "content": json.dumps(given, ensure_ascii=False, sort_keys=True)},
    ]
