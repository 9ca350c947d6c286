"""What is kept of what was said and told, and the pace of event streams."""

from datetime import timedelta

from tutorme.settings.given import env

REALTIME_DRIVER = env.text("REALTIME_DRIVER")
STREAM_URL = env.text("STREAM_URL").rstrip("/")
MAX_EMAIL_RETRY_ATTEMPTS = env.number("MAX_EMAIL_RETRY_ATTEMPTS")
EMAIL_RETRY_DELAY = timedelta(seconds=env.number("EMAIL_RETRY_DELAY"))
# What was said on channels; who was away longer reads anew.
LIVE_EVENTS_KEPT_FOR = timedelta(hours=env.number("LIVE_EVENT_HOURS"))
NOTIFICATIONS_KEPT_FOR = timedelta(days=env.number("NOTIFICATION_DAYS"))
MAILS_KEPT_FOR = timedelta(days=env.number("MAIL_DAYS"))
# Event streams. `per_process` is for the web process, where each holds one of its 32 threads;
# `per_stream_process` for tutorme.asgi_stream, where it holds a task and no thread.
STREAMS: dict[str, float] = {
    "poll_seconds": 5,
    "heartbeat_seconds": 15,
    "recheck_seconds": 30,
    "lifetime_seconds": 300,
    # How long somebody counts as here after the last sign of their connection.
    "lease_seconds": 45,
    "retry_seconds": 3,
    "per_user": 6,
    "per_process": 20,
    "per_stream_process": 4000,
}
