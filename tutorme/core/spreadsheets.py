"""Tables as files that spreadsheets open, where nothing people typed becomes a formula."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

# Excel reads a file without it in the code page of the machine, and names lose their umlauts.
_MARK = "\ufeff"
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# What a spreadsheet takes for the beginning of a formula, or strips to find one; also within a
# cell, after what it may split at: half of Europe's expect semicolons, whatever we write.
_FORMULA = re.compile(f"^(?=[ \ufeff]*[{_SIGNS}\t\r\n])|(?<=[;\t\r\n])(?=[ \ufeff]*[{_SIGNS}])")


class _Echo:
    def write(self, line: str) -> str:
        return line


def safe(cell: Any) -> Any:
    """Numbers stay numbers; text that could be a formula is marked as text."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A CSV line by line, for a streamed answer. Amounts are given as `Decimal`: as text a minus
    would look like a formula."""
    writer: Any = csv.writer(_Echo())
    yield _MARK + writer.writerow(head)
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def download(name: str, lines: Iterator[str]) -> StreamingHttpResponse:
    """For whoever asked alone, under this name."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
