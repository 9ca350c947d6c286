"""Importing a screen registers it."""

from payments.admin import billing, books, disputes, ledger, offers, orders

SCREENS = (orders, billing, disputes, books, ledger, offers)
