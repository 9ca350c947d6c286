"""What the pages call the states of a booking."""

from django.utils.translation import gettext_lazy

from booking.models import Booking

State = Booking.State
# What a state is called on a page, and the badge it wears.
WORDS = {
    State.HELD: (gettext_lazy("held for you"), "attention"),
    State.PENDING_PAYMENT: (gettext_lazy("being paid"), "attention"),
    State.PENDING_APPROVAL: (gettext_lazy("waits for the tutor"), "attention"),
    State.CONFIRMED: (gettext_lazy("confirmed"), "done"),
    State.IN_PROGRESS: (gettext_lazy("now"), "done"),
    State.COMPLETED: (gettext_lazy("took place"), "done"),
    State.EXPIRED: (gettext_lazy("let go"), "plain"),
    State.DECLINED: (gettext_lazy("declined"), "plain"),
    State.CANCELLED_BY_STUDENT: (gettext_lazy("cancelled by the student"), "plain"),
    State.CANCELLED_BY_TUTOR: (gettext_lazy("cancelled by the tutor"), "plain"),
    State.CANCELLED_BY_PLATFORM: (gettext_lazy("cancelled by TutorMe"), "plain"),
    State.NO_SHOW_STUDENT: (gettext_lazy("the student was away"), "problem"),
    State.NO_SHOW_TUTOR: (gettext_lazy("the tutor was away"), "problem"),
    State.DISPUTED: (gettext_lazy("disputed"), "problem"),
    State.RESOLVED: (gettext_lazy("settled"), "plain"),
}
