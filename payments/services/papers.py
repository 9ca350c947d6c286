"""Papers as the press is told to print them: pure functions of what was issued or earned."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.dateparse import parse_datetime

from payments.models import Document
from payments.services.statements import Statement
from tutorme.core.money import Money
from tutorme.core.printing import Order

_PAPERS = Path(__file__).parents[1] / "templates" / "payments" / "papers"
_CSS = (_PAPERS / "paper.css").read_text("utf-8")


def order_of(document: Document) -> Order:
    facts = document.facts
    locale = facts["locale"]

    def money(minor: int) -> str:
        return Money(minor, facts["currency"]).localized(locale)

    refund = facts.get("refund")
    net_of = refund["minor"] if refund else facts["money_minor"] + facts["credit_minor"]
    tax = refund["tax_minor"] if refund else facts["tax_minor"]
    context = {
        "document": document,
        "facts": facts,
        "paid_at": _instant(facts, "paid_at"),
        "starts_at": _instant(facts, "from"),
        "ends_at": _instant(facts, "until"),
        "amounts": {
            "price": money(facts["price_minor"]),
            "discount": money(-facts["discount_minor"]),
            "total": money(facts["money_minor"] + facts["credit_minor"]),
            "credit": money(facts["credit_minor"]),
            "money": money(facts["money_minor"]),
            "tax": money(tax),
            "net": money(net_of - tax),
            "back": money(refund["minor"]) if refund else "",
            "back_credit": money(refund["credit_minor"]) if refund else "",
            "back_money": money(refund["minor"] - refund["credit_minor"]) if refund else "",
        },
        "tax_percent": facts["tax_per_mille"] / 10,
        "address": [line for line in facts["seller"]["address"].split("|") if line],
    }
    return _order("payments/papers/document.html", context, locale, document.label)


def _instant(facts: dict[str, Any], name: str) -> datetime | None:
    return parse_datetime(facts[name]) if facts.get(name) else None


def statement_order(statement: Statement, *, user: Any) -> Order:
    locale = user.locale
    context = {
        "statement": statement,
        "name": user.display_name,
        "zone": user.time_zone,
        "seller": settings.BUSINESS,
        "rows": [
            {
                "line": line,
                "gross": line.gross.localized(locale) if line.gross else "",
                "commission": (-line.commission).localized(locale) if line.commission else "",
                "net": line.net.localized(locale),
            }
            for line in statement.lines
        ],
        "opening": statement.opening.localized(locale),
        "closing": statement.closing.localized(locale),
        "earned": statement.earned.localized(locale),
        "paid_out": statement.paid_out.localized(locale),
    }
    title = f"{statement.month:%Y-%m} {statement.currency}"
    return _order("payments/papers/statement.html", context, locale, title, most_pages=60)


def _order(
    template: str, context: dict[str, Any], locale: str, title: str, *, most_pages: int = 3
) -> Order:
    with translation.override(locale):
        html = render_to_string(template, context)
        direction = "rtl" if translation.get_language_bidi() else "ltr"
    return Order(
        html=html,
        css=_CSS,
        words=None,
        lang=locale,
        direction=direction,
        title=title,
        about={"author": settings.BUSINESS["name"]},
        most_pages=most_pages,
    )
