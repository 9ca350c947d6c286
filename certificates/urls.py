from django.urls import path
from django.views.generic import RedirectView

from certificates.views import credentials, desk, imports, own

_ORG = "org/<uuid:pk>/"
_IMPORT = f"{_ORG}imports/<uuid:batch>/"

urlpatterns = [
    path("certificates/", own.mine, name="my-certificates"),
    path("me/certificates/", RedirectView.as_view(pattern_name="my-certificates")),
    path("certificates/<uuid:pk>/retry/", own.retry, name="certificate-retry"),
    path("certificates/<uuid:pk>/resend/", own.resend, name="certificate-resend"),
    path("certificates/<uuid:pk>/download/", own.download, name="certificate-download"),
    path("certificates/<uuid:pk>/file/", own.file, name="certificate-file"),
    path("verify/", own.verify_form, name="verify"),
    path("verify/<str:code>/", own.verify, name="verify-code"),
    path(
        "verify/<str:code>/credential.json", credentials.credential, name="certificate-credential"
    ),
    path(".well-known/did.json", credentials.did_document, name="did-document"),
    path(".well-known/certificate-seal.pem", credentials.seal, name="certificate-seal"),
    path("credentials/status/<int:number>/", credentials.status_list, name="status-list"),
    path("org/", desk.desks, name="org"),
    path("org/invitations/<uuid:member>/accept/", desk.accept, name="org-accept"),
    path(_ORG, RedirectView.as_view(pattern_name="org-learners"), name="org-desk"),
    path(f"{_ORG}learners/", desk.learners, name="org-learners"),
    path(f"{_ORG}learners/<uuid:learner>/retry/", desk.retry_learner, name="org-learner-retry"),
    path(f"{_ORG}certificates/", desk.certificates, name="org-certificates"),
    path(f"{_ORG}certificates/zip/", desk.bundle, name="org-bundle"),
    path(f"{_ORG}certificates/zip/<uuid:job>/", desk.bundle_file, name="org-bundle-file"),
    path(f"{_ORG}certificates/<uuid:certificate>/resend/", desk.resend, name="org-resend"),
    path(f"{_ORG}members/", desk.members, name="org-members"),
    path(f"{_ORG}members/contact/", desk.contact, name="org-contact"),
    path(f"{_ORG}members/<uuid:member>/dismiss/", desk.dismiss, name="org-dismiss"),
    path(f"{_ORG}imports/", imports.imports_page, name="org-imports"),
    path(_IMPORT, imports.import_page, name="org-import"),
    path(f"{_IMPORT}problems.csv", imports.problems, name="org-import-problems"),
    *(
        path(f"{_IMPORT}{what}/", imports.decide, {"what": what}, name=f"org-import-{what}")
        for what in ("commit", "discard", "undo")
    ),
]
