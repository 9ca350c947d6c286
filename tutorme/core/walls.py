"""Who sees core's rows, and those of Django's own tables."""

from tutorme.core.row_walls import Closed, Open, Walled, declare, own, through

declare(
    Walled("core_auditentry", own("actor_id"), staff=True),
    Walled("core_auditseal", through("entry_id", "core_auditentry"), staff=True),
    Walled("core_auditunsealed", through("entry_id", "core_auditentry"), staff=True),
    Walled("core_job", own("owner_id"), staff=True),
    Walled("core_bulkrow", through("job_id", "core_job"), staff=True),
    Walled("core_reportexport", own("owner_id"), staff=True),
    Closed("core_idempotencyrecord", "answers kept for who wrote; only writing requests look"),
    # For those who look after the machinery.
    Walled("core_inboxmessage", "false", staff=True),
    Walled("core_outboxevent", "false", staff=True),
    Walled("core_outboxdelivery", "false", staff=True),
    Closed("core_limitwindow", "counts of addresses and accounts"),
    Walled("core_invariantcheck", "false", staff=True),
    Open("core_storedfile", "a name and a size; who gets the bytes, its purpose decides in code"),
    Closed("django_session", "read before anybody is known, by a secret key"),
    Walled("django_admin_log", own("user_id"), staff=True),
    Open("django_content_type", "names of tables"),
    Open("django_migrations", "names of migrations"),
    Open("auth_permission", "names of rights"),
    Open("auth_group", "names of groups"),
    Open("auth_group_permissions", "names of rights"),
)
