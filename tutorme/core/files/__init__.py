"""What people upload: checked, kept, linked, swept.

`purposes` say what may be uploaded for what; `storing` writes; `serving` hands out.
"""
