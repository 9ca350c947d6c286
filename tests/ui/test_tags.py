from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone
from django_cotton.compiler_regex import CottonCompiler

from tutorme.core.money import Money

MOMENT = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    return Template(CottonCompiler().process(source)).render(Context(context))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("Europe/Paris", "18:30 in Paris"),
        ("Asia/Tokyo", "02:30 in Tokyo, +1 day"),
        ("Pacific/Honolulu", "07:30 in Honolulu"),
    ],
)
def test_the_other_persons_time(other, said):
    assert said in drawn('<c-datetime :value="at" other="' + other + '" />', at=MOMENT)


def test_a_day_earlier_is_said():
    with timezone.override("Asia/Tokyo"):
        page = drawn('<c-datetime :value="at" other="America/New_York" />', at=MOMENT)
    assert "27 Nov 2026, 02:30" in page
    assert "12:30 in New York, −1 day" in page
    assert 'datetime="2026-11-26T17:30:00Z"' in page


def test_prices():
    assert "$32.00" in drawn('<c-price :money="m" />', m=Money(3200, "USD"))
    assert "¥500" in drawn('<c-price minor="500" currency="JPY" />')
    assert "Free" in drawn('<c-price minor="0" currency="USD" />')


def test_text_in_attributes_is_escaped():
    page = drawn('<c-button title="{{ t }}">{{ t }}</c-button>', t='"><b>')
    assert "<b>" not in page


def test_names_of_the_page_do_not_leak_into_components():
    page = drawn("<c-alert>Paid</c-alert>", heading="Not mine", request_id="nor mine")
    assert "mine" not in page


def test_field_speaks_of_its_errors():
    source = '<c-field name="n" label="Name" error="Too short." hint="Two letters." required />'
    page = drawn(source)
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="n_helptext n_error"' in page
    assert 'id="n_error"' in page


def test_initials():
    assert ">TM<" in drawn('<c-avatar name="Tess de Moreau" />')
    assert "><" in drawn('<c-avatar name="" />')
