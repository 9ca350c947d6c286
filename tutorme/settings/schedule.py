"""What beat sends and how often. Each entry only looks for rows that are due."""

from datetime import timedelta
from typing import Any

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "release-holds": {"task": "booking.release_lapsed", "schedule": 30.0},
    "judge-lessons": {"task": "booking.judge_lessons", "schedule": 30.0},
    "remind-of-lessons": {"task": "booking.send_reminders", "schedule": 30.0},
    "serve-waitlists": {"task": "booking.serve_waitlists", "schedule": timedelta(minutes=5)},
    "look-at-calendars": {"task": "booking.look_at_calendars", "schedule": 30.0},
    "reconcile-meetings": {"task": "booking.reconcile_meetings", "schedule": 60.0},
    "roll-free-times": {"task": "booking.roll_free_times", "schedule": 60.0},
    "sweep-outbox": {"task": "core.sweep_outbox", "schedule": 5.0},
    "sweep-jobs": {"task": "core.sweep_jobs", "schedule": 5.0},
    "sweep-inbox": {"task": "core.sweep_inbox", "schedule": 15.0},
    "payments-reconcile": {"task": "payments.reconcile", "schedule": 15.0},
    "payments-compare": {"task": "payments.compare", "schedule": timedelta(days=1)},
    "payments-seal": {"task": "payments.seal_ledger", "schedule": 5.0},
    "payments-mature": {"task": "payments.mature_earnings", "schedule": 60.0},
    "payments-payouts": {"task": "payments.follow_payouts", "schedule": 60.0},
    "payments-endings": {"task": "payments.watch_endings", "schedule": timedelta(hours=1)},
    "close-attempts": {"task": "courses.close_expired_attempts", "schedule": 60.0},
    "tidy-boards": {"task": "courses.tidy_boards", "schedule": 60.0},
    "rank-courses": {"task": "courses.rerank", "schedule": timedelta(days=1)},
    "purge-accounts": {"task": "accounts.purge", "schedule": timedelta(hours=1)},
    "purge-core": {"task": "core.purge", "schedule": timedelta(hours=1)},
    "certificates-graphy": {
        "task": "certificates.reconcile_graphy",
        "schedule": timedelta(days=1),
    },
    "certificates-tidy": {"task": "certificates.tidy", "schedule": timedelta(hours=1)},
    "video-presence": {"task": "video.sweep_presence", "schedule": 10.0},
    "video-close": {"task": "video.close_rooms", "schedule": 30.0},
    "video-purge": {"task": "video.purge_signals", "schedule": timedelta(hours=1)},
    "webhooks-purge": {"task": "webhooks.purge", "schedule": timedelta(hours=1)},
    "check-invariants": {"task": "core.check_invariants", "schedule": timedelta(minutes=5)},
    "sweep-presence": {"task": "realtime.sweep_presence", "schedule": 5.0},
    "push-owed": {"task": "realtime.push", "schedule": 5.0},
    "send-waiting-mails": {"task": "realtime.send_waiting", "schedule": 60.0},
    "purge-realtime": {"task": "realtime.purge", "schedule": timedelta(hours=1)},
    "sweep-files": {"task": "core.sweep_files", "schedule": timedelta(hours=1)},
}
