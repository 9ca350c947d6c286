"""Drawings made for one certificate: its QR code and a rosette that no other serial has."""

import hashlib
import io
import math

import segno

INK = "#0e2825"
PAPER = "#fbfdfc"


def of(*, address: str, seed: str) -> dict[str, str]:
    """By the names under which templates load them."""
    return {"qr.svg": qr(address), "rosette.svg": rosette(seed), "ruling.svg": ruling()}


def qr(address: str, *, light: str = PAPER) -> str:
    """An SVG of the address, quiet zone included. The mask is fixed: searching the best one costs
    more than the rest and any of them is a valid code."""
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False, mask=3)
    code.save(out, kind="svg", border=4, dark=INK, light=light, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


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
    steps = petals * 24
    points = []
    for step in range(steps):
        angle = math.tau * step / steps
        r = radius + depth * math.sin(petals * angle + phase)
        points.append(f"{r * math.cos(angle):.2f} {r * math.sin(angle):.2f}")
    return f'<path d="M{"L".join(points)}Z"/>'
