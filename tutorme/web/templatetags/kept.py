"""`{% kept %}`; what it keeps, and why that is safe, is said in `tutorme.web.kept`."""

from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Parser, Token, render_value_in_context
from django.template.context import Context
from django.utils.safestring import SafeString

from tutorme.web.kept import cut, filled, key_of, shelf, sign

register = template.Library()
Given = dict[str, FilterExpression]


class KeptNode(template.Node):
    def __init__(self, name: str, values: Given, filling: Given) -> None:
        self.name, self.values, self.filling = name, values, filling

    def render(self, context: Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = key_of(self.name, values)
        piece = None if settings.DEBUG else shelf.get(key)
        if piece is None:
            piece = cut(self._drawn(context, values))
            shelf.put(key, piece)
        return filled(piece, lambda name: self._fill(name, context))

    def _drawn(self, context: Context, values: dict[str, Any]) -> str:
        found = context.template.engine.get_template(self.name)  # type: ignore[union-attr]
        signs = {name: sign(name) for name in self.filling}
        return str(found.render(Context({**values, **signs})))

    def _fill(self, name: str, context: Context) -> str:
        return str(render_value_in_context(self.filling[name].resolve(context), context))


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    _tag, name, *words = token.split_contents()
    if name[0] not in "\"'" or name[-1] != name[0]:
        raise template.TemplateSyntaxError("A kept piece is named in quotes")
    middle = words.index("filling") if "filling" in words else len(words)
    return KeptNode(name[1:-1], _given(parser, words[:middle]), _given(parser, words[middle + 1 :]))


def _given(parser: Parser, words: list[str]) -> Given:
    pairs = [word.partition("=") for word in words]
    if not all(name.isidentifier() and value for name, _sign, value in pairs):
        raise template.TemplateSyntaxError("A kept piece is given name=value")
    return {name: parser.compile_filter(value) for name, _sign, value in pairs}
