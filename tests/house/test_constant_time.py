"""What opens something is never compared with `==`: how long that takes says how much was right.

Where two such words are compared, it is `hmac.compare_digest`, or here with the reason why nobody
learns anything by it.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.sources import APPS, name_of, python, tree

_SECRET = re.compile(
    r"(^|[_-])(token|signature|signed|digest|hexdigest|secret|h?mac|hash|sha1|sha256|md5|checksum|"
    r"fingerprint|(?<!status_)(?<!currency_)code|otp|totp|pin|nonce|proof|password|passphrase|credential|jti|csrf|"
    r"(api|auth|session|access|private|signing|webhook)_key)s?($|[_-])",
    re.IGNORECASE,
)
# Calls that say something about a word without being it.
_ABOUT = {"len", "type", "isinstance", "bool", "count", "set", "sorted", "sum", "index", "find"}

# Where it is written and what is compared: why the time it takes tells nobody anything.
NO_SECRET = {
    ("ai/languages.py", "best == code"): "a language's code",
    ("tutorme/web/views.py", "error.code == code"): "the name of an error, which is public",
    (
        "booking/services/grants.py",
        "row.access_token != refused",
    ): "our row and what a job of ours read of it before; nobody sends either",
    (
        "booking/services/syncing.py",
        "row.sync_token != known",
    ): "our row and what a job of ours read of it before; nobody sends either",
    (
        "certificates/services/issuing.py",
        "row.pdf_sha256 == pdf['pdf_sha256']",
    ): "what two files of ours hold",
    (
        "certificates/services/templates.py",
        "newest.source_sha256 == _digest(html, css)",
    ): "whether a template changed",
    (
        "courses/services/reviewing.py",
        "documents.fingerprint(now) != documents.fingerprint(decided.snapshot)",
    ): "whether a course changed since it was looked at",
    (
        "courses/services/transfers.py",
        "before.draft.sha256 == file.sha256",
    ): "whether one teacher sent the same file again",
    (
        "tutorme/core/backups.py",
        "_sha256(directory / name) != was['sha256']",
    ): "whether a file of a backup is whole",
    (
        "tutorme/core/idempotency.py",
        "kept.fingerprint != print_",
    ): "what one person's two calls said; the key is theirs",
    (
        "tutorme/core/inbox.py",
        "kept.body_sha256 == digest",
    ): "what two messages say that were both found genuine",
    (
        "tutorme/core/row_policies.py",
        "cursor.fetchone()[0] != _signature(wanted)",
    ): "which policies the database has",
    (
        "tutorme/core/row_policies.py",
        "table.policy == _signature(entry.predicate)",
    ): "which policies the database has",
}


def words(node: ast.expr) -> Iterator[str]:
    """The names a value goes by: `row.token`, `given["code"]`, `str(secret)`, `f"v0={mac}"`."""
    match node:
        case ast.Name(id=name) | ast.Constant(value=str(name)):
            yield name
        case ast.Attribute(attr=name):
            yield name
        case ast.Subscript(value=of, slice=ast.Constant(value=str(name))):
            yield name
            yield from words(of)
        case ast.Subscript(value=of):
            yield from words(of)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _ABOUT:
            return
        case ast.Call(func=made, args=given):
            yield from words(made)
            if isinstance(made, ast.Attribute):
                yield from words(made.value)
            for each in given:
                yield from words(each)
        case ast.BinOp(left=one, right=other):
            yield from words(one)
            yield from words(other)
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from words(part)
        case ast.FormattedValue(value=inner) | ast.Await(value=inner) | ast.Starred(value=inner):
            yield from words(inner)


def _is_of_the_source(node: ast.expr) -> bool:
    """A word written here, or a constant: what everybody may read is no secret. Settings are."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.Attribute(value=of, attr=name):
            return name.isupper() and ast.unparse(of) != "settings"
    return False


def compared(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for one, operator, other in zip(sides, node.ops, sides[1:], strict=False):
            if not isinstance(operator, ast.Eq | ast.NotEq):
                continue
            if _is_of_the_source(one) or _is_of_the_source(other):
                continue
            if any(_SECRET.search(word) for side in (one, other) for word in words(side)):
                yield node.lineno, ast.unparse(node)


def test_what_opens_something_is_compared_in_constant_time() -> None:
    """The stand-ins of providers (`sandbox`) have no secrets."""
    ours = python(*APPS, "tutorme")
    found = {(name_of(path), text) for path in ours for _line, text in compared(tree(path))}
    assert found == set(NO_SECRET)


def test_every_exception_says_why() -> None:
    assert [where for where, why in NO_SECRET.items() if len(why) < 8] == []


@pytest.mark.parametrize(
    "planted",
    [
        "if given == token: pass",
        "if request.headers['X-Signature'] != made: pass",
        "ok = request.headers.get('X-Signature') == made",
        "ok = str(row.code) == given",
        "ok = f'sha256={hmac.new(key, body, sha256).hexdigest()}' == given",
        "ok = settings.METRICS_TOKEN == given",
        "ok = given == settings.PAYPAL['api_key']",
        "ok = a == b == secret.encode()",
        "ok = codes.text_of(row) == bare(given)",
    ],
)
def test_the_control_a_planted_comparison_is_found(planted: str) -> None:
    assert list(compared(ast.parse(planted)))


@pytest.mark.parametrize(
    "harmless",
    [
        "ok = hmac.compare_digest(token, given)",
        "ok = error.code == 'gone'",
        "ok = refusal.code != NO_MEETING",
        "ok = row.digest == Digest.OFF",
        "ok = len(codes) == wanted",
        "ok = token.pk == other.pk",
    ],
)
def test_the_control_what_is_no_secret_is_left_alone(harmless: str) -> None:
    assert not list(compared(ast.parse(harmless)))
