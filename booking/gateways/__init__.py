"""Providers of meetings and calendars. `base` is what services know; each other module speaks to
one provider, through `tutorme.core.http`."""
