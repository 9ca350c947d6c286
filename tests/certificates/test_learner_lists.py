"""Files as spreadsheets write them, and as they should not be."""

import pytest

from certificates import learner_lists
from certificates.errors import ListUnreadable
from certificates.websites import host_of

ROWS = "name,email,organization_website\nZoë Ångström,zoe@north.example,north.example\n"


def read(data: bytes, most_rows: int = 5000, **said: str) -> learner_lists.Table:
    return learner_lists.read(data, most_rows=most_rows, **said)


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        ROWS.encode("utf-8-sig"),
        ROWS.encode("utf-16"),
        ROWS.encode("utf-16-le"),
        ROWS.encode("utf-16-be"),
        ROWS.replace(",", ";").encode(),
        ROWS.replace(",", "\t").encode(),
        ROWS.replace(",", "|").encode(),
        ("sep=;\n" + ROWS.replace(",", ";")).encode(),
        ROWS.replace("\n", "\r\n").encode(),
        ROWS.replace("\n", "\r").encode(),
        ROWS.replace("name,email,organization_website", " Name ,E-Mail,Website").encode(),
        ("\n\n" + ROWS + "\n , , \n").encode(),
        ROWS.replace("Zoë Ångström", '"Zoë\n Ångström"').encode(),
    ],
    ids=lambda data: repr(data[:16]),
)
def test_what_spreadsheets_write_is_read(data: bytes) -> None:
    (line,) = read(data).lines
    found = (line.name, line.email, line.website, line.problem)
    assert found == ("Zoë Ångström", "zoe@north.example", "north.example", "")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Zoë Ångström"),
        ("cp1250", "Łukasz Dvořák"),
        ("cp1251", "Иван"),
        ("cp932", "山田 太郎"),
        ("gb18030", "王小明"),
        ("euc_kr", "김철수"),
        ("cp1256", "محمد"),
    ],
)
def test_other_encodings_are_asked_for_and_never_guessed(encoding: str, name: str) -> None:
    data = ROWS.replace("Zoë Ångström", name).encode(encoding)
    with pytest.raises(ListUnreadable) as refusal:
        read(data)
    assert refusal.value.extras["reason"] == "choose-encoding"
    assert read(data, encoding=encoding).lines[0].name == name


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"PK\x03\x04rest", "not-csv"),
        (b"%PDF-1.7", "not-csv"),
        (b"name,email\nA,a@b.example\n", "missing-column"),
        (b"name,name,email,website\nA,A,a@b.example,b.example\n", "double-column"),
        (b"name,email,organization_website\n", "no-rows"),
        (
            b'name,email,website\n"Ada,a@b.example,b.example\nB,b@b.example,b.example\n',
            "broken-row",
        ),
        (b"name,email,website\n" + b"x" * 200_000 + b",a@b.example,b.example\n", "broken-row"),
        (b"name,email,website\nA\x00da,a@b.example,b.example\n", "not-text"),
        (ROWS.encode() + ROWS.encode()[32:] * 6, "too-many-rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(ListUnreadable) as refusal:
        read(data, most_rows=5)
    assert refusal.value.extras["reason"] == reason


@pytest.mark.parametrize(
    ("row", "problem", "column"),
    [
        ("Ada,ada@north.example", "short-row", ""),
        (",ada@north.example,north.example", "name-missing", "name"),
        (f"{'W' * 121},ada@north.example,north.example", "name-too-long", "name"),
        ("Ada\u202elevoL,ada@north.example,north.example", "name-characters", "name"),
        (f"A{chr(0x301) * 6},ada@north.example,north.example", "name-characters", "name"),
        ("Ada,ada,north.example", "email-invalid", "email"),
        ("Ada,ada@[127.0.0.1],north.example", "email-invalid", "email"),
        (f"Ada,{'a' * 65}@north.example,north.example", "email-invalid", "email"),
        ("Ada,=cmd@north.example,north.example", "email-invalid", "email"),
        ("Ada,ada@north.example,not a site", "website-invalid", "organization_website"),
    ],
)
def test_a_bad_row_says_which_column_and_why(row: str, problem: str, column: str) -> None:
    table = read(
        f"name,email,organization_website\nOk,ok@north.example,north.example\n{row}\n".encode()
    )
    assert table.lines[0].problem == ""
    bad = table.lines[1]
    assert (bad.number, bad.problem, bad.column) == (3, problem, column)


def test_a_new_line_in_a_name_reaches_no_mail_header() -> None:
    text = ROWS.replace("Zoë Ångström", '"Ada\r\nBcc: x@y.example"')
    assert read(text.encode()).lines[0].name == "Ada Bcc: x@y.example"


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("HTTP://WWW.North.Example/x?y#z", "north.example"),
        ("north.example:443", "north.example"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("user@north.example", "north.example"),
        ("north", None),
        ("", None),
        ("http://[::1]/", None),
        ("http://[", None),
        ("a" * 400, None),
    ],
)
def test_a_website_is_its_host_however_it_is_written(written: str, host: str | None) -> None:
    assert host_of(written) == host
