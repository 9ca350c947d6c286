"""Drawings of ours as PDF operators, instead of through WeasyPrint's SVG painter.

That painter is the dearest part of a document by far: it takes a point at a time, and paints what
all documents share again for each. What we draw is a small part of SVG (groups, paths of straight
lines, rectangles, circles), so it is turned into operators once per drawing, and once for all
documents where the drawing is the same. The raster is the same to the pixel
(`tests/certificates/test_static_layer.py`); a drawing with anything else in it is WeasyPrint's.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_PX_PER_MM = 96 / 25.4
_COLOUR = re.compile("#(?:[0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_POLYGON = re.compile(r"M([\d. L-]+)Z")
# Lines across: the page's ruling, and the rows of a QR code.
_ACROSS = re.compile(r"M(-?[\d.]+) (-?[\d.]+)H(-?[\d.]+)")
_ALL_ACROSS = re.compile(f"(?:{_ACROSS.pattern})+")
_STEP = re.compile(r"([MLHVmlhvZz])([^MLHVmlhvZz]*)")
_FOREIGN = re.compile(r"[^MLHVmlhvZz0-9.,\s-]")
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_KNOWN = frozenset(
    "d fill stroke stroke-width stroke-linecap stroke-linejoin transform x y width height r cx cy "
    "class".split()
)
# Of a circle drawn with four curves, as WeasyPrint draws it.
_KAPPA = 1 / math.sqrt(math.pi)


class _Foreign(Exception):
    """Something this does not draw."""


@dataclass(frozen=True)
class Sketch:
    """What WeasyPrint asks of an image: its size, and to be drawn."""

    width: float | None
    height: float | None
    box: tuple[float, float, float, float]
    operators: bytes

    def get_intrinsic_size(self, *_: Any) -> tuple[float | None, float | None, float]:
        return self.width, self.height, self.box[2] / self.box[3]

    def draw(self, stream: Any, width: float, height: float, *_: Any) -> None:
        left, top, wide, high = self.box
        scale = min(width / wide, height / high)
        x = (width - wide * scale) / 2 - left * scale
        y = (height - high * scale) / 2 - top * scale
        stream.push_state()
        stream.transform(a=scale, d=scale, e=x, f=y)
        stream.stream.append(self.operators)
        stream.pop_state()


def images(assets: Mapping[str, bytes], *, base: str) -> dict[str, Sketch]:
    """By address, those of the drawings that can be sketched."""
    made = ((f"{base}{name}", _sketch(svg)) for name, svg in assets.items())
    return {address: sketch for address, sketch in made if sketch is not None}


@lru_cache(maxsize=64)
def _sketch(svg: bytes) -> Sketch | None:
    root = ElementTree.fromstring(svg)  # noqa: S314  see above
    try:
        left, top, wide, high = map(float, root.get("viewBox", "").split())
        size = _millimetres(root.get("width")), _millimetres(root.get("height"))
        operators = b"\n".join(part.encode() for part in _drawn(root, {}))
    except (_Foreign, ValueError):
        return None
    return Sketch(*size, (left, top, wide, high), operators)


def _millimetres(length: str | None) -> float | None:
    if length is None:
        return None
    if not length.endswith("mm"):
        raise _Foreign
    return float(length[:-2]) * _PX_PER_MM


def _drawn(parent: ElementTree.Element, inherited: Mapping[str, str]) -> Iterator[str]:
    for node in parent:
        tag = node.tag.removeprefix(_NAMESPACE)
        if not set(node.attrib) <= _KNOWN:
            raise _Foreign
        look = {**inherited, **node.attrib}
        yield "q"
        if "transform" in node.attrib:
            yield _moved(node.attrib["transform"])
            look.pop("transform")
        if tag == "g":
            yield from _drawn(node, look)
        else:
            yield from _painted(_SHAPES.get(tag, _foreign)(node), look)
        yield "Q"


def _moved(transform: str) -> str:
    match = re.fullmatch(r"(translate|scale)\((-?[\d.]+)(?:[ ,]+(-?[\d.]+))?\)", transform.strip())
    if match is None:
        raise _Foreign
    kind, first, second = match.groups()
    if kind == "scale":
        return f"{first} 0 0 {second or first} 0 0 cm"
    return f"1 0 0 1 {first} {second or 0} cm"


def _painted(shape: str, look: Mapping[str, str]) -> Iterator[str]:
    fill, stroke = look.get("fill", "#000000"), look.get("stroke", "none")
    if fill != "none":
        yield f"{_rgb(fill)} rg"
    if stroke != "none":
        cap = _CAPS[look.get("stroke-linecap", "butt")]
        join = _JOINS[look.get("stroke-linejoin", "miter")]
        yield f"{_rgb(stroke)} RG {float(look.get('stroke-width', '1')):g} w {cap} J {join} j 4 M"
    yield shape
    paints = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
    yield paints[fill != "none", stroke != "none"]


def _rgb(colour: str) -> str:
    if not _COLOUR.fullmatch(colour):
        raise _Foreign
    digits = colour[1:] if len(colour) == 7 else "".join(char * 2 for char in colour[1:])
    return " ".join(f"{int(digits[i : i + 2], 16) / 255:.6f}" for i in (0, 2, 4))


def _foreign(_node: ElementTree.Element) -> str:
    raise _Foreign


def _rectangle(node: ElementTree.Element) -> str:
    x, y, width, height = (float(node.get(name, "0")) for name in ("x", "y", "width", "height"))
    return f"{x:g} {y:g} {width:g} {height:g} re"


def _circle(node: ElementTree.Element) -> str:
    x, y, r = (float(node.get(name, "0")) for name in ("cx", "cy", "r"))
    k = r * _KAPPA
    arcs = (
        (x + r, y + k, x + k, y + r, x, y + r),
        (x - k, y + r, x - r, y + k, x - r, y),
        (x - r, y - k, x - k, y - r, x, y - r),
        (x + k, y - r, x + r, y - k, x + r, y),
    )
    curves = " ".join(" ".join(f"{n:f}" for n in arc) + " c" for arc in arcs)
    return f"{x + r:g} {y:g} m {curves} h"


def _path(node: ElementTree.Element) -> str:
    steps = node.get("d", "")
    polygon = _POLYGON.fullmatch(steps)
    if polygon and steps.count(" ") == steps.count("L") + 1:
        # The common case, without looking at its hundreds of points one by one.
        first, _, others = polygon[1].partition("L")
        return f"{first} m {others.replace('L', ' l ')} l h"
    if _ALL_ACROSS.fullmatch(steps):
        return "".join([f"{x} {y} m {until} {y} l " for x, y, until in _ACROSS.findall(steps)])
    if _FOREIGN.search(steps):
        raise _Foreign
    return " ".join(_walk(steps))


def _walk(steps: str) -> Iterator[str]:
    x = y = start_x = start_y = 0.0
    for letter, written in _STEP.findall(steps):
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", written)]
        kind, relative = letter.upper(), letter.islower()
        if kind == "Z":
            x, y = start_x, start_y
            yield "h"
            continue
        places = (
            zip(numbers[::2], numbers[1::2], strict=True)
            if kind in "ML"
            else (((n, None) if kind == "H" else (None, n)) for n in numbers)
        )
        for number, (right, down) in enumerate(places):
            x = x if right is None else right + x * relative
            y = y if down is None else down + y * relative
            if kind == "M" and number == 0:
                start_x, start_y = x, y
                yield f"{x:g} {y:g} m"
            else:
                yield f"{x:g} {y:g} l"


_SHAPES = {"path": _path, "rect": _rectangle, "circle": _circle}
