"""Charts: where bars begin and end. The templates draw them; words stay outside the picture, so
that they keep their size on a phone."""

from collections.abc import Sequence
from typing import Any

_STEP, _GAP = 10, 2


def bars(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with `width` of a hundred, the longest being full; below zero there is no bar."""
    most = max((row["value"] for row in rows), default=0)
    return [{**_plain(row), "width": _share(row["value"], most)} for row in rows]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {"shown": row["value"], "note": "", "marked": False, **row}


def _share(value: float, most: float) -> float:
    return round(max(0.0, 100 * value / most), 2) if most > 0 else 0.0


def columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A box as wide as there are columns and a hundred high."""
    most = max((row["value"] for row in rows), default=0)
    return {
        "width": _STEP * max(1, len(rows)),
        "most": most,
        "first": rows[0]["label"] if rows else "",
        "last": rows[-1]["label"] if rows else "",
        "bars": [_column(n, _share(row["value"], most)) for n, row in enumerate(rows)],
    }


def _column(number: int, height: float) -> dict[str, float]:
    return {
        "x": number * _STEP + _GAP / 2,
        "y": round(100 - height, 2),
        "width": _STEP - _GAP,
        "height": height,
    }
