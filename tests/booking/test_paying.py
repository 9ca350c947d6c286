"""A held time and its money, over PayPal's stand-in."""

from booking.models import Booking

State = Booking.State
