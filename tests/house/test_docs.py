"""What the documents point at exists."""

import re

import pytest

from tests.house.sources import ROOT, name_of, tracked

LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
PATH = re.compile(
    r"`((?:tests|docs|bench|tutorme|accounts|payments|courses|certificates|realtime)/[\w./]+"
    # The sources call functions by the names of these apps: files alone are meant.
    r"|(?:ai|video|webhooks)/[\w/]+\.(?:py|md))"
)
DOCS = [path for path in tracked() if path.suffix == ".md" and "courses/demo" not in str(path)]


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_links_and_named_files_exist(path) -> None:
    text = path.read_text()
    missing = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    missing += [name for name in PATH.findall(text) if not exists(name.rstrip("."))]
    assert missing == []


def exists(name: str) -> bool:
    return (ROOT / name).exists() or bool(list(ROOT.glob(f"{name}*")))
