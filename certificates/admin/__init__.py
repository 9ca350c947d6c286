from certificates.admin import certificates, organizations, templates

__all__ = ["certificates", "organizations", "templates"]
