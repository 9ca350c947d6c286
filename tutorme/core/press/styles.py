"""Styles computed once for all documents made of the same elements.

Which rules match depends on tags, attributes and on which elements are empty, not on words; so the
styles of one document are those of the next, and computing them is the dearest part of a page. This
reaches below WeasyPrint's public door (its version is pinned), so it proves itself: the first time
that styles are worn again, the document is printed the long way as well, and where the bytes
differ, its style sheet is printed the long way from then on (`pages.print_pdf`).
"""

import re
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.css import StyleFor, get_all_computed_styles
from weasyprint.css.counters import CounterStyle
from weasyprint.css.targets import TargetCollector
from weasyprint.document import Document
from weasyprint.images import get_image_from_uri
from weasyprint.layout import LayoutContext
from weasyprint.layout.page import PageType
from weasyprint.text.fonts import FontConfiguration

_MOST_SHAPES = 64
# A statement of three hundred rows has few others of its shape.
_MOST_ELEMENTS = 100
_OWN_SHEETS = frozenset({"style", "link"})
_METADATA = "content"
_LOOKS_AT_METADATA = re.compile(rf"(?:\[|attr\()[^\])]*(?:{_METADATA}|\\)", re.IGNORECASE)


@dataclass
class _Worn:
    """What was computed for a shape: styles by the element's place in the document."""

    places: list[tuple[int, str | None, Any]]
    anchors: list[str]
    original: StyleFor
    times: int = 0


@dataclass
class Wardrobe:
    """The styles of one process. `on_trial` is set when some are worn again for the first time."""

    fonts: FontConfiguration
    on_trial: bool = False
    _worn: OrderedDict[Hashable, _Worn] = field(default_factory=OrderedDict)
    _barred: set[CSS] = field(default_factory=set)

    def render(self, page: HTML, sheet: CSS, images: Mapping[str, Any]) -> Document:
        shape = None if sheet in self._barred else _shape(page)
        if shape is None:
            return plainly(page, sheet, images, self.fonts)
        page.dressed_by = partial(self._dressed, (sheet, shape))
        options = {**DEFAULT_OPTIONS, "stylesheets": [sheet], "cache": dict(images)}
        return _Dressed._render(page, self.fonts, None, None, options)

    def bar_if_it_looks_at_metadata(self, sheet: CSS, css: str) -> None:
        if _LOOKS_AT_METADATA.search(css):
            self.bar(sheet)

    def bar(self, sheet: CSS) -> None:
        """Its documents are other documents when styles are worn again."""
        self._barred.add(sheet)

    def _dressed(
        self, key: Hashable, page: HTML, targets: TargetCollector, compute: Any
    ) -> StyleFor:
        worn = self._worn.get(key)
        if worn is None:
            made = compute()
            self._hang(key, page, made, targets)
            return made
        self._worn.move_to_end(key)
        worn.times += 1
        self.on_trial = self.on_trial or worn.times == 1
        for anchor in worn.anchors:
            targets.collect_anchor(anchor)
        return _again(worn, page)

    def _hang(self, key: Hashable, page: HTML, made: StyleFor, targets: TargetCollector) -> None:
        at = {element: place for place, element in enumerate(page.etree_element.iter())}
        styles = made.get_computed_styles().items()
        places = [(at[element], part, style) for (element, part), style in styles]
        self._worn[key] = _Worn(places, list(targets.target_lookup_items), made)
        if len(self._worn) > _MOST_SHAPES:
            self._worn.popitem(last=False)


def plainly(
    page: HTML, sheet: CSS, images: Mapping[str, Any], fonts: FontConfiguration
) -> Document:
    """The long way."""
    return page.render(font_config=fonts, stylesheets=[sheet], cache=dict(images))


class _Dressed(Document):  # type: ignore[misc]
    """WeasyPrint's own document, but for where its styles come from."""

    @classmethod
    def _build_layout_context(
        cls,
        html: HTML,
        font_config: FontConfiguration,
        counter_style: CounterStyle,
        color_profiles: dict[str, Any],
        options: dict[str, Any],
    ) -> LayoutContext:
        targets = TargetCollector()
        for named in html._ua_counter_style():
            counter_style.update(named)
        compute = partial(
            get_all_computed_styles, html, options["stylesheets"], font_config=font_config,
            counter_style=counter_style, color_profiles=color_profiles, page_rules=[],
            layers=[], target_collector=targets,
        )  # fmt: skip
        image = partial(
            get_image_from_uri, cache=options["cache"], url_fetcher=html.url_fetcher,
            options=options,
        )  # fmt: skip
        styles = html.dressed_by(html, targets, compute)
        return LayoutContext(styles, image, font_config, counter_style, targets)


def _again(worn: _Worn, page: HTML) -> StyleFor:
    elements = list(page.etree_element.iter())
    styles = _WornStyles.__new__(_WornStyles)
    styles.__dict__.update(worn.original.__dict__)
    styles._cascaded_styles = {}
    styles._computed_styles = {(elements[at], part): style for at, part, style in worn.places}
    # Of pages, which the first document laid out after its elements' styles were kept.
    for key, style in worn.original.get_computed_styles().items():
        if isinstance(key[0], PageType):
            styles._computed_styles[key] = style
    return styles


class _WornStyles(StyleFor):  # type: ignore[misc]
    def add_page_declarations(self, page_type: PageType) -> None:
        if (page_type, None) not in self._computed_styles:
            super().add_page_declarations(page_type)

    def set_computed_styles(
        self, element: Any, parent: Any, pseudo_type: str | None = None, **named: Any
    ) -> None:
        if (element, pseudo_type) not in self._computed_styles:
            super().set_computed_styles(element, parent, pseudo_type=pseudo_type, **named)


def _shape(page: HTML) -> Hashable | None:
    """All that selectors look at, but for the document's metadata: those are of each document
    alone, and a sheet that looks at them is barred from the start. None for what is not worth or
    not possible to remember."""
    elements = list(page.etree_element.iter())
    if len(elements) > _MOST_ELEMENTS or any(each.tag in _OWN_SHEETS for each in elements):
        return None
    return tuple((each.tag, _attributes(each), bool(each.text), len(each)) for each in elements)


def _attributes(element: Any) -> tuple[tuple[str, str], ...]:
    unlooked_at = _METADATA if element.tag == "meta" else ""
    return tuple((name, value) for name, value in element.attrib.items() if name != unlooked_at)
