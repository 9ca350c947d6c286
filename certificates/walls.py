"""Who sees the rows of certificates and of organisations' desks. Whoever has a certificate's code
checks it without an account: that door acts for the system."""

from tutorme.core.row_walls import ME, Open, Rows, Walled, asks_past, declare, through

_MINE = "IN (SELECT certificates_my_desks())"
_AT_DESK = f"organization_id {_MINE}"

asks_past(
    Rows(
        "certificates_my_desks",
        "SELECT organization_id FROM certificates_member WHERE user_id = core_actor()",
    )
)
declare(
    Walled("certificates_certificate", f"user_id = {ME} OR {_AT_DESK}", staff=True),
    Walled(
        "certificates_delivery", through("certificate_id", "certificates_certificate"), staff=True
    ),
    Walled(
        "certificates_member",
        f"user_id = {ME} OR {_AT_DESK} OR user_id IS NULL"
        f" AND email = (SELECT lower(email) FROM accounts_user WHERE id = {ME})",
        staff=True,
    ),
    # Also whoever was asked to its desk, or has a certificate of it.
    Walled(
        "certificates_organization",
        f"id {_MINE} OR id IN (SELECT organization_id FROM certificates_certificate"
        f" WHERE user_id = {ME}) OR EXISTS (SELECT 1 FROM certificates_member AS m"
        " WHERE m.organization_id = certificates_organization.id)",
        staff=True,
    ),
    Walled("certificates_learner", _AT_DESK, staff=True),
    Walled("certificates_learnerimport", f"created_by_id = {ME} OR {_AT_DESK}", staff=True),
    Walled("certificates_importrow", through("batch_id", "certificates_learnerimport"), staff=True),
    Open("certificates_certificatetemplate", "how a certificate looks"),
    Open("certificates_externalcourse", "a course's name and length"),
)
