"""The faces of a document, cut to the letters it uses.

Cutting and packing a face costs as much as laying out its lines, and most documents are written in
the same letters: those of `USUAL`. A document that has no others carries the face cut to all of
them, which is cut once a process; one that has, carries its own. Which of the two it is depends on
its words alone, so the same document is the same bytes whatever was printed before it.
"""

import io
from typing import Any

from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from weasyprint.pdf.fonts import Font

USUAL = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) + "–—‘’‚“”„†•…€"
# Larger ones (Chinese, Japanese, Korean) take longer to read than they save.
_LARGEST = 400_000
# Faces that WeasyPrint changes by the document.
_CHANGEABLE = frozenset({"fvar", "CBDT", "SVG ", "COLR", "EBDT"})


class Faces(dict[str, Font]):
    """By hash, as WeasyPrint fills it."""

    def __setitem__(self, key: str, font: Font) -> None:
        face = Face.__new__(Face)
        face.__dict__.update(font.__dict__)
        super().__setitem__(key, face)


class Face(Font):  # type: ignore[misc]
    file_content: bytes

    def clean(self, to_unicode: dict[int, str], hinting: bool) -> None:  # noqa: FBT001  theirs
        key = (self.name, len(self.file_content), self.index)
        if key not in _USUAL_GLYPHS:
            _USUAL_GLYPHS[key] = self._usual_glyphs()
        usual = _USUAL_GLYPHS[key]
        if self.missing or not usual.issuperset(to_unicode):
            super().clean(to_unicode, hinting)
            return
        if key not in _CUT:
            super().clean(dict.fromkeys(usual, ""), hinting)
            _CUT[key] = self.file_content
        self.file_content = _CUT[key]

    def _usual_glyphs(self) -> frozenset[int]:
        """Of the usual letters, those that the face has; none of a face that is not to be kept."""
        if len(self.file_content) > _LARGEST or not _CHANGEABLE.isdisjoint(self.tables):
            return frozenset()
        font = TTFont(io.BytesIO(self.file_content), fontNumber=self.index, lazy=True)
        written = Subsetter()
        written.populate(text=USUAL)
        # With what the letters become beside one another: fi is one sign in some faces.
        written._closure_glyphs(font)
        return frozenset(font.getGlyphID(name) for name in written.glyphs_retained)


# Of this process, by the face: there are as many as our bundle has.
_USUAL_GLYPHS: dict[Any, frozenset[int]] = {}
_CUT: dict[Any, bytes] = {}


def forget() -> None:
    """As in a new process."""
    _USUAL_GLYPHS.clear()
    _CUT.clear()
