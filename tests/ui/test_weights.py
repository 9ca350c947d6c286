"""A first visit on a slow phone: what is sent, compressed."""

import gzip
import re
from pathlib import Path

import django_htmx


def packed(paths) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_style_sheets(root: Path):
    assert packed((root / "tutorme/static/css").glob("*.css")) <= 25_000


def loaded(script: Path) -> set[Path]:
    """The script and what it imports: what every page brings."""
    names = re.findall(r'from "\./([\w-]+\.js)"', script.read_text())
    return {script}.union(*(loaded(script.parent / name) for name in names))


def test_our_scripts(root: Path):
    """On every page; some pages bring one more of their own."""
    assert packed(loaded(root / "tutorme/static/js/tutorme.js")) <= 12_000


def test_scripts_of_a_first_visit(root: Path):
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    assert packed({htmx, *loaded(root / "tutorme/static/js/tutorme.js")}) <= 28_000


def test_scripts_that_single_pages_bring(root: Path):
    """Each by itself: no page brings all of them."""
    scripts = root / "tutorme/static/js"
    for script in set(scripts.glob("*.js")) - loaded(scripts / "tutorme.js"):
        assert packed([script]) <= 6_000, script.name


def test_fonts_of_a_latin_page(root: Path):
    names = ("besley", "atkinson-hyperlegible-next", "atkinson-hyperlegible-mono")
    files = [root / f"tutorme/static/fonts/{name}.woff2" for name in names]
    assert sum(path.stat().st_size for path in files) <= 90_000


def test_every_font_has_its_licence(root: Path):
    fonts = root / "tutorme/static/fonts"
    for name in ("besley", "atkinson-hyperlegible-next", "atkinson-hyperlegible-mono", "vazirmatn"):
        assert "SIL Open Font License, Version 1.1" in (fonts / f"OFL-{name}.txt").read_text()
