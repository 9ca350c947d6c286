"""Importing a screen registers it."""

from payments.admin import billing, books, disputes, offers, orders

SCREENS = (orders, billing, disputes, books, offers)
