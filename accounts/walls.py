"""Who sees the rows of accounts, and of allauth's tables."""

from tutorme.core.row_walls import ME, Closed, Open, Walled, declare, own, owned_through

_IN_THE_OPEN = "what a tutor says of themselves to everybody"

declare(
    Open("accounts_user", "names are on every page; address and password no page reads of others"),
    Walled("accounts_user_groups", own("user_id"), staff=True),
    Walled("accounts_user_user_permissions", own("user_id"), staff=True),
    Walled("accounts_adminproposal", own("user_id"), staff=True),
    Walled("accounts_authsession", own("user_id"), staff=True),
    Walled("accounts_dataexport", own("user_id")),
    Walled("accounts_deletion", own("user_id"), staff=True),
    Closed("accounts_heldusername", "names somebody had"),
    Walled("accounts_invitation", f"user_id = {ME} OR invited_by_id = {ME}", staff=True),
    Walled("accounts_mailedcode", own("user_id")),
    Closed("accounts_pendingregistration", "people who are not here yet"),
    Walled("accounts_personaltoken", own("user_id")),
    Walled("accounts_skill", own("user_id")),
    Open("accounts_subject", "the list of subjects"),
    Open("accounts_tutorprofile", _IN_THE_OPEN),
    Open("accounts_tutorlanguage", _IN_THE_OPEN),
    Open("accounts_tutorsubject", _IN_THE_OPEN),
    Open("accounts_tutorword", "words to search by"),
    Walled("accounts_tutorprivate", own("profile_id"), staff=True),
    Walled("accounts_tutorpaper", own("profile_id"), staff=True),
    Walled("accounts_tutorreview", own("profile_id"), staff=True),
    Walled("account_emailaddress", own("user_id"), staff=True),
    Walled("account_emailconfirmation", owned_through("email_address_id", "account_emailaddress")),
    Walled("mfa_authenticator", own("user_id"), staff=True),
    Walled("socialaccount_socialaccount", own("user_id"), staff=True),
    Walled("socialaccount_socialtoken", owned_through("account_id", "socialaccount_socialaccount")),
    Open("socialaccount_socialapp", "empty: ways in are settings"),
)
