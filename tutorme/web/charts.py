"""Bars as shapes: where each stands and how high, from a zero baseline. Drawn by <c-bars>, and by
<c-chart-bars> where each has words beside it."""

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
    is_last: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar]
    zero: float
    first: str
    last: str
    highest: str


def bars(rows: Sequence[tuple[str, str, int]], *, mirrored: bool = False) -> Chart:
    """`rows` are (label, value in words, value); time runs from the right where `mirrored`."""
    values = [value for _label, _text, value in rows]
    top, bottom = max([0, *values]), min([0, *values])
    scale = HEIGHT / ((top - bottom) or 1)
    zero = round(top * scale, 1) if top or bottom else float(HEIGHT)
    step = WIDTH / max(1, len(rows))
    drawn = []
    for number, (label, text, value) in enumerate(rows):
        place = len(rows) - 1 - number if mirrored else number
        height = round(abs(value) * scale, 1)
        drawn.append(
            Bar(
                label=label,
                text=text,
                x=round(place * step + step * _GAP / 2, 1),
                y=round(zero - height, 1) if value > 0 else zero,
                width=round(step * (1 - _GAP), 1),
                height=height,
                is_last=number == len(rows) - 1,
            )
        )
    names = [label for label, _text, _value in rows]
    highest = max(rows, key=lambda row: row[2])[1] if rows else ""
    return Chart(drawn, zero, names[0] if names else "", names[-1] if names else "", highest)


def lengths(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bars beside their words: rows with `width` of a hundred, the longest being full. Drawn by
    <c-chart-bars>."""
    most = max((row["value"] for row in rows), default=0)
    return [
        {"shown": row["value"], "note": "", "marked": False, **row, "width": _share(row, most)}
        for row in rows
    ]


def _share(row: dict[str, Any], most: float) -> float:
    return round(max(0.0, 100 * row["value"] / most), 2) if most > 0 else 0.0
