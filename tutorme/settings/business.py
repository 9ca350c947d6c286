"""The terms of the house: money, what a model may cost, what certificates say."""

from datetime import timedelta

from tutorme.settings.given import env

# What the house keeps, in thousandths, from so many lessons or sales of the seller on. An admin's
# schedule in the database goes before it.
COMMISSION_TIERS = [[0, 200], [20, 180], [100, 150]]
# What the house keeps of a trial lesson, and what it adds to the money that goes back where a tutor
# did not come; both in thousandths of the price.
TRIAL_COMMISSION_PER_MILLE = 200
NO_SHOW_CREDIT_PER_MILLE = 100
# Contained in prices; the sum is kept apart for whoever it is owed to.
TAX_PER_MILLE = env.number("TAX_PER_MILLE")
# A sale's share waits as long as its buyer may give the thing back; a lesson's as long as either
# side may say that something was wrong.
REFUND_WINDOW = timedelta(days=env.number("REFUND_DAYS"))
REFUND_PROGRESS_PERCENT = env.number("REFUND_PROGRESS_PERCENT")
DISPUTE_WINDOW = timedelta(hours=env.number("DISPUTE_HOURS"))
# In minor units of any currency: above it a second person decides.
REFUND_LIMIT_MINOR = env.number("REFUND_LIMIT_MINOR")
PAYOUT_MINIMUM_MINOR = env.number("PAYOUT_MINIMUM_MINOR")
PAYOUT_TWO_PERSON_MINOR = env.number("PAYOUT_TWO_PERSON_MINOR")
# A changed payout address is not used before this has passed.
PAYOUT_COOL_DOWN = timedelta(hours=env.number("PAYOUT_COOL_DOWN_HOURS"))
CREDIT_WARNING = timedelta(days=7)
BUSINESS = {
    "name": env.text("BUSINESS_NAME"),
    "address": env.text("BUSINESS_ADDRESS"),
    "tax_number": env.text("BUSINESS_TAX_NUMBER"),
}

# What a person may ask of the model a day (UTC), without and with a plan that has the AI studio.
AI_A_DAY: dict[str, tuple[int, int]] = {
    "course": (env.number("AI_FREE_COURSES_A_DAY"), env.number("AI_PLAN_COURSES_A_DAY")),
    "exercise": (env.number("AI_FREE_EXERCISES_A_DAY"), env.number("AI_PLAN_EXERCISES_A_DAY")),
    "solve": (env.number("AI_FREE_SOLVES_A_DAY"), env.number("AI_PLAN_SOLVES_A_DAY")),
    "hint": (env.number("AI_FREE_HINTS_A_DAY"), env.number("AI_PLAN_HINTS_A_DAY")),
    "match": (env.number("AI_FREE_MATCHES_A_DAY"), env.number("AI_PLAN_MATCHES_A_DAY")),
}
AI_JOB_CEILING_MICROS = env.number("AI_JOB_CEILING_MICROS")
AI_DAY_BUDGET_MICROS = env.number("AI_DAY_BUDGET_MICROS")

CERTIFICATE_ISSUER = env.text("CERTIFICATE_ISSUER")
CERTIFICATE_SEAL_PEM = env.text("CERTIFICATE_SEAL_PEM")
CERTIFICATE_RETENTION = timedelta(days=env.number("CERTIFICATE_RETENTION_DAYS"))
CERTIFICATE_RESEND_SECONDS = env.number("CERTIFICATE_RESEND_SECONDS")
CERTIFICATE_LINK_LIFE = timedelta(days=env.number("CERTIFICATE_LINK_DAYS"))
MAX_CSV_ROWS = env.number("MAX_CSV_ROWS")
RENDER_LIMITS = {
    "at_once": env.number("RENDER_AT_ONCE"),
    "cpu_seconds": env.number("RENDER_CPU_SECONDS"),
    "memory_mb": env.number("RENDER_MEMORY_MB"),
}
