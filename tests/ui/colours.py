"""OKLCH to WCAG contrast, as a browser computes it."""

import math
import re

_OKLCH = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
_PAIR = re.compile(rf"--([\w-]+): light-dark\({_OKLCH}, {_OKLCH}\)")
RGB = tuple[float, float, float]


def tokens(css: str) -> dict[str, dict[str, RGB]]:
    """Linear light RGB of every colour token, by scheme."""
    found: dict[str, dict[str, RGB]] = {"light": {}, "dark": {}}
    for name, *numbers in _PAIR.findall(css):
        values = [float(number) for number in numbers]
        found["light"][name] = linear(*values[:3])
        found["dark"][name] = linear(*values[3:])
    return found


def linear(lightness: float, chroma: float, hue: float) -> RGB:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    clipped = [min(1.0, max(0.0, part)) for part in (red, green, blue)]
    return clipped[0], clipped[1], clipped[2]


def from_hex(text: str) -> RGB:
    parts = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    done = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return done[0], done[1], done[2]


def contrast(one: RGB, other: RGB) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: RGB) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
