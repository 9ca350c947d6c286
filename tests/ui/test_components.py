"""The house rules of templates and style sheets, held by reading the files."""

import re
from pathlib import Path

import pytest
from django.test import Client


def templates(root: Path) -> list[Path]:
    # Mail has no style sheet and no policy: its layout is attributes of tables. The admin has its
    # own sheet.
    found = (root / "templates").rglob("*.html")
    return [path for path in found if not {"email", "admin"} & set(path.parts)]


def sheets(root: Path) -> list[Path]:
    return sorted((root / "tutorme/static/css").rglob("*.css"))


def component_names(root: Path) -> list[str]:
    found = (root / "templates/cotton").glob("*.html")
    return sorted(path.stem.replace("_", "-") for path in found)


def test_templates_carry_no_style_script_or_handler(root: Path):
    for path in templates(root):
        text = path.read_text()
        assert not re.search(r"\sstyle\s*=", text), path
        assert not re.search(r"<style\b", text), path
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert "javascript:" not in text, path


def test_every_component_is_in_the_readme_with_an_example(root: Path):
    readme = (root / "templates/cotton/README.md").read_text()
    assert [n for n in component_names(root) if f"<c-{n}" not in readme] == []


def test_the_readme_names_no_component_that_is_not_there(root: Path):
    readme = (root / "templates/cotton/README.md").read_text()
    used = set(re.findall(r"<c-([a-z-]+)", readme)) - {"slot", "vars"}
    assert used <= set(component_names(root))


def test_templates_use_only_components_that_are_there(root: Path):
    known = {*component_names(root), "slot", "vars"}
    for path in templates(root):
        assert set(re.findall(r"<c-([a-z-]+)", path.read_text())) <= known, path


def test_every_component_gives_its_names_a_value(root: Path):
    """A name without a value would take one from the page around it."""
    for path in (root / "templates/cotton").glob("*.html"):
        for block in re.findall(r"<c-vars\s*(.*?)/>", path.read_text(), re.DOTALL):
            assert re.sub(r':?[\w]+="[^"]*"', "", block).strip() == "", path


def test_the_gallery_shows_every_component(root: Path):
    shown = (root / "templates/styleguide/styleguide.html").read_text()
    elsewhere = {"toast-region", "choice", "avatar"}  # in base.html, in forms, in person
    missing = [n for n in component_names(root) if f"<c-{n}" not in shown and n not in elsewhere]
    assert missing == []


def test_colours_live_in_the_tokens(root: Path):
    for path in sheets(root):
        if path.name != "tokens.css":
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", text), path
            assert "oklch(" not in text, path


@pytest.mark.parametrize(
    "banned",
    [
        r"\b(margin|padding|border)-(left|right|top|bottom)\b",
        r"(?<![\w-])(left|right|top|bottom)\s*:",
        r"text-align:\s*(left|right)",
        r"background-clip:\s*text",
        r"text-transform:\s*uppercase",
        r"@import",
        r"https?://",
    ],
)
def test_sheets_hold_to_logical_sides_and_the_bans(root: Path, banned: str):
    for path in sheets(root):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(banned, text), path


def test_every_token_that_is_used_exists(root: Path):
    text = "\n".join(path.read_text() for path in sheets(root))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined


def test_classes_of_templates_have_rules(root: Path):
    """A class nobody styles is a slip; hooks for scripts are data attributes."""
    css = "\n".join(path.read_text() for path in sheets(root))
    styled = set(re.findall(r"\.([a-z][\w-]*)", css))
    for path in templates(root):
        for value in re.findall(r'class="([^"{}]*)"', path.read_text()):
            assert set(value.split()) <= styled, path


@pytest.mark.django_db
def test_the_gallery_renders_whole(settings):
    settings.DEBUG = True
    response = Client().get("/styleguide/?dir=rtl&theme=dark")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'dir="rtl"' in page
    assert 'data-theme="dark"' in page
    assert "<c-" not in page
    assert "{{" not in page
    assert 'id="icons"' in page
    assert not re.search(r">\s*None\s*<", page)


@pytest.mark.django_db
def test_the_gallery_is_for_development():
    assert Client().get("/styleguide/").status_code == 404
