"""What the bench says of itself: a goal belongs to a row that is measured, and a miss is named."""

from pathlib import Path

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


def test_a_part_measured_anew_leaves_the_others_figures(tmp_path: Path) -> None:
    titles = [title for title, _words in everything.parts(1).values()]
    page = tmp_path / "bench.md"
    page.write_text(f"# Figures\n\n{everything.MARK}")
    for title in (titles[2], titles[0], titles[2]):
        section = everything.section_of(title, ["bench.x"], f"figures of {title}", 0.1)
        everything.write(title, section, page)
    told = page.read_text()
    assert told.startswith("# Figures\n")
    assert [line[3:] for line in told.splitlines() if line.startswith("## ")] == [
        titles[0],
        titles[2],
    ]
    assert told.count(f"figures of {titles[2]}") == told.count(f"figures of {titles[0]}") == 1
