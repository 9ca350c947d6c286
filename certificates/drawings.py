"""Drawings made for one certificate: its QR code and a rosette that no other serial has."""

import hashlib
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from operator import mul

import segno

INK = "#0e2825"
PAPER = "#fbfdfc"
_QUIET = 4
_DARK = re.compile(b"\x01+")
_STEPS = 24


def of(*, address: str, seed: str) -> dict[str, str]:
    """By the names under which templates load them."""
    return {"qr.svg": qr(address), "rosette.svg": rosette(seed), "ruling.svg": ruling()}


def qr(address: str, *, light: str = PAPER) -> str:
    """An SVG of the address, quiet zone included. The mask is fixed: searching the best one costs
    more than the rest and any of them is a valid code."""
    code = segno.make(address, error="m", micro=False, mask=3)
    side = len(code.matrix) + 2 * _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<rect width="{side}" height="{side}" fill="{light}"/>'
        f'<path transform="translate({_QUIET} {_QUIET}.5)" stroke="{INK}" '
        f'd="{_runs(code.matrix)}"/>'
        "</svg>"
    )


def _runs(matrix: Iterable[Iterable[int]]) -> str:
    """Each row's dark modules as lines one module thick."""
    return "".join(
        f"M{run.start()} {y}H{run.end()}"
        for y, row in enumerate(matrix)
        for run in _DARK.finditer(bytes(row))
    )


def rosette(seed: str) -> str:
    """Interwoven curves as on a banknote; petals, depth and phase come from the seed's hash."""
    digest = hashlib.sha256(seed.encode()).digest()
    petals = 7 + digest[0] % 8
    rings = "".join(
        _ring(petals=petals, radius=34 + 6.4 * i, depth=_depth(digest[i + 1]), turn=digest[i + 9])
        for i in range(6)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-100 -100 200 200">'
        f'<g fill="none" stroke="#10563e" stroke-width=".55">{rings}</g>'
        '<circle r="31" fill="none" stroke="#10563e" stroke-width="1.1"/>'
        '<path d="M-12 1 L-3.5 10 L14 -11" fill="none" stroke="#c52525" stroke-width="3.6" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def ruling() -> str:
    """A page of an exercise book, A4 across: thirteen feint lines 11 mm apart, one red margin."""
    lines = "".join(f"M0 {33 + 11 * line}H297" for line in range(13))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" '
        f'viewBox="0 0 297 210"><rect width="297" height="210" fill="{PAPER}"/>'
        f'<path d="{lines}" stroke="#d3e4e4" stroke-width=".3"/>'
        '<path d="M74 0V210" stroke="#e48687" stroke-width=".45"/></svg>'
    )


def _depth(byte: int) -> float:
    return 9 + 15 * byte / 255


def _ring(*, petals: int, radius: float, depth: float, turn: int) -> str:
    """Two curves in counterphase around one circle."""
    phase = math.tau * turn / 256
    return "".join(_curve(petals, radius, side * depth, phase) for side in (1, -1))


def _curve(petals: int, radius: float, depth: float, phase: float) -> str:
    """Every petal is drawn with the same radii, one for each of its steps."""
    turn = math.tau / _STEPS
    radii = [radius + depth * math.sin(turn * step + phase) for step in range(_STEPS)]
    written, circle = _circle(petals)
    # Each radius twice, for across and down; one formatting of all is half the cost of one each.
    twice = [radius for radius in radii for _ in "xy"] * petals
    return written % tuple(map(mul, twice, circle))


@lru_cache(maxsize=8)
def _circle(petals: int) -> tuple[str, list[float]]:
    """A path to be filled in, and a circle's places, across and down in turns."""
    steps = petals * _STEPS
    turn = math.tau / steps
    circle = [way(turn * step) for step in range(steps) for way in (math.cos, math.sin)]
    return f'<path d="M{"L".join(["%.2f %.2f"] * steps)}Z"/>', circle
