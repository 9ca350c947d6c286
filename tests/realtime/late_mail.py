"""A process that sends one mail and is killed before it hears the answer."""

import sys
from uuid import UUID

import django

django.setup()

from realtime.services import mail  # noqa: E402  (settings must stand first)

mail.deliver(UUID(sys.argv[1]))
