from accounts.models.appointments import AdminProposal
from accounts.models.codes import MailedCode, PendingRegistration
from accounts.models.lives import DataExport, Deletion, Invitation
from accounts.models.personal_tokens import PersonalToken
from accounts.models.sessions import AuthSession
from accounts.models.subjects import Level, Skill, Subject
from accounts.models.tutors import (
    TutorLanguage,
    TutorPaper,
    TutorPrivate,
    TutorProfile,
    TutorReview,
    TutorSubject,
    TutorWord,
)
from accounts.models.users import HeldUsername, User

__all__ = [
    "AdminProposal",
    "AuthSession",
    "DataExport",
    "Deletion",
    "HeldUsername",
    "Invitation",
    "Level",
    "MailedCode",
    "PendingRegistration",
    "PersonalToken",
    "Skill",
    "Subject",
    "TutorLanguage",
    "TutorPaper",
    "TutorPrivate",
    "TutorProfile",
    "TutorReview",
    "TutorSubject",
    "TutorWord",
    "User",
]
