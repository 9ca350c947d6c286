from accounts.models.codes import MailedCode, PendingRegistration
from accounts.models.personal_tokens import PersonalToken
from accounts.models.sessions import AuthSession
from accounts.models.tutors import TutorProfile
from accounts.models.users import User

__all__ = [
    "AuthSession",
    "MailedCode",
    "PendingRegistration",
    "PersonalToken",
    "TutorProfile",
    "User",
]
