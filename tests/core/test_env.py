"""What somebody writes into `.env` is understood, or refused in one sentence that names it."""

import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.house.sources import ROOT
from tests.web.test_security import sound
from tutorme import env, env_rules
from tutorme.env import VARIABLES
from tutorme.starting import Misconfigured

_FERNET = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0="


@pytest.fixture
def nothing_set(monkeypatch, tmp_path: Path) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("nothing_set")
def test_every_default_and_the_example_are_what_they_have_to_be() -> None:
    nothing = env.read()._values
    assert nothing == {variable.name: variable.default for variable in VARIABLES}
    assert env.read(dotenv=str(ROOT / ".env.example"))._values == nothing


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    ("name", "text", "understood"),
    [
        ("DEBUG", "", False),
        ("DEBUG", " On\r", True),
        ("SMTP_PORT", "", 587),
        ("SMTP_PORT", "25 ", 25),
        ("LOG_LEVEL", " ", "INFO"),
        ("MEDIA_ROOT", "", "var/media"),
        ("SECRET_KEY", "kept within\r\n", "kept within"),
        ("ALLOWED_HOSTS", "a.example, b.example,", ["a.example", "b.example"]),
        ("EMBED_HOSTS", "", []),
        ("DATABASE_URL", "postgres:///tutorme", "postgres:///tutorme"),
        ("REDIS_URL", "unix:///run/s?db=3", "unix:///run/s?db=3"),
        ("FIELD_ENCRYPTION_KEYS", f"a:{_FERNET}", [f"a:{_FERNET}"]),
    ],
)
def test_what_nobody_sees_in_a_line_does_not_count(
    monkeypatch, name: str, text: str, understood: object
) -> None:
    monkeypatch.setenv(name, text)
    assert env.read()._values[name] == understood


@pytest.mark.usefixtures("nothing_set")
def test_the_end_of_a_secrets_file_is_not_part_of_it(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert env.read().text("SECRET_KEY") == "from a file"


_WRONG = [
    ("DEBUG", "maybe"),
    ("SMTP_PORT", "smtp"),
    ("SMTP_PORT", "99999"),
    ("SMTP_PORT", "9" * 5000),
    ("DATABASE_POOL_SIZE", "-1"),
    ("REFRESH_TOKEN_DAYS", "99999999999"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", '"postgres://u:p@h/tutorme"'),
    ("DATABASE_URL", "postgres://u:p#x@h/tutorme"),
    ("DATABASE_URL", "postgres://u:p@h"),
    ("DATABASE_URL", "mysql://u:p@h/tutorme"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "redis://h:port/0"),
    ("REDIS_URL", "redis://h/zero"),
    ("PUBLIC_BASE_URL", "tutors.test"),
    ("PUBLIC_BASE_URL", "https://learn.example/here"),
    ("PAYPAL_BASE_URL", "api.paypal.com"),
    ("SENTRY_DSN", "https://sentry.example/1"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
    ("ROW_SECURITY", "maybe"),
    ("LOG_LEVEL", "loud"),
    ("LOG_FORMAT", "xml"),
    ("PAYPAL_ENVIRONMENT", "production"),
    ("REALTIME_DRIVER", "pigeon"),
    ("FIELD_ENCRYPTION_KEYS", "secretwithoutid"),
    ("FIELD_ENCRYPTION_KEYS", "one:tooshort"),
    ("FIELD_ENCRYPTION_KEYS", f"one:{_FERNET},one:{_FERNET}"),
    ("CERTIFICATE_KEYS", "two:"),
]


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(("name", "text"), _WRONG)
def test_what_cannot_be_meant_is_named_and_not_repeated(monkeypatch, name: str, text: str) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(Misconfigured, match=rf"^{name} has to be [^\n]+\.$") as told:
        env.read()
    assert text not in str(told.value)


@pytest.mark.usefixtures("nothing_set")
def test_all_that_is_wrong_is_said_at_once(monkeypatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    monkeypatch.setenv("SMTP_PORT", "smtp")
    monkeypatch.setenv("SECRET_KEY_FILE", "/nowhere")
    with pytest.raises(Misconfigured) as told:
        env.read()
    named = [line for line in str(told.value).splitlines() if line.endswith(".")]
    assert len(named) == 3
    assert "SECRET_KEY_FILE" in str(told.value)


@pytest.mark.usefixtures("nothing_set")
def test_a_dotenv_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("FROM_EMAIL=Münster".encode("latin-1"))
    with pytest.raises(Misconfigured, match=r"^\.env is no text file in UTF-8"):
        env.read()


def test_no_rule_is_for_a_variable_that_is_gone() -> None:
    assert {*env_rules._OF_NAME} <= {variable.name for variable in VARIABLES}


def test_a_copied_example_means_nothing_to_the_libraries_either(tmp_path: Path) -> None:
    """Compose hands every line of `.env` on, those without a value too; in a container nothing may
    be written where the process happens to be."""
    copied = {name: value or "" for name, value in dotenv_values(ROOT / ".env.example").items()}
    given = {name: value for name, value in sound().items() if name in copied and value}
    asked = "import django; django.setup(); from tutorme.core import metrics"
    subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env={**sound(), **copied, **given, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert list(tmp_path.iterdir()) == []


def test_a_command_beside_a_server_leaves_its_counters_alone(tmp_path: Path) -> None:
    """`docker compose run web …` has the server's environment, and not its directory."""
    there = tmp_path / "metrics"
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "manage.py", "diffsettings", "--output", "unified"],
            cwd=ROOT,
            env=sound(PROMETHEUS_MULTIPROC_DIR=str(there)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        there.mkdir(exist_ok=True)
    assert list(there.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["manage.py", "doctor"], 1),
        (["manage.py", "check", "--deploy"], 1),
        (["-m", "gunicorn", "tutorme.wsgi:application", "-b", "127.0.0.1:0"], 3),
        (["-m", "uvicorn", "tutorme.asgi_stream:application", "--port", "0"], 1),
        (["-m", "celery", "-A", "tutorme.celery", "worker"], 1),
    ],
)
def test_no_program_starts_with_it_or_shows_a_traceback(command: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=sound(SMTP_PORT="smtp"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "SMTP_PORT has to be a whole number" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
