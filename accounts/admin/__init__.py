"""Found by Django at start: each module registers its part."""

from accounts.admin import people, subjects, tutors

__all__ = ["people", "subjects", "tutors"]
