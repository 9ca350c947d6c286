"""Portraits for the demo: drawn from a few words, on squared paper, of nobody who lives."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

SIDE = 512
_SCALE = 2
_PAPERS = ("#e7efe9", "#f1ead9", "#e4ebf3", "#f3e6e4", "#e9e7f0", "#e3eeee")
_LINES = ("#c6d8cd", "#ddd0b2", "#c3d2e3", "#e0c6c2", "#cdc8dd", "#bfd6d6")
_SKINS = ("#f0cfb4", "#d9a57e", "#8d5a3c", "#b97d56", "#5f3b28", "#e6bd9b")
_HAIRS = ("#2b211c", "#5a3a22", "#8a8580", "#1d2230", "#a4642f", "#3c2f2f")
_CLOTHS = ("#20548a", "#933c20", "#285d36", "#772f55", "#895709", "#005f63")


@dataclass(frozen=True)
class Look:
    """Numbers of the colours above; `long` 0 to 2, `fringe` 0 none, 1 left, 2 right."""

    paper: int
    skin: int
    hair: int
    cloth: int
    long: int = 0
    fringe: int = 0
    glasses: bool = False


def portrait(look: Look) -> bytes:
    """A PNG, always the same for one look."""
    side = SIDE * _SCALE
    image = Image.new("RGB", (side, side), _PAPERS[look.paper])
    draw = ImageDraw.Draw(image)
    _squares(draw, side, _LINES[look.paper])
    hair, skin = _HAIRS[look.hair], _SKINS[look.skin]
    _behind(draw, side, hair, look.long)
    _body(draw, side, _CLOTHS[look.cloth], skin)
    _head(draw, side, skin, hair, fringe=look.fringe)
    if look.glasses:
        _glasses(draw, side)
    out = io.BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _squares(draw: ImageDraw.ImageDraw, side: int, line: str) -> None:
    for at in range(0, side, side // 12):
        draw.line([(at, 0), (at, side)], fill=line, width=3)
        draw.line([(0, at), (side, at)], fill=line, width=3)


def _box(side: int, x: float, y: float, w: float, h: float) -> list[float]:
    """An ellipse's or rectangle's box from its middle, in parts of the side."""
    return [(x - w / 2) * side, (y - h / 2) * side, (x + w / 2) * side, (y + h / 2) * side]


def _behind(draw: ImageDraw.ImageDraw, side: int, hair: str, long: int) -> None:
    if long:
        draw.rounded_rectangle(
            _box(side, 0.5, 0.46 + 0.06 * long, 0.5, 0.52 + 0.1 * long), 0.24 * side, fill=hair
        )


def _body(draw: ImageDraw.ImageDraw, side: int, cloth: str, skin: str) -> None:
    draw.ellipse(_box(side, 0.5, 1.08, 0.86, 0.66), fill=cloth)
    draw.rounded_rectangle(_box(side, 0.5, 0.7, 0.17, 0.26), 0.08 * side, fill=skin)
    draw.pieslice(_box(side, 0.5, 0.76, 0.26, 0.2), 0, 180, fill=skin)


def _head(draw: ImageDraw.ImageDraw, side: int, skin: str, hair: str, *, fringe: int) -> None:
    draw.ellipse(_box(side, 0.5, 0.45, 0.38, 0.48), fill=skin)
    draw.pieslice(_box(side, 0.5, 0.38, 0.42, 0.42), 180, 360, fill=hair)
    if fringe == 1:
        draw.pieslice(_box(side, 0.4, 0.38, 0.26, 0.16), 0, 180, fill=hair)
    elif fringe == 2:
        draw.pieslice(_box(side, 0.58, 0.38, 0.28, 0.13), 0, 180, fill=hair)
    for x in (0.42, 0.58):
        draw.ellipse(_box(side, x, 0.47, 0.028, 0.036), fill="#26201c")
    draw.arc(_box(side, 0.5, 0.55, 0.13, 0.09), 20, 160, fill="#7a3b30", width=side // 90)


def _glasses(draw: ImageDraw.ImageDraw, side: int) -> None:
    for x in (0.42, 0.58):
        draw.ellipse(_box(side, x, 0.47, 0.12, 0.12), outline="#26201c", width=side // 110)
    draw.line([(0.48 * side, 0.47 * side), (0.52 * side, 0.47 * side)], fill="#26201c", width=10)
