"""What cannot be proven is said, and what is wrong is never taken for it."""

import os
import sys
from pathlib import Path

import pytest

from tutorme.devstack import clients
from tutorme.devstack.clients import Client, NotHere, Refuted, TypeScript


class Says(Client):
    """Ends with 1 and these words."""

    name = "Sample"
    words = ""

    def build(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        script = f"print({self.words!r}); raise SystemExit(1)"
        self.step("tools", [sys.executable, "-c", script], fetches=True)

    def journey(self, base_url: str) -> None:
        """Never comes so far."""


class Away(Says):
    words = "npm error code ENOTFOUND"


class Silent(Says):
    patience_s = 0.5

    def build(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.step("tools", [sys.executable, "-c", "import time; time.sleep(60)"], fetches=True)


class Forged(Says):
    words = "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE"


def test_a_registry_that_is_away_is_said_and_no_failure(tmp_path: Path, capsys) -> None:
    assert clients.clients(tmp_path, (Away,)) == 0
    assert "NOT PROVEN Sample: its tools could not be fetched" in capsys.readouterr().out


def test_nor_is_one_that_never_answers(tmp_path: Path, capsys) -> None:
    assert clients.clients(tmp_path, (Silent,)) == 0
    assert "NOT PROVEN Sample: its tools did not come within" in capsys.readouterr().out


def test_where_it_has_to_be_proven_it_is_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CLIENTS_REQUIRED", "1")
    assert clients.clients(tmp_path, (Away,)) == 1


def test_a_package_that_is_another_is_a_failure(tmp_path: Path, capsys) -> None:
    assert clients.clients(tmp_path, (Forged,)) == 1
    assert "FAIL Sample: tools" in capsys.readouterr().out
    with pytest.raises(Refuted):
        Forged(tmp_path).build()


def test_without_node_there_is_no_typescript(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotHere, match="no Node"):
        TypeScript(tmp_path).build()
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    old.chmod(0o755)
    (tmp_path / "npm").symlink_to(old)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    with pytest.raises(NotHere, match=r"Node 20 or newer, here is v18"):
        TypeScript(tmp_path).build()


def test_the_lock_names_no_address() -> None:
    """Whoever installs asks the registry they use, not that of whoever locked."""
    for path in (clients.SOURCES / "package-lock.json", clients._LOCK):
        text = path.read_text()
        assert '"resolved"' not in text
        assert "://" not in "".join(line for line in text.splitlines() if '"url"' not in line)
