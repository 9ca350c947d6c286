from certificates.admin import certificates, completions, imports, organizations, templates

__all__ = ["certificates", "completions", "imports", "organizations", "templates"]
