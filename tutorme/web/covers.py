"""Exercise-book covers: one drawing per course, made from its slug and always the same."""

import hashlib
import math
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, SPINE = 240, 312, 14
LABEL_X, LABEL_Y, LABEL_W, LABEL_H = 34, 44, 182, 116

# Subject, its cover (the --s-* tokens) and the paper it is written on.
COLOURS = {
    "maths": "#20548a",
    "languages": "#933c20",
    "science": "#285d36",
    "coding": "#29414c",
    "music": "#772f55",
    "art": "#895709",
    "humanities": "#6d3935",
    "exam": "#005f63",
}
WORDS = {
    "maths": "math mathematics algebra equation equations geometry calculus statistics number"
    " fraction percent percentages ratio probability",
    "languages": "language english spanish french german arabic portuguese italian grammar"
    " vocabulary speaking pronunciation",
    "science": "science physics chemistry biology astronomy geology energy cell nature climate",
    "coding": "coding programming python javascript code software web data computer algorithm"
    " sql git",
    "music": "music piano guitar violin singing harmony rhythm notation song",
    "art": "art drawing painting design colour photography sketch calligraphy",
    "humanities": "history geography philosophy literature economics writing essay law society"
    " reading",
    "exam": "exam test ielts toefl sat gre revision study learning memory habits",
}


def subject_of(subject: str, seed: str) -> str:
    """The nearest of the eight subjects; a subject nobody named is picked by the seed."""
    for text in (subject, seed):
        spoken = set(text.lower().replace("-", " ").split())
        for name, words in WORDS.items():
            if spoken & {name, *words.split()}:
                return name
    return tuple(COLOURS)[_digest(seed)[0] % len(COLOURS)]


@lru_cache(maxsize=512)
def cover_svg(seed: str, title: str, *, subject: str = "", teacher: str = "") -> SafeString:
    """An SVG of 240 by 312 units. The picture depends on its arguments and nothing else."""
    kind = subject_of(subject, seed)
    bits = _digest(seed)
    return format_html(
        '<svg class="cover-art" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
        ' aria-label="{title}" xmlns="http://www.w3.org/2000/svg">'
        '<path d="M0 0h{edge}a10 10 0 0 1 10 10v{side}a10 10 0 0 1 -10 10h-{edge}z" fill="{fill}"/>'
        '<path d="{pattern}" fill="none" stroke="#fff" stroke-opacity=".26" stroke-width="1"/>'
        "{motif}"
        '<path d="M0 0h{spine}v{h}h-{spine}z" fill="#000" fill-opacity=".28"/>'
        '<path d="M{spine} 0v{h}" stroke="#fff" stroke-opacity=".35"/>'
        "{label}</svg>",
        w=WIDTH,
        h=HEIGHT,
        edge=WIDTH - 10,
        side=HEIGHT - 20,
        spine=SPINE,
        title=title,
        fill=COLOURS[kind],
        pattern=PATTERNS[kind](bits[1]),
        motif=_motif(kind, bits),
        label=_label(title, subject, teacher),
    )


def _digest(seed: str) -> bytes:
    return hashlib.sha256(seed.encode()).digest()


# The label ---------------------------------------------------------------------------------------


def _label(title: str, subject: str, teacher: str) -> SafeString:
    size, lines = _fit(title)
    top = LABEL_Y + 20 + size
    start, end, inner = LABEL_X + 14, LABEL_X + LABEL_W - 12, LABEL_X + 8
    turned = _reads_from_right(title)
    if turned:
        start, end, inner = end, start, LABEL_X + LABEL_W - 8
    rows = ((start, round(top + index * size * 1.16, 1), line) for index, line in enumerate(lines))
    return format_html(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="2" fill="#fff"/>'
        '<path d="M{inner} {y}v{h}" stroke="#d9878a" stroke-opacity=".55"/>'
        '<g font-family="Besley, Vazirmatn, Georgia, serif" font-weight="600"'
        ' font-size="{size}" fill="#12211f" direction="{direction}" aria-hidden="true">{lines}</g>'
        '<g font-family="Atkinson Hyperlegible Next, Vazirmatn, sans-serif" font-size="11.5"'
        ' fill="#43524f" direction="{direction}" aria-hidden="true">'
        '<path d="M{start} {ry}H{end}" stroke="#b9c6c6"/>'
        '<text x="{start}" y="{ty}">{teacher}</text>'
        "</g>",
        x=LABEL_X,
        y=LABEL_Y,
        w=LABEL_W,
        h=LABEL_H,
        inner=inner,
        size=size,
        direction="rtl" if turned else "ltr",
        lines=format_html_join("", '<text x="{}" y="{}">{}</text>', rows),
        start=start,
        end=end,
        ry=LABEL_Y + LABEL_H - 24,
        ty=LABEL_Y + LABEL_H - 9,
        teacher=_cut(teacher or subject, 28),
    )


def _reads_from_right(text: str) -> bool:
    """By its first letter with a direction, as a browser would decide."""
    for letter in text:
        if (direction := unicodedata.bidirectional(letter)) in {"L", "R", "AL"}:
            return direction != "L"
    return False


def _fit(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title stands in the label, and its lines."""
    for size, most in ((21, 2), (18, 3), (15, 4)):
        lines = list(_wrapped(title, int((LABEL_W - 24) / (size * 0.56))))
        if len(lines) <= most:
            return size, lines
    lines = list(_wrapped(title, 18))[:4]
    return 15, [*lines[:3], _cut(lines[3] + " …", 18)]


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
        while len(line) > width:
            yield line[: width - 1] + "-"
            line = line[width - 1 :]
    if line:
        yield line


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


# The paper ---------------------------------------------------------------------------------------


def _graph(bit: int) -> str:
    step = 12 + bit % 3 * 2
    return "".join(f"M{x} 0V{HEIGHT}" for x in range(SPINE + step, WIDTH, step)) + "".join(
        f"M{SPINE} {y}H{WIDTH}" for y in range(step, HEIGHT, step)
    )


def _ruled(bit: int) -> str:
    step = 15 + bit % 3
    return "".join(f"M{SPINE} {y}H{WIDTH}" for y in range(step, HEIGHT, step)) + f"M26 0V{HEIGHT}"


def _dots(bit: int) -> str:
    step = 13 + bit % 3
    return "".join(
        f"M{x} {y}h1.6v1.6h-1.6z"
        for y in range(step, HEIGHT, step)
        for x in range(SPINE + step, WIDTH - 4, step)
    )


def _staves(bit: int) -> str:
    gap = 58 + bit % 3 * 3
    return "".join(
        f"M{SPINE} {y + line * 6}H{WIDTH}" for y in range(16, HEIGHT, gap) for line in range(5)
    )


def _manuscript(bit: int) -> str:
    step = 30 + bit % 3 * 2
    return "".join(f"M{SPINE} {y}H{WIDTH}M{SPINE} {y + 9}H{WIDTH}" for y in range(14, HEIGHT, step))


def _isometric(bit: int) -> str:
    step = 22 + bit % 3 * 2
    rise = round((WIDTH - SPINE) * math.tan(math.pi / 6))
    falling = "".join(f"M{SPINE} {y}L{WIDTH} {y + rise}" for y in range(-rise, HEIGHT, step))
    rising = "".join(f"M{SPINE} {y}L{WIDTH} {y - rise}" for y in range(0, HEIGHT + rise, step))
    return falling + rising


def _code_grid(bit: int) -> str:
    step = 16 + bit % 3
    rows = []
    for row, y in enumerate(range(14, HEIGHT, step)):
        indent = SPINE + 14 + ((bit * (row + 3)) % 4) * 16
        rows.append(
            f"M{indent} {y}h{28 + (bit * (row + 5)) % 70}M{indent + 110} {y}h{(bit * row) % 40}"
        )
    return "".join(rows)


def _diagonal(bit: int) -> str:
    step = 12 + bit % 3 * 2
    return "".join(
        f"M{max(SPINE, x)} {max(0, SPINE - x)}L{x + HEIGHT} {HEIGHT}"
        for x in range(-HEIGHT, WIDTH, step)
    )


PATTERNS: dict[str, Callable[[int], str]] = {
    "maths": _graph,
    "languages": _ruled,
    "science": _isometric,
    "coding": _code_grid,
    "music": _staves,
    "art": _dots,
    "humanities": _manuscript,
    "exam": _diagonal,
}


# The drawing -------------------------------------------------------------------------------------


def _motif(kind: str, bits: bytes) -> SafeString:
    """What a pupil would draw on it: one figure in white line, its numbers from the seed."""
    return format_html(
        '<path d="{}" fill="none" stroke="#fff" stroke-opacity=".92" stroke-width="2"'
        ' stroke-linecap="square"/>',
        MOTIFS[kind](bits),
    )


def _curve(bits: bytes) -> str:
    """A sum of two waves over drawn axes."""
    first, second, height = 1 + bits[2] % 3, 2 + bits[3] % 4, 18 + bits[4] % 22

    def wave(x: int) -> float:
        turn = x / 182 * math.tau
        return math.sin(turn * first / 2) + 0.45 * math.sin(turn * second)

    points = (f"{34 + x} {236 - height * wave(x):.1f}" for x in range(0, 183, 4))
    return "M34 190V288M30 236H220M" + "L".join(points)


def _speech(bits: bytes) -> str:
    wide = 90 + bits[2] % 50
    first = f"M34 196h{wide}v44h-{wide - 30}l-14 14v-14h-16z"
    return first + f"M{74 + bits[3] % 30} 262h100v22h-14l-8 10v-10h-78z"


def _orbits(bits: bytes) -> str:
    cx, cy, turn = 125, 238, bits[2] % 60
    parts = [f"M{cx - 5} {cy}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0"]
    for index in range(2 + bits[3] % 2):
        angle = math.radians(turn + index * 60)
        dx, dy = 62 * math.cos(angle), 62 * math.sin(angle)
        spec = f"62 22 {turn + index * 60} 1 1"
        near, far = f"{cx - dx:.1f} {cy - dy:.1f}", f"{cx + dx:.1f} {cy + dy:.1f}"
        parts.append(f"M{near}A{spec} {far}A{spec} {near}")
    return "".join(parts)


def _tree(bits: bytes) -> str:
    parts = ["M125 196v16"]
    for index, x in enumerate((60, 125, 190)):
        parts.append(f"M125 212H{x}V230M{x - 16} 230h32v20h-32z")
        if bits[2 + index] % 2:
            parts.append(f"M{x} 250v14M{x - 16} 264h32v20h-32z")
    return "".join(parts)


def _notes(bits: bytes) -> str:
    parts = []
    for index in range(5):
        x, y = 52 + index * 36, 226 + bits[2 + index] % 40
        parts.append(f"M{x} {y}a6 5 0 1 0 12 0a6 5 0 1 0 -12 0M{x + 12} {y}v-34")
        if index % 2:
            parts.append(f"M{x + 12} {y - 34}L{x - 24} {226 + bits[1 + index] % 40 - 34}")
    return "".join(parts)


def _strokes(bits: bytes) -> str:
    parts = []
    for index in range(3):
        y, bend = 206 + index * 28, 14 + bits[2 + index] % 26
        parts.append(
            f"M40 {y}C80 {y - bend} 110 {y + bend} 140 {y}S190 {y - bend} 214 {y + bits[5] % 10}"
        )
    return "".join(parts)


def _columns(bits: bytes) -> str:
    count = 3 + bits[2] % 3
    gap = 150 / count
    posts = "".join(f"M{48 + gap * i + gap / 2:.1f} 222v52m8 0v-52" for i in range(count))
    return "M40 214h170l-85 -26zM44 280h162M36 288h178" + posts


def _boxes(bits: bytes) -> str:
    parts = []
    for index in range(4):
        y = 192 + index * 26
        parts.append(f"M38 {y}h14v14h-14zM66 {y + 7}h{70 + bits[2 + index] % 70}")
        if bits[6 + index] % 3:
            parts.append(f"M40 {y + 6}l5 6l9 -13")
    return "".join(parts)


MOTIFS: dict[str, Callable[[bytes], str]] = {
    "maths": _curve,
    "languages": _speech,
    "science": _orbits,
    "coding": _tree,
    "music": _notes,
    "art": _strokes,
    "humanities": _columns,
    "exam": _boxes,
}
