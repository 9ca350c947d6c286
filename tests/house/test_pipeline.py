"""A public forge goes through the same door as any machine: the steps stand in `.ci/run` alone."""

import re
from typing import Any

import yaml

from tests.house.sources import ROOT


def steps(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def workflow() -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    return jobs


def test_the_forge_runs_what_every_machine_runs() -> None:
    assert steps(workflow()["test"])[-1] == "sh .ci/run"


def test_what_is_required_there_is_a_step_here() -> None:
    """The other jobs only make a registry that cannot be reached a failure."""
    here = re.findall(r"^(?:exec )?make (\w+)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert here == ["audit", "clients", "test"]
    for name in ("audit", "clients"):
        job = workflow()[name]
        assert steps(job)[-1].endswith(f"make {name}")
        assert job["steps"][-1]["env"] == {f"{name.upper()}_REQUIRED": "1"}
