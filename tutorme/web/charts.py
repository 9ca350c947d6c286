"""Bars as shapes: beside their words for pages (<c-bars>), upright over many days for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 600, 140
_GAP = 0.28


@dataclass(frozen=True)
class Bar:
    label: str
    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar]
    zero: float
    first: str
    last: str
    highest: str


def bars(rows: Sequence[tuple[str, str, int]]) -> Chart:
    """`rows` are (label, value in words, value)."""
    values = [value for _label, _text, value in rows]
    top, bottom = max([0, *values]), min([0, *values])
    scale = HEIGHT / ((top - bottom) or 1)
    zero = round(top * scale, 1) if top or bottom else float(HEIGHT)
    step = WIDTH / max(1, len(rows))
    drawn = []
    for number, (label, text, value) in enumerate(rows):
        height = round(abs(value) * scale, 1)
        drawn.append(
            Bar(
                label=label,
                text=text,
                x=round(number * step + step * _GAP / 2, 1),
                y=round(zero - height, 1) if value > 0 else zero,
                width=round(step * (1 - _GAP), 1),
                height=height,
            )
        )
    names = [label for label, _text, _value in rows]
    highest = max(rows, key=lambda row: row[2])[1] if rows else ""
    return Chart(drawn, zero, names[0] if names else "", names[-1] if names else "", highest)


Row = dict[str, Any]


def lengths(rows: Sequence[Row | tuple[str, str, int]]) -> list[Row]:
    """Bars beside their words: rows with `width` of a hundred, the longest being full. What is
    below zero has no length and is marked. Drawn by <c-bars>."""
    given = [_row(row) for row in rows]
    most = max((row["value"] for row in given), default=0)
    usual = {"note": "", "marked": False}
    return [{"shown": row["value"], **usual, **row, "width": _share(row, most)} for row in given]


def _row(row: Row | tuple[str, str, int]) -> Row:
    if isinstance(row, dict):
        return row
    label, shown, value = row
    return {"label": label, "shown": shown, "value": value, "marked": value < 0}


def _share(row: Row, most: float) -> float:
    return round(max(0.0, 100 * row["value"] / most), 2) if most > 0 else 0.0
