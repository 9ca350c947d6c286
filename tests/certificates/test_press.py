"""What the press accepts, what it refuses, and that refusing costs the worker nothing."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import pypdfium2
import pytest
from django.conf import settings

from certificates.services import templates
from certificates.services.facts import printable
from tutorme.core.errors import DocumentRefused
from tutorme.core.press import documents, pages
from tutorme.core.press.faults import Refused
from tutorme.core.printing import FONTS, Order, _environment, print_document, print_each

BODY = '<p class="fit" id="who">{{ recipient }}</p>'
PAGE = '@page { size: A4 } body { font-family: "Besley" }'


def order(html: str = BODY, css: str = PAGE) -> Order:
    return replace(templates.sample(html=html, css=css, recipient="Ada"), strict=False)


def text_of(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def drawn(order: Order) -> bytes:
    """The press without its jail: for what does not need one, at a twentieth of the time."""
    body = documents.fill(order.html, order.words or {})
    html = documents.whole(body, lang="en", direction="ltr", title="Sample", about={})
    assets = {name: svg.encode() for name, svg in order.drawings.items()}
    return pages.print_pdf(html=html, css=order.css, assets=assets, strict=False)


@pytest.fixture(autouse=True)
def our_fonts(monkeypatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", str(FONTS))


def builtin(recipient: str) -> Order:
    source = templates.BUILTIN_SOURCE
    return templates.sample(
        html=(source / "certificate.html").read_text(),
        css=(source / "certificate.css").read_text(),
        recipient=recipient,
    )


@pytest.fixture
def children(monkeypatch) -> list[int]:
    """The pids of presses that were started."""
    started: list[int] = []
    real = subprocess.Popen

    def counted(*args, **kwargs):
        child = real(*args, **kwargs)
        started.append(child.pid)
        return child

    monkeypatch.setattr(subprocess, "Popen", counted)
    return started


def test_one_child_prints_each_and_ends_with_the_last(children) -> None:
    names = ["Ada", *templates.WORST_NAMES.values()]
    orders = [replace(order(), words={"recipient": printable(name)}) for name in names]
    pdfs = list(print_each(orders, cpu_seconds=4))
    refused = [name for name, pdf in zip(names, pdfs, strict=True) if not isinstance(pdf, bytes)]
    assert refused == [templates.WORST_NAMES["one long word"]]
    (pid,) = children
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert pdfs[0] == print_document(orders[0], cpu_seconds=4), "as by a child of its own"


def test_what_is_refused_or_ends_its_child_keeps_nobody_after_it(children) -> None:
    fine, unknown = order(), order(html="<p>{{ nobody }}</p>")
    endless = order(html="<table><col span=100000000><tr><td>x</table>")
    said = list(print_each([fine, unknown, endless, fine], cpu_seconds=1))
    assert [type(one) for one in said] == [bytes, DocumentRefused, DocumentRefused, bytes]
    assert said[0] == said[3]
    assert len(children) <= 2


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ recipient.__class__.__mro__ }}",
        "{{ recipient|attr('__class__') }}",
        "{{ recipient['__class__'] }}",
        "{{ '%1000000000d'|format(1) }}",
        "{{ 'a' * 10**9 }}",
        "{{ 10**10**8 }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ lipsum(n=10**6) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{{ recipient.format(1) }}",
        "{{ recipient|safe }}",
        "{{ nobody_knows_this }}",
        "{{ recipient ~ recipient }}",
        "{{ recipient",
        "{% if " + "(" * 5000,
        "{{ recipient }}" * 5000,
        "x" * 100_001,
        "{{ recipient.__init__.__globals__ }}",
        "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
        "{{ recipient|map(attribute='__class__') }}",
        "{{ recipient|format_map({}) }}",
        "{{ recipient.format_map(recipient) }}",
        "{{ recipient|replace('a', recipient) }}",
        "{{ recipient|center(1000000000) }}",
        "{{ recipient|indent(1000000000) }}",
        "{{ recipient|wordwrap(1) }}",
        "{{ recipient|tojson }}",
        "{{ recipient|xmlattr }}",
        "{{ range(10**9) }}",
        "{{ recipient|slice(10**9) }}",
        "{{ namespace(x=1) }}",
        "{{ self }}",
        "{{ self._TemplateReference__context }}",
        "{{ joiner() }}",
        "{{ recipient() }}",
        "{{ [recipient] * 10**9 }}",
        "{{ {'a': recipient} }}",
        "{{ (recipient, recipient) }}",
        "{{ recipient if recipient else 1 // 0 }}",
        "{% for c in recipient %}{{ c }}{% endfor %}",
        "{% extends 'x' %}",
        "{% block b %}{% endblock %}",
        "{% call recipient() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape false %}{{ recipient }}{% endautoescape %}",
        "{% do recipient %}",
        "{% debug %}",
        "{% raw %}{{ recipient }}",
        "{% trans %}x{% endtrans %}",
    ],
    ids=lambda source: source[:40],
)
def test_templates_are_text_placeholders_and_conditions(source: str) -> None:
    with pytest.raises(Refused):
        documents.fill(source, {"recipient": "Ada"})


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color:{{ recipient }}">x</p>',
        '<p style="color:red">x</p>',
        '<a href="{{ recipient }}">x</a>',
        "<img alt={{ recipient }}>",
        "<{{ recipient }}>",
        "<p {{ recipient }}>x</p>",
        "<!-- {{ recipient }} -->",
        "<script>{{ recipient }}</script>",
        "<link rel=attachment href='file:///etc/passwd'>",
        "<base href='file:///'>",
        "<iframe src='https://example.test'></iframe>",
        "<svg><image href='file:///etc/passwd'/></svg>",
        "<p onclick='x'>x</p>",
        "<p class='{{ recipient }}'>x</p>",
        "<p id={{ recipient }}>x</p>",
        "<img src='{{ recipient }}' alt=''>",
        "<style>{{ recipient }}</style>",
        "<meta http-equiv='refresh' content='0;url={{ recipient }}'>",
        "<form action='{{ recipient }}'><input value='x'></form>",
        "<object data='x'></object>",
        "<embed src='x'>",
        "<math><mi>x</mi></math>",
        "<audio src='x'></audio><video src='x'></video>",
        "<p style='background:url(file:///etc/passwd)'>x</p>",
        "<?php {{ recipient }} ?>",
    ],
    ids=lambda source: source[:40],
)
def test_words_may_stand_in_text_and_alt_texts_alone(source: str) -> None:
    with pytest.raises(Refused):
        documents.check_placement(source, ["recipient"])


def test_the_built_in_design_passes_the_strictest_rules() -> None:
    pdf = print_document(builtin("Ada Lovelace"))
    assert "Ada Lovelace" in text_of(pdf)


@pytest.mark.parametrize(
    ("html", "css"),
    [
        ("<img src='file:///etc/passwd' alt=''>", ""),
        ("<img src='http://127.0.0.1:1/x.png' alt=''>", ""),
        ("<img src='https://example.test/x.png' alt=''>", ""),
        ("<img src='//example.test/x.png' alt=''>", ""),
        ("<img src='../../../etc/passwd' alt=''>", ""),
        ("<img src='data:image/svg+xml,<svg/>' alt=''>", ""),
        ("<object data='file:///etc/passwd'></object>", ""),
        ("<a rel=attachment href='file:///etc/passwd'>x</a>", ""),
        ("", "@import 'file:///etc/passwd';"),
        ("", "@import url(http://127.0.0.1:1/x.css);"),
        ("", "body { background: url(file:///etc/passwd) }"),
        ("", "@font-face { font-family: F; src: url(file:///etc/passwd) } p { font-family: F }"),
        ("", "p::before { content: url(https://example.test/x) }"),
        ("", "p { list-style: url(file:///etc/passwd); display: list-item }"),
        ("", "p { border-image: url(file:///etc/passwd) 1 }"),
        ("", "@page { background: url(file:///etc/passwd) }"),
        ("", "@page { @top-left { content: url(FILE:///etc/passwd) } }"),
        ("<img src=' file://localhost/etc/passwd' alt=''>", ""),
        ("<embed src='file:///etc/passwd'>", ""),
        ("<base href='file:///etc/'><img src='passwd' alt=''>", ""),
        ("<link rel=stylesheet href='file:///etc/passwd'>", ""),
    ],
)
def test_documents_load_nothing_but_our_drawings(html: str, css: str) -> None:
    with pytest.raises(Refused, match="refused to load"):
        drawn(order(BODY + html, css + PAGE))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("html", "css"),
    [
        ("<table><col span=100000000><tr><td>x</table>", ""),
        ("", "p { font-size: 1e9px }"),
        ("<p>" + "word " * 18_000 + "</p>", ""),
        ("", "body { background: repeating-linear-gradient(red, blue .00001px) }"),
    ],
    ids=["columns", "huge", "pages", "gradient"],
)
def test_heavy_documents_end_inside_their_limits(html: str, css: str, settings) -> None:
    settings.RENDER_LIMITS = {"at_once": 3, "cpu_seconds": 2, "memory_mb": 768}
    started = time.monotonic()
    with pytest.raises(DocumentRefused):
        print_document(order(BODY + html, PAGE + css))
    # Two seconds of processor; how long they take depends on who else wants it.
    assert time.monotonic() - started < 39


@pytest.mark.slow
def test_control_it_is_the_limits_that_end_them(settings) -> None:
    """With room the same kind of document, a tenth as long, gets to its end and is looked at."""
    tenth = order(BODY + "<p>" + "word " * 1_800 + "</p>", PAGE)
    for memory_mb, why in ((768, "It takes 4 pages"), (100, "more time or memory")):
        settings.RENDER_LIMITS = {"at_once": 3, "cpu_seconds": 120, "memory_mb": memory_mb}
        with pytest.raises(DocumentRefused, match=why):
            print_document(tenth)


@pytest.mark.parametrize(
    "name",
    [
        "محمد عبد الرحمن الأنصاري",
        "Nguyễn Thị Phương",
        "Олександра Коваленко",
        "Ελένη Παπαδοπούλου",
        "נועה בן־דוד",
        "प्रिया श्रीवास्तव",
        "欧阳娜娜",
        "山田 さくら",
        "황보 해오름",
        "Dvořák Łukasz Ångström İpek",
        "Wolfeschlegelsteinhausenbergerdorff the Younger of Somewhere Rather Far Off",
        "W" * 80,
        "<b>x</b><script>alert(1)</script>",
        "{{ 7*7 }} {% for a in b %}",
        "\"><link rel=attachment href='file:///etc/passwd'>",
    ],
    ids=lambda name: name[:20],
)
def test_names_print_as_they_are(name: str) -> None:
    pdf = drawn(builtin(name))
    got = "".join(text_of(pdf).split())
    wanted = "".join(name.split())
    # A reader gets right-to-left text back in visual order.
    assert wanted in got or set(wanted) <= set(got)
    assert pypdfium2.PdfDocument(pdf).count_attachments() == 0


@pytest.mark.parametrize("char", ["ส", "த", "🎉", "\U00020000"])
def test_what_our_fonts_lack_is_refused_by_name(char: str) -> None:
    with pytest.raises(Refused, match=f"U\\+{ord(char):04X}"):
        drawn(builtin(f"Ada {char}"))


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("Ada 🎉👩🏽‍🚀", "Ada"),
        ("Ada\u202elevoL", "AdalevoL"),
        ("  Ada \n Lovelace\x00 ", "Ada Lovelace"),
        ("Jose\u0301", "José"),
        ("🎉", ""),
        ("Anne\u2010Marie", "Anne-Marie"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_pictures_and_invisible_characters_are_left_out(given: str, printed: str) -> None:
    assert printable(given) == printed


def test_the_same_order_gives_the_same_bytes() -> None:
    assert print_document(builtin("Ada")) == print_document(builtin("Ada"))


JAILED = """
import sys
from tutorme.core.press import jail
jail.refuse(("/usr/lib",))
try:
    {act}
except PermissionError:
    print("refused")
"""


@pytest.mark.parametrize(
    "act",
    [
        "open('/etc/passwd')",
        "open('/tmp/x', 'w')",
        "import socket; socket.socket()",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.remove('/tmp/none')",
    ],
)
def test_the_walls_stand_in_python_too(act: str) -> None:
    imports = "import os, socket, subprocess\n"
    done = subprocess.run(
        [sys.executable, "-c", imports + JAILED.format(act=act)],
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        check=False,
    )
    assert done.stdout == "refused\n", done.stderr


def test_the_child_sees_no_secret_of_ours(monkeypatch, tmp_path) -> None:
    """A child that answers with its environment in place of printing."""
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    script = "import json, os, sys; json.dump(dict(os.environ), sys.stdout)"
    done = subprocess.run(
        [sys.executable, "-s", "-c", script],
        capture_output=True,
        env=_environment(str(tmp_path)),
        check=True,
    )
    names = set(json.loads(done.stdout))
    assert not names & {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "JWT_SIGNING_KEY"}
