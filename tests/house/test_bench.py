"""What the bench says of itself: a goal belongs to a row that is measured, and a miss is named."""

from bench import everything, goals
from tests.house.sources import ROOT, python

SOURCES = "".join(p.read_text() for p in python("bench") if p.name != "goals.py")


def test_every_goal_is_of_a_row_that_is_measured() -> None:
    assert [name for name in goals.GOALS if f'"{name}"' not in SOURCES] == []


def test_a_miss_is_named() -> None:
    name = "course page"
    assert goals.cell(name, [39.0] * 100) == "40"
    assert goals.cell(name, [39.0] * 90 + [41.0] * 10) == "40 (missed)"
    assert goals.cell("a row the design says nothing of", [1.0]) == "–"


def test_a_goal_of_another_share_says_its_figure() -> None:
    times = [10.0] * 985 + [301.0] * 15
    assert goals.cell("PayPal's webhook acknowledged", times) == "p99 300: 301.0 (missed)"


def test_every_part_has_its_module_and_its_paragraph() -> None:
    readme = (ROOT / "bench" / "README.md").read_text()
    for name, (_title, words) in everything.parts(0.1).items():
        assert (ROOT / f"{words[0].replace('.', '/')}.py").is_file(), name
        assert f"**{name}**" in readme or f"**{name}.**" in readme, name
