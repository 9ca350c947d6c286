"""Figures: who may see them, that they move with what happens, and that alarms name real ones."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.cache import cache
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from tests.core.probe import Rang
from tutorme.core import breaker, invariants, metrics, outbox
from tutorme.core.models import OutboxDelivery

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.django_db


def read() -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    cache.delete("metrics:figures")
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_only_the_token_and_admins_see_them(
    client, sam: User, tess: User, ada: User, settings
) -> None:
    settings.METRICS_TOKEN = "scraper"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 403
    seen = client.get("/metrics", headers={"Authorization": "Bearer scraper"})
    assert seen.status_code == 200
    assert b"tutorme_waiting" in seen.content
    for person, status in ((sam, 403), (tess, 403), (ada, 200)):
        client.force_login(person)
        assert client.get("/metrics").status_code == status


def test_without_a_token_an_empty_one_opens_nothing(client, settings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_what_waits_and_dies_is_counted(sam: User) -> None:
    outbox.record(Rang("door"))
    before = read()
    waiting = before["tutorme_waiting"][(("queue", "outbox"),)]
    assert waiting == 2
    OutboxDelivery.objects.update(state="dead")
    after = read()
    assert after["tutorme_waiting"][(("queue", "outbox"),)] == 0
    assert after["tutorme_dead"][(("queue", "outbox"),)] == 2
    invariants.check_all()
    assert read()["tutorme_invariant_broken"][(("invariant", "outbox-flows"),)] == 1


def test_calls_to_providers_are_counted_over_processes(sam: User) -> None:
    for seconds in (0.05, 0.3, 100.0):
        metrics.count_call(metrics.Call("probe", "2xx", seconds))
    metrics.count_call(metrics.Call("probe", "failed", 1.0))
    found = read()
    of_ours = (("outcome", "2xx"), ("provider", "probe"))
    assert found["tutorme_provider_seconds_count"][of_ours] == 3
    assert found["tutorme_provider_seconds_sum"][of_ours] == pytest.approx(100.35)
    assert found["tutorme_provider_seconds_bucket"][(("le", "0.5"), *of_ours)] == 2


def test_an_open_breaker_is_seen(sam: User) -> None:
    metrics.count_call(metrics.Call("probe", "failed", 1.0))
    assert read()["tutorme_breaker_open"][(("provider", "probe"),)] == 0
    breaker.for_provider("probe").open()
    assert read()["tutorme_breaker_open"][(("provider", "probe"),)] == 1


def test_every_alarm_and_panel_names_a_figure_there_is(client, sam: User, ada: User) -> None:
    """A rule about a misspelt figure would be silent for ever."""
    client.force_login(sam)
    client.get("/healthz/")
    metrics.count_call(metrics.Call("probe", "2xx", 0.1))
    there = declared() | set(read())
    rules = yaml.safe_load((ROOT / "docker/monitoring/alerts.yml").read_text())
    texts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    texts.append((ROOT / "docker/monitoring/dashboard.json").read_text())
    named = {
        name for text in texts for name in re.findall(r"\b(?:tutorme|django)_[a-z0-9_]+", text)
    }
    assert len(named) > 10
    assert named - there == set()


def declared() -> set[str]:
    """Every name that a `figures.py` yields, whether rows for it are here or not."""
    sources = ROOT.glob("*/figures.py")
    texts = [path.read_text() for path in (*sources, ROOT / "tutorme/core/figures.py")]
    return {name for text in texts for name in re.findall(r'Figure\(\s*"(\w+)"', text)}


def test_every_alarm_has_its_page_in_the_runbook() -> None:
    rules = yaml.safe_load((ROOT / "docker/monitoring/alerts.yml").read_text())
    runbook = (ROOT / "docs/runbook.md").read_text()
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert f"## {rule['alert']}\n" in runbook, rule["alert"]
            assert rule["annotations"]["summary"].endswith(".")
