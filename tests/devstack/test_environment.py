"""What the person gave wins; the rest is filled in."""

import shutil
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tutorme.devstack import environment, place, stack, valkey
from tutorme.devstack.environment import Ports
from tutorme.devstack.place import Place


def test_dotenv_lines_are_read_as_people_write_them() -> None:
    text = "# comment\nA=1\nexport B='two words'\n\nC=\"x=y\"\nEMPTY=\nnonsense\n"
    assert environment.parse_dotenv(text) == {"A": "1", "B": "two words", "C": "x=y", "EMPTY": ""}


def test_both_readers_of_dotenv_understand_the_same(tmp_path: Path) -> None:
    """What `make run` reads it hands on, so that the application never asks the file itself."""
    lines = [
        *("PLAIN=1", "COMMENTED=8010 # ours", "NUMBER_SIGN=a#b", "SINGLE='x # y'  # z"),
        *('DOUBLE="two words" # z', "ENDS_IN_SPACES=1   ", "EMPTY=", "  INDENTED=2"),
    ]
    dotenv = tmp_path / ".env"
    dotenv.write_bytes("\r\n".join(lines).encode())
    assert environment.parse_dotenv(dotenv.read_text()) == dotenv_values(dotenv)


def test_the_environment_wins_over_dotenv_and_empty_is_not_set(tmp_path, monkeypatch) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=9000\nREDIS_URL=redis://elsewhere/1\nDATABASE_URL=\n")
    monkeypatch.setenv("PORT", "9100")
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = environment.given(dotenv)
    assert found["PORT"] == "9100"
    assert found["REDIS_URL"] == "redis://elsewhere/1"
    assert "DATABASE_URL" not in found


def test_with_nothing_given_everything_points_at_the_stand_ins(where: Place) -> None:
    env = environment.for_run(where, {}, Ports(web=9000, sandbox=9025, smtp=9026))
    assert env["PUBLIC_BASE_URL"] == "http://127.0.0.1:9000"
    assert env["SANDBOX_URL"] == "http://127.0.0.1:9025"
    assert env["PAYPAL_BASE_URL"] == "http://127.0.0.1:9025/paypal"
    assert (env["SMTP_HOST"], env["SMTP_PORT"], env["SMTP_TLS"]) == ("127.0.0.1", "9026", "0")
    assert env["DATABASE_URL"].startswith("postgres://postgres@%2F")
    assert env["REDIS_URL"].startswith("unix:///")
    assert env["DEBUG"] == "1"


def test_keys_and_servers_of_ones_own_are_left_alone(where: Place) -> None:
    given = {
        "PAYPAL_CLIENT_ID": "mine",
        "SMTP_HOST": "mail.example.org",
        "SECRET_KEY": "mine too",
        "DATABASE_URL": "postgres://db.example.org/t",
        "REDIS_URL": "redis://cache.example.org/0",
    }
    env = environment.for_run(where, given, Ports())
    assert {name: env[name] for name in given} == given
    assert env["PAYPAL_BASE_URL"] == "https://api-m.sandbox.paypal.com"
    assert "SMTP_PORT" not in env
    assert stack.data_programs(where, given) == []


def test_secrets_are_made_once_and_kept_from_others(where: Place) -> None:
    first = environment.for_run(where, {}, Ports())
    second = environment.for_run(where, {}, Ports())
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "FIELD_ENCRYPTION_KEYS"):
        assert first[name] == second[name] != ""
    assert (where.var / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["x" * 90, "with space", "größe"])
def test_sockets_get_an_address_that_fits(tmp_path: Path, name: str) -> None:
    directory = place.short(tmp_path / name)
    assert len(str(directory)) <= 80
    assert " " not in str(directory)
    assert directory == place.short(tmp_path / name)


def test_a_socket_far_down_still_answers(supervisor, tmp_path: Path) -> None:
    deep = Place(tmp_path / ("d" * 100), throwaway=True)
    deep.prepare()
    supervisor.start([valkey.program(deep)])
    assert valkey.answers(valkey.socket_path(deep))
    supervisor.stop()
    shutil.rmtree(deep.sockets)
