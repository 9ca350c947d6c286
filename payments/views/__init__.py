"""Pages. Every step is a form or a link; nothing needs JavaScript."""
