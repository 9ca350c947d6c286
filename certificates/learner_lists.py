"""Lists of learners as spreadsheets write them: the encoding and delimiter found or said, the
columns found by their names, each row with the line it began on. Nothing here writes anything."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from certificates.errors import ListUnreadable
from certificates.websites import host_of

MOST_BYTES = 5 * 1024 * 1024
COLUMNS = ("name", "email", "organization_website")
DELIMITERS = (",", ";", "\t", "|")
# Offered where a file is not Unicode. Each can decode nearly anything, so which one is right is
# for a person to say, looking at the names.
ENCODINGS = {
    "utf-8-sig": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western European (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1256": "Arabic (Windows-1256)",
    "cp932": "Japanese (Shift-JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC-KR)",
    "mac_roman": "Macintosh",
}
_ALIASES = {
    "name": {"name", "learner_name", "full_name", "learner"},
    "email": {"email", "e_mail", "mail", "email_address", "learner_email"},
    "organization_website": {
        "organization_website",
        "organisation_website",
        "website",
        "organization",
        "organisation",
    },
}
_NOT_CSV = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x1f\x8b")
_MOST_NAME, _MOST_MARKS = 120, 4
_FORBIDDEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_SPOOFING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@dataclass(frozen=True)
class Line:
    number: int
    name: str
    email: str
    website: str
    # A cause and its column, or empty: what is wrong with the line by itself.
    problem: str = ""
    column: str = ""


@dataclass(frozen=True)
class Table:
    encoding: str
    delimiter: str
    lines: list[Line]


def read(data: bytes, *, encoding: str = "", delimiter: str = "", most_rows: int) -> Table:
    """Raises `ListUnreadable` with the cause's code where the file as a whole is at fault."""
    encoding, text = _decoded(data, encoding)
    if "\x00" in text:
        raise ListUnreadable("The file holds characters that are no text.", reason="not-text")
    text, delimiter = _dialect(text, delimiter)
    rows = _rows(text, delimiter)
    header = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), [])
    places = _places(header)
    lines: list[Line] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) == most_rows:
            raise ListUnreadable(f"It has more than {most_rows} rows.", reason="too-many-rows")
        lines.append(_line(number, cells, places))
    if not lines:
        raise ListUnreadable("It has no row below its header.", reason="no-rows")
    return Table(encoding, delimiter, lines)


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    if not data.strip():
        raise ListUnreadable("The file is empty.", reason="empty")
    if data.startswith(_NOT_CSV):
        raise ListUnreadable("This is no CSV file: save the sheet as CSV.", reason="not-csv")
    encoding = encoding or _found_encoding(data)
    try:
        return encoding, data.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, UnicodeError) as error:
        raise ListUnreadable("The file is not in this encoding.", reason="encoding") from error


def _found_encoding(data: bytes) -> str:
    """Unicode in any form is certain; anything else would be a guess that reads names wrongly."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Latin letters in UTF-16 without a mark: every other byte is zero.
    if len(data) >= 4 and data[1::2].count(0) > len(data) // 3:
        return "utf-16-le"
    if len(data) >= 4 and data[0::2].count(0) > len(data) // 3:
        return "utf-16-be"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListUnreadable(
            "The file is not in Unicode. Choose the encoding it was saved in.",
            reason="choose-encoding",
            encodings=list(ENCODINGS),
        ) from error
    return "utf-8-sig"


def _dialect(text: str, delimiter: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r'"?sep=(.)"?\s*', first)
    if said:
        # The line stays, empty, so that the others keep their numbers.
        return f"\n{rest}", said[1]
    if delimiter:
        return text, delimiter
    head = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return text, max(DELIMITERS, key=head.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it began on. Lines may end in CR, LF or both."""
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begun = 1
    try:
        for cells in reader:
            yield begun, cells
            begun = reader.line_num + 1
    except csv.Error as error:
        detail = f"Line {begun}: a quotation mark is not closed, or a field is too long."
        raise ListUnreadable(detail, reason="broken-row", line=begun) from error


def _not_one(column: str, times: int) -> ListUnreadable:
    if not times:
        detail = f"The first row names no column {column}."
        return ListUnreadable(detail, reason="missing-column", column=column)
    detail = f"The first row names the column {column} {times} times."
    return ListUnreadable(detail, reason="double-column", column=column)


def _places(header: Sequence[str]) -> dict[str, int]:
    named = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in header]
    places = {}
    for column, aliases in _ALIASES.items():
        found = [place for place, name in enumerate(named) if name in aliases]
        if len(found) != 1:
            raise _not_one(column, len(found))
        places[column] = found[0]
    return places


def _line(number: int, cells: list[str], places: dict[str, int]) -> Line:
    if len(cells) <= max(places.values()):
        return Line(number, *_cut(cells, places), "short-row", "")
    name, email, website = (cells[places[column]] for column in COLUMNS)
    name, email = " ".join(unicodedata.normalize("NFC", name).split()), email.strip().lower()
    problem, column = _fault(name, email, website)
    return Line(number, name[:400], email[:400], website.strip()[:400], problem, column)


def _cut(cells: list[str], places: dict[str, int]) -> tuple[str, str, str]:
    found = [cells[at][:400] if at < len(cells) else "" for at in places.values()]
    return found[0], found[1], found[2]


def _fault(name: str, email: str, website: str) -> tuple[str, str]:
    if problem := _name_fault(name):
        return problem, "name"
    if not _is_address(email):
        return "email-invalid", "email"
    if host_of(website) is None:
        return "website-invalid", "organization_website"
    return "", ""


def _name_fault(name: str) -> str:
    if not name:
        return "name-missing"
    if len(name) > _MOST_NAME:
        return "name-too-long"
    if any(unicodedata.category(c) in _FORBIDDEN or c in _SPOOFING for c in name):
        return "name-characters"
    marks = 0
    for char in name:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks > _MOST_MARKS:
            return "name-characters"
    return ""


def _is_address(email: str) -> bool:
    """Stricter than Django: no address literals, no long local part, no start of a formula."""
    local, _, domain = email.rpartition("@")
    if len(email) > 254 or len(local) > 64 or domain.startswith("[") or email[:1] in "=+-@":
        return False
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True
