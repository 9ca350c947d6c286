"""Templates: a placeholder-only subset of Jinja2, and where in the page a placeholder may stand.

Jinja2's sandbox stops code but neither exhaustion nor reading attributes of what it is given, so
templates are checked against a list of allowed syntax before the sandbox sees them, and are
given plain strings alone.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import chain

import tinyhtml5
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from tutorme.core.press.faults import Refused

MAX_SOURCE = 100_000
MAX_NODES = 2_000
MAX_ELEMENTS = 2_000
ALLOWED_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
ALLOWED_FILTERS = frozenset({"upper", "lower", "title", "trim", "escape", "e", "length"})
FORBIDDEN_TAGS = frozenset(
    "script link base meta style iframe object embed form input a audio video svg math".split()
)
# Reads as text aloud, so a person's words may stand there; everywhere else they could act.
TEXT_ATTRIBUTES = frozenset({"alt", "title", "aria-label"})
_SENTINELS = ("\ue000zq\ue001", "zzq zz9=1")


def environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in ALLOWED_FILTERS}
    return env


def check_syntax(source: str, names: Collection[str]) -> None:
    """Raises `Refused` unless the source is made of text, placeholders and conditions."""
    if len(source) > MAX_SOURCE:
        raise Refused("template-too-large", f"A template may have {MAX_SOURCE} characters.")
    try:
        tree = environment().parse(source)
        parts = list(tree.find_all(nodes.Node))
    except TemplateSyntaxError as error:
        raise Refused("template-syntax", f"Line {error.lineno}: {error.message}") from error
    except RecursionError as error:
        raise Refused("template-too-deep", "It is nested too deeply.") from error
    if len(parts) > MAX_NODES:
        raise Refused("template-too-large", f"It has more than {MAX_NODES} parts.")
    for part in parts:
        _check_node(part, names)


def _check_node(part: nodes.Node, names: Collection[str]) -> None:
    kind = type(part).__name__
    if not isinstance(part, ALLOWED_NODES):
        raise Refused("template-syntax", f"Line {part.lineno}: {kind} is not allowed.")
    if isinstance(part, nodes.Name) and part.name not in names:
        raise Refused("template-syntax", f"Line {part.lineno}: {part.name!r} is not a known word.")
    if isinstance(part, nodes.Filter) and (part.name not in ALLOWED_FILTERS or part.args):
        raise Refused("template-syntax", f"Line {part.lineno}: filter {part.name!r} not allowed.")


@lru_cache(maxsize=8)
def _compiled(source: str, names: frozenset[str]) -> Template:
    """Checked, then compiled, once a process."""
    check_syntax(source, names)
    return environment().from_string(source)


def fill(source: str, words: Mapping[str, str]) -> list[str]:
    """The body in pieces, every placeholder replaced by escaped text: those are `Markup`."""
    try:
        return list(_compiled(source, frozenset(words)).generate(dict(words)))
    except TemplateError as error:
        raise Refused("template-failed", str(error)) from error


def check_placement(source: str, names: Collection[str]) -> None:
    """Escaping is not enough in `style=` or `href=`: words may stand in text and alt texts only."""
    for sentinel in _SENTINELS:
        body = "".join(fill(source, dict.fromkeys(names, sentinel)))
        tree = tinyhtml5.parse(f"<body>{body}", namespace_html_elements=False)
        elements = list(tree.iter())
        if len(elements) > MAX_ELEMENTS:
            raise Refused("template-too-large", f"It has more than {MAX_ELEMENTS} elements.")
        for element in elements:
            _check_element(element, sentinel.lower())


def _check_element(element: object, sentinel: str) -> None:
    tag = getattr(element, "tag", None)
    if not isinstance(tag, str):
        raise Refused("template-markup", "Comments and instructions are not allowed.")
    tag = tag.rpartition("}")[2]
    if tag.lower() in FORBIDDEN_TAGS or "zzq" in tag:
        raise Refused("template-markup", f"<{tag[:40]}> is not allowed.")
    for name, value in element.items():  # type: ignore[attr-defined]
        acts = name not in TEXT_ATTRIBUTES and _holds(value, sentinel)
        if acts or name == "style" or name.startswith("on") or "zz9" in name or "zzq" in name:
            raise Refused("template-markup", f"Nothing variable in {name[:40]} of <{tag}>.")


def _holds(value: str, sentinel: str) -> bool:
    return sentinel in value.lower() or "zzq" in value.lower()


def whole(
    body: Iterable[str], *, lang: str, direction: str, title: str, about: Mapping[str, str]
) -> list[str]:
    """An HTML document around the body, in pieces like it; its metadata becomes the PDF's."""
    metas = (
        (f'<meta name="{escape(name)}" content="', escape(value), '">')
        for name, value in about.items()
    )
    return [
        f'<!doctype html><html lang="{escape(lang)}" dir="{escape(direction)}"><head>',
        '<meta charset="utf-8"><title>',
        escape(title),
        "</title>",
        *chain.from_iterable(metas),
        "</head><body>",
        *body,
        "</body></html>",
    ]
