"""F18, F19 and what stands in front: docker/nginx.conf and docker/roll.sh as they are, before
containers that docker-compose.yml describes."""

import contextlib
import gzip
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.chaos import front
from tests.chaos.containers import Engine, listening, roll
from tests.chaos.front import Front
from tests.chaos.house import UP_S, House
from tests.chaos.load import ANYBODY, NO_ANSWER, Ask, is_good, line_to, sent_over, told
from tests.chaos.quiet import machine_of_its_own
from tests.sandbox_server import free_port
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.processes, machine_of_its_own]
# More than `web` has threads.
HALF_SENT = 160
MEBIBYTE = 1024 * 1024
STREAM = "/api/v1/realtime/stream/"
# What a container has and the house has not; the stand-ins it pays at are meant to be so here.
OF_PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "tests.chaos.production",
    "TRUSTED_PROXY_COUNT": "1",
    "ADMIN_SECOND_FACTOR": "1",
    "CERTIFICATE_KEYS": "k1:" + "cErTs-of-the-suite" * 4,
    "STUN_URLS": "stun:turn.learn.example",
    "TURN_URLS": "turns:turn.learn.example",
    "TURN_SECRET": "tUrN-of-the-suite" * 3,
    "SILENCED_CHECKS": "core.E001,core.E007",
}


@dataclass
class Shop:
    """The house behind its front, and its people as they come in there."""

    front: Front
    people: list[dict[str, Any]]


@pytest.fixture(scope="module")
def shop(home: House) -> Iterator[Shop]:
    program = front.find()
    # Whoever else nginx makes of itself has to get through.
    folder, tls = Path(tempfile.mkdtemp(prefix="tutorme-front-")), free_port()
    env = {
        **home.stack.env,
        **OF_PRODUCTION,
        "STATIC_ROOT": str(folder / "static"),
        "PUBLIC_BASE_URL": f"https://127.0.0.1:{tls}",
    }
    engine = Engine(env, {"web": home.stack.ports.web, "stream": home.stack.ports.stream}, folder)
    try:
        with listening(engine) as docker:
            code, said = engine.do(["compose", "run", "--rm", "static"])
            assert code == 0, said
            for service in ("web", "stream"):
                engine.up(service, 1)
            with front.running(program, engine, docker, folder, tls=tls) as proxy:
                until(lambda: fetch(proxy, "/readyz/").status == 200, within_s=UP_S)
                until(lambda: fetch(proxy, STREAM).status == 401, within_s=UP_S)
                yield Shop(proxy, [signed_in(proxy, who) for who in home.school.people])
    finally:
        shutil.rmtree(folder)


def signed_in(proxy: Front, who: dict[str, Any]) -> dict[str, Any]:
    body = {"email": who["email"], "password": cast.PASSWORD}
    answer = fetch(proxy, "/api/v1/auth/token/", "POST", json.dumps(body).encode())
    assert answer.status == 200, answer.body
    cookie = who["cookie"].replace("sid=", "__Host-sid=")
    return {**who, "token": json.loads(answer.body)["access"], "cookie": cookie}


@dataclass
class Fetched:
    status: int
    headers: "http.client.HTTPMessage"
    body: bytes


def fetch(
    proxy: Front, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> Fetched:
    given = {"Content-Type": "application/json"} if body is not None else {}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(line_to(proxy.tls, secure=True)) as line:
        line.request(method, path, body, given)
        answer = line.getresponse()
        return Fetched(answer.status, answer.headers, answer.read())


# What it passes on -------------------------------------------------------------------------------


def test_a_page_comes_through_with_everything_it_says(shop: Shop) -> None:
    number = str(uuid.uuid4())
    page = fetch(shop.front, "/courses/", X_Request_Id=number)
    assert page.status == 200
    assert page.headers["X-Request-Id"] == number
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert fetch(shop.front, "/courses/").headers["X-Request-Id"] not in {None, number}
    assert f" /courses/ 200 {len(page.body)} " in shop.front.log()


def test_without_tls_it_only_says_where_to_go(shop: Shop) -> None:
    with contextlib.closing(line_to(shop.front.plain)) as line:
        line.request("GET", "/courses/?q=levers", headers={"Host": "learn.example"})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 308
        assert answer.headers["Location"] == "https://learn.example/courses/?q=levers"
        line.request("GET", "/proxy-health")
        assert line.getresponse().status == 204


def test_it_speaks_http_2(shop: Shop) -> None:
    ways = ssl.create_default_context()
    ways.check_hostname, ways.verify_mode = False, ssl.CERT_NONE
    ways.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", shop.front.tls)) as line,
        ways.wrap_socket(line) as spoken,
    ):
        assert spoken.selected_alpn_protocol() == "h2"


def test_what_a_client_claims_about_itself_is_not_passed_on(home: House, shop: Shop) -> None:
    body = json.dumps({"email": shop.people[5]["email"], "password": cast.PASSWORD}).encode()
    claims = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "http"}
    answer = fetch(shop.front, "/api/v1/auth/token/", "POST", body, **claims)
    assert answer.status == 200, "and no redirect to where it is already"
    with home.line() as line:
        query = "SELECT DISTINCT address FROM accounts_authsession WHERE address <> ''"
        assert {str(row[0]) for row in line.execute(query).fetchall()} == {"127.0.0.1"}


def test_static_files_never_reach_python(shop: Shop) -> None:
    page = fetch(shop.front, "/").body.decode()
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    file = fetch(shop.front, path, Accept_Encoding="gzip")
    assert file.status == 200
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert gzip.decompress(file.body) == (shop.front.folder / path.lstrip("/")).read_bytes()


def test_news_come_through_at_once(shop: Shop) -> None:
    """Held back in a buffer, the first would wait for the four thousandth byte."""
    ask = Ask("stream", "GET", STREAM, shop.people[1])
    with contextlib.closing(line_to(shop.front.tls, secure=True)) as line:
        line.request("GET", ask.path, headers=ask.headers())
        answer = line.getresponse()
        assert (answer.status, answer.headers["Content-Type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        first = [answer.readline() for _ in range(4)]
    assert first[-1] == b"event: hello\n", first


def test_what_is_too_large_is_refused_in_the_language_of_who_asked(shop: Shop) -> None:
    """By the proxy, before `web` hears of it; what it lets pass the product judges."""
    api, page = "/api/v1/uploads/", "/settings/"
    assert problem(refused_upload(shop.front, api, 13 * MEBIBYTE)) == (413, "body-too-large")
    html = refused_upload(shop.front, page, 13 * MEBIBYTE)
    assert (html.status, html.headers["Content-Type"]) == (413, "text/html")
    judged = refused_upload(shop.front, api, 2 * MEBIBYTE)
    assert judged.headers["X-Request-Id"], "this one was answered by the product"


def problem(answer: Fetched) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json", answer
    told = json.loads(answer.body)
    assert told["type"] == f"/problems/{told['code']}/"
    assert told["status"] == answer.status
    return answer.status, told["code"]


def refused_upload(proxy: Front, path: str, size: int) -> Fetched:
    """What is announced as too large is refused before it is sent."""
    with contextlib.closing(line_to(proxy.tls, secure=True)) as line:
        line.putrequest("POST", path)
        line.putheader("Content-Length", str(size))
        line.putheader("Content-Type", "application/json")
        line.endheaders()
        if size < 12 * MEBIBYTE:
            line.send(b"x" * size)
        answer = line.getresponse()
        return Fetched(answer.status, answer.headers, answer.read())


def test_nobody_behind_it_is_said_as_the_product_would(shop: Shop) -> None:
    engine = shop.front.engine
    engine.stop([one for one in engine.running if one.service == "web"])
    try:
        until(lambda: fetch(shop.front, "/courses/").status == 503)
        answer = fetch(shop.front, "/api/v1/courses/")
        assert problem(answer) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        page = fetch(shop.front, "/courses/")
        assert (page.status, page.headers["Content-Type"]) == (503, "text/html")
    finally:
        engine.up("web", 1)
        until(lambda: fetch(shop.front, "/readyz/").status == 200, within_s=UP_S)


# F18: half-sent requests -------------------------------------------------------------------------


@contextlib.contextmanager
def half_sent(address: tuple[str, int], how_many: int, *, secure: bool) -> Iterator[None]:
    """Half of them stop within the headers, half within the body."""
    lines = []
    with contextlib.ExitStack() as open_lines:
        for number in range(how_many):
            plain = socket.create_connection(address, timeout=30)
            line = ANYBODY.wrap_socket(plain) if secure else plain
            lines.append(open_lines.enter_context(line))
            head = b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            more = b"Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
            line.sendall(head + (more if number % 2 else b"X-Slow: y"))
        yield


def test_half_sent_requests_wait_in_the_proxy(whole: House, shop: Shop) -> None:
    with whole.load(port=shop.front.tls, people=shop.people) as load:
        with half_sent(("127.0.0.1", shop.front.tls), HALF_SENT, secure=True):
            for _ in range(3):
                load.until_normal()
            web = shop.front.engine.addresses("web")[0]
            assert has_a_thread_left(web, shop.front), "web has not heard of them"
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()


def has_a_thread_left(address: str, proxy: Front) -> bool:
    """Asked past the proxy; whatever the answer says."""
    line = http.client.HTTPConnection(address, proxy.engine.ports["web"], timeout=5)
    return sent_over(line, Ask("probe", "GET", "/healthz/")).status != NO_ANSWER


def test_control_without_the_proxy_they_take_every_thread(shop: Shop) -> None:
    web, port = shop.front.engine.addresses("web")[0], shop.front.engine.ports["web"]
    with half_sent((web, port), HALF_SENT, secure=False):
        assert not has_a_thread_left(web, shop.front)
    until(lambda: has_a_thread_left(web, shop.front), within_s=60)


# F19: a release ----------------------------------------------------------------------------------


def test_the_roll_puts_a_release_in_place_and_nobody_notices(whole: House, shop: Shop) -> None:
    engine = shop.front.engine
    before = {one.id for one in engine.running}
    with whole.load(port=shop.front.tls, people=shop.people) as load:
        done = roll(shop.front.docker)
        assert done.returncode == 0, done.stdout + done.stderr
        load.until_normal()
    assert all(is_good(one) for one in load.history), told(load.history)
    assert {one.service for one in engine.running} == {"web", "stream"}
    assert not before & {one.id for one in engine.running}, "the old ones are gone"
    steps = ["build", "run --rm check", "run --rm migrate", "run --rm static"]
    assert [
        ask.removeprefix("compose ") for ask in engine.asked if " run" in ask or "build" in ask
    ][-4:] == steps
    assert engine.asked[-1] == "compose up -d --no-deps worker render beat"
    whole.settle()


def test_a_release_that_does_not_come_up_leaves_the_old_one(shop: Shop) -> None:
    """The settings of the new one are such that the check refuses them."""
    engine = shop.front.engine
    sound, before = engine.env, {one.id for one in engine.running}
    engine.env = {**sound, "SECRET_KEY": "short"}
    try:
        done = roll(shop.front.docker)
    finally:
        engine.env = sound
    assert done.returncode != 0
    assert {one.id for one in engine.running} == before
    assert fetch(shop.front, "/readyz/").status == 200


def test_nginx_itself_takes_the_file_as_it_is(tmp_path: Path) -> None:
    """`nginx -t`, with what compose mounts where compose mounts it."""
    program = front.find()
    front.certify(tmp_path / "tls")
    (tmp_path / "mime.types").write_text(front.TYPES)
    text = front.here(
        front.CONF.read_text(),
        {
            " /tmp/": f" {tmp_path}/",
            "/etc/nginx/mime.types": str(tmp_path / "mime.types"),
            "/etc/nginx/tls": str(tmp_path / "tls"),
        },
    )
    (tmp_path / "nginx.conf").write_text(text)
    argv = [program, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(argv, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr
