from uuid import uuid4

import pytest

from accounts.models import User
from certificates import codes
from certificates.services import taking_back
from tutorme.core.files.blobs import path_of
from tutorme.core.models import AuditEntry

ROOT = "/api/v1/certificates/"


def code_of(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_list_of_ones_own(issued, api, sam: User, otto: User, ada: User) -> None:
    (row,) = api(sam).get(ROOT).json()["results"]
    assert row["id"] == str(issued.pk)
    assert (row["state"], row["recipient"], row["completed_on"]) == ("issued", "Sam", "2026-11-21")
    assert row["verify_url"] == f"http://127.0.0.1:8000/verify/{issued.code}/"
    assert api(otto).get(ROOT).json()["results"] == []
    assert len(api(ada).get(ROOT).json()["results"]) == 1
    assert api(None).get(ROOT).status_code == 401


def test_the_number_of_queries(issued, api, sam: User, query_budget) -> None:
    client = api(sam)
    client.get(ROOT)
    with query_budget("certificates_list"):
        client.get(ROOT)
    with query_budget("certificates_read"):
        client.get(f"{ROOT}{issued.pk}/")
    with query_budget("certificates_verify"):
        api(None).get(f"{ROOT}verify/{issued.code}/")


def test_the_pdf_comes_to_its_owner_and_admins(issued, api, sam: User, ada: User) -> None:
    for person in (sam, ada):
        response = api(person).get(f"{ROOT}{issued.pk}/download/")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == (
            f'attachment; filename="certificate-{issued.serial}.pdf"'
        )
        assert response["X-Content-Type-Options"] == "nosniff"
        body = response.getvalue()
        assert body == path_of(issued.storage_key).read_bytes()


@pytest.mark.parametrize("path", ["", "download/"])
def test_others_find_nothing(issued, api, otto: User, path: str) -> None:
    assert code_of(api(otto).get(f"{ROOT}{issued.pk}/{path}")) == (404, "not-found")
    assert code_of(api(otto).get(f"{ROOT}{uuid4()}/{path}")) == (404, "not-found")
    assert api(None).get(f"{ROOT}{issued.pk}/{path}").status_code == 401


def test_a_proxy_may_send_the_file(issued, api, sam: User, settings) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/protected/"
    response = api(sam).get(f"{ROOT}{issued.pk}/download/")
    assert response["X-Accel-Redirect"] == f"/protected/{issued.storage_key}"
    assert response.content == b""


def test_a_lost_file_is_not_a_crash(issued, api, sam: User) -> None:
    path_of(issued.storage_key).unlink()
    assert code_of(api(sam).get(f"{ROOT}{issued.pk}/download/")) == (503, "unavailable")


def test_no_download_before_issue_or_after_revocation(pending, api, sam, ada, drain) -> None:
    path = f"{ROOT}{pending.pk}/download/"
    assert code_of(api(sam).get(path)) == (409, "certificate-not-ready")
    drain()
    pending.refresh_from_db()
    taking_back.revoke(certificate=pending, actor_id=ada.pk, reason="Error")
    assert code_of(api(sam).get(path)) == (409, "certificate-revoked")


def test_revoking_is_for_admins_and_needs_a_reason(issued, api, sam, tess, ada) -> None:
    path = f"{ROOT}{issued.pk}/revoke/"
    for person in (sam, tess):
        assert code_of(api(person).post(path, {"reason": "x"}, format="json"))[0] == 403
    for body in ({}, {"reason": ""}, {"reason": "x" * 301}, {"reason": "x", "state": "issued"}):
        assert code_of(api(ada).post(path, body, format="json")) == (400, "invalid-input")
    response = api(ada).post(path, {"reason": "Issued in error"}, format="json")
    assert (response.status_code, response.json()["state"]) == (200, "revoked")
    assert AuditEntry.objects.get(action="certificate.revoked").reason == "Issued in error"
    again = api(ada).post(path, {"reason": "Again"}, format="json")
    assert code_of(again) == (409, "certificate-revoked")


def test_there_is_nothing_to_retry_on_an_issued_one(issued, api, sam, otto) -> None:
    path = f"{ROOT}{issued.pk}/retry/"
    assert code_of(api(sam).post(path)) == (409, "nothing-to-retry")
    assert code_of(api(otto).post(path)) == (404, "not-found")


class TestVerifying:
    def test_a_stranger_reads_what_was_printed_and_nothing_else(self, issued, api) -> None:
        body = api(None).get(f"{ROOT}verify/{issued.code.lower().replace('-', '')}/").json()
        assert (body["state"], body["recipient"], body["course"]) == (
            "valid",
            "Sam",
            "Linear Algebra from the Ground Up",
        )
        assert not {"id", "user", "email", "enrollment", "job_id"} & set(body)
        assert "example.test" not in str(body)

    def test_revoked_says_so_and_why(self, issued, api, ada) -> None:
        taking_back.revoke(certificate=issued, actor_id=ada.pk, reason="Issued in error")
        body = api(None).get(f"{ROOT}verify/{issued.code}/").json()
        assert (body["state"], body["revoked_reason"]) == ("revoked", "Issued in error")

    def test_unknown_mistyped_and_pending_look_alike(self, pending, api, db) -> None:
        def seen(code: str) -> tuple[object, ...]:
            response = api(None).get(f"{ROOT}verify/{code}/")
            body = response.json()
            return response.status_code, body["code"], body["detail"], body["title"]

        wrong = pending.code[:-1] + ("0" if pending.code[-1] != "0" else "1")
        assert seen(pending.code) == seen(codes.new_code()) == seen(wrong) == seen("nonsense")
        assert seen(pending.code)[0] == 404

    def test_neither_serial_nor_id_opens_it(self, issued, api) -> None:
        for key in (issued.serial, str(issued.pk)):
            assert api(None).get(f"{ROOT}verify/{key}/").status_code == 404

    def test_guessing_is_limited(self, issued, api, settings) -> None:
        settings.API_LIMITS = {**settings.API_LIMITS, "verify": (3, 60)}
        statuses = [
            api(None).get(f"{ROOT}verify/{codes.new_code()}/").status_code for _ in range(5)
        ]
        assert statuses == [404, 404, 404, 429, 429]
        assert api(None).get(f"{ROOT}verify/{issued.code}/").status_code == 429
