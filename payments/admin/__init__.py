"""Importing a screen registers it."""

from payments.admin import billing, disputes, orders

SCREENS = (orders, billing, disputes)
