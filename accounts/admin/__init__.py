"""Found by Django at start: each module registers its part."""

from accounts.admin import people, proposals, subjects, tutors

__all__ = ["people", "proposals", "subjects", "tutors"]
