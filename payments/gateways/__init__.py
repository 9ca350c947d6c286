"""Providers of payment. `base` is what services know; each other module speaks to one provider."""
