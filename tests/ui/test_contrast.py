"""Contrast computed from the tokens themselves: text 4.5, controls and large figures 3."""

from pathlib import Path

import pytest

from tests.ui.colours import contrast, from_hex, tokens
from tutorme.web.covers import COLOURS

TEXT = [
    (ink, ground)
    for ink in ("ink", "ink-2", "ink-3", "board", "pen", "amber", "blue")
    for ground in ("paper", "sheet")
] + [
    ("ink-3", "wash"),
    ("ink-2", "wash"),
    ("ink", "board-wash"),
    ("ink", "pen-wash"),
    ("ink-2", "pen-wash"),
    ("pen", "pen-wash"),
    ("ink", "amber-wash"),
    ("ink", "blue-wash"),
    ("paper", "board"),
    ("paper", "board-hover"),
    ("paper", "ink"),
    ("marker-ink", "marker"),
    ("board", "wash"),
]
CONTROLS = [
    ("rule", "paper"),
    ("rule", "sheet"),
    ("fill", "sheet"),
    ("blue", "paper"),
    ("ink", "paper"),
]


@pytest.fixture(scope="module")
def colours(root: Path):
    return tokens((root / "tutorme/static/css/tokens.css").read_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(colours, scheme, ink, ground):
    assert contrast(colours[scheme][ink], colours[scheme][ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), CONTROLS)
def test_controls_can_be_seen(colours, scheme, edge, ground):
    assert contrast(colours[scheme][edge], colours[scheme][ground]) >= 3


@pytest.mark.parametrize("colour", COLOURS.values())
def test_white_is_read_on_every_cover(colour):
    assert contrast(from_hex("#ffffff"), from_hex(colour)) >= 4.5


def test_covers_and_tokens_agree(root: Path):
    css = (root / "tutorme/static/css/tokens.css").read_text()
    for subject, colour in COLOURS.items():
        assert f"--s-{subject}: {colour};" in css
