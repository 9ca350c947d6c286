import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from certificates import codes
from certificates.models import Certificate, CertificateTemplate
from certificates.services import issuing, taking_back, templates
from tests.certificates.conftest import completed
from tutorme.core.models import AuditEntry


@pytest.fixture
def visitor() -> Client:
    return Client()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_list_without_certificates(sam: User) -> None:
    page = signed_in(sam).get("/certificates/")
    assert page.status_code == 200
    assert "No certificates yet" in page.content.decode()


def test_the_list_asks_visitors_to_sign_in(db, visitor) -> None:
    assert visitor.get("/certificates/").status_code == 302


def test_a_certificate_in_the_making_shows_its_job(pending, sam: User) -> None:
    page = signed_in(sam).get("/certificates/").content.decode()
    assert "Making your certificate" in page
    assert str(pending.job_id) in page
    assert 'http-equiv="refresh"' in page


def test_an_issued_certificate_can_be_downloaded(issued, sam: User, otto: User) -> None:
    page = signed_in(sam).get("/certificates/").content.decode()
    path = f"/certificates/{issued.pk}/download/"
    assert path in page
    assert issued.verify_url in page
    assert 'http-equiv="refresh"' not in page
    response = signed_in(sam).get(path)
    assert response["Content-Type"] == "application/pdf"
    assert response.getvalue().startswith(b"%PDF-")
    assert signed_in(otto).get(path).status_code == 404
    assert "Linear Algebra" not in signed_in(otto).get("/certificates/").content.decode()


def test_a_serial_stays_in_one_piece(issued, sam: User, visitor) -> None:
    """It has hyphens, after which a narrow page would break the line."""
    for page in (
        signed_in(sam).get("/certificates/").text,
        visitor.get(f"/verify/{issued.code}/").text,
    ):
        body = re.sub(r'href="[^"]*"', "", page[page.index("<main") :])
        whole = re.findall(rf'<span class="(?:mono )?nowrap">{issued.serial}</span>', body)
        assert len(whole) == body.count(issued.serial) > 0


@pytest.mark.parametrize(
    "name",
    [
        "Maximiliana Konstantinopolitanska-Featherstonehaugh von und zu Hohenlohe-Waldenburg",
        "محمد بن سلمان الخوارزمي",
        "王小明",
        "山田太郎",
        "Đặng Thị Ngọc Ánh",
        '<b>Bobby</b> Tables & "Sons"',
        "O'Neil-Łukasiewicz ß",
    ],
)
def test_difficult_names_are_read_without_a_script(name, issued, sam, visitor) -> None:
    """On the owner's page and on the public one: whole, as text, in their own direction."""
    with connection.cursor() as cursor:
        # Of a row whose facts nobody may change: as it would have been issued.
        cursor.execute("SET LOCAL session_replication_role = replica")
        facts = {**issued.facts, "recipient": name}
        Certificate.objects.filter(pk=issued.pk).update(facts=facts)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    said = f"<bdi>{escape(name)}</bdi>"
    assert said in signed_in(sam).get("/certificates/").content.decode()
    page = visitor.get(f"/verify/{issued.code}/").content.decode()
    assert said in page
    assert re.search(rf"<h1[^>]*>\s*{re.escape(escape(name))}", page)


def test_a_failed_one_can_be_tried_again(sam, tess, otto, media, drain) -> None:
    User.objects.filter(pk=sam.pk).update(display_name="สมชาย")
    certificate = issuing.issue(completed(sam, tess).pk)
    drain()
    page = signed_in(sam).get("/certificates/").content.decode()
    again = f"/certificates/{certificate.pk}/retry/"
    assert again in page
    assert "U+0E2A" in page
    User.objects.filter(pk=sam.pk).update(display_name="Yamada")
    assert signed_in(otto).post(again).status_code == 404
    assert signed_in(sam).post(again).status_code == 302
    drain()
    certificate.refresh_from_db()
    assert certificate.state == "issued"


def test_the_list_costs_the_same_for_one_as_for_many(issued, sam, tess, query_budget) -> None:
    for _ in range(3):
        issuing.issue(completed(sam, tess).pk)
    client = signed_in(sam)
    with query_budget("certificates_mine_page"):
        client.get("/certificates/")


class TestVerifying:
    def test_the_form_leads_to_the_codes_own_address(self, issued, visitor) -> None:
        typed = issued.code.replace("-", " ").lower()
        page = visitor.get("/verify/", {"code": typed})
        assert (page.status_code, page["Location"]) == (302, f"/verify/{issued.code}/")

    def test_a_mistyped_code_is_noticed_before_anything_is_looked_up(self, db, visitor) -> None:
        page = visitor.get("/verify/", {"code": "K7QF3-9MZXA-R4T2B-0WNHX"})
        assert page.status_code == 422
        assert "one of its letters or digits is off" in page.content.decode()

    def test_valid(self, issued, visitor, sam: User, query_budget) -> None:
        with query_budget("certificates_verify_page"):
            page = visitor.get(f"/verify/{issued.code}/")
        body = page.content.decode()
        assert page.status_code == 200
        for words in ("Sam", "Linear Algebra from the Ground Up", "Tess", issued.serial, "<svg"):
            assert words in body
        assert sam.email not in body
        assert str(sam.pk) not in body
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert 'name="robots" content="noindex' in body

    def test_it_leads_to_the_profile_of_its_owner_filled_in(self, issued, visitor) -> None:
        body = visitor.get(f"/verify/{issued.code}/").content.decode()
        said = re.search(r'href="(https://www\.linkedin\.com/profile/add\?[^"]+)"', body)
        assert said is not None
        asked = parse_qs(urlsplit(unescape(said[1])).query)
        assert asked["name"] == ["Linear Algebra from the Ground Up"]
        assert asked["certUrl"] == [issued.verify_url]
        assert asked["certId"] == [issued.serial]
        Certificate.objects.filter(pk=issued.pk).update(
            state="revoked", revoked_at=issued.issued_at, revoked_reason="x"
        )
        assert "linkedin" not in visitor.get(f"/verify/{issued.code}/").content.decode()

    def test_the_page_keeps_to_the_content_policy(self, issued, visitor) -> None:
        body = visitor.get(f"/verify/{issued.code}/").content.decode()
        assert not re.search(r"\sstyle=", body)

    def test_revoked(self, issued, visitor, ada: User) -> None:
        taking_back.revoke(certificate=issued, actor_id=ada.pk, reason="Issued in error")
        body = visitor.get(f"/verify/{issued.code}/").content.decode()
        assert "This certificate was revoked" in body
        assert "Issued in error" in body

    def test_unknown(self, pending, visitor) -> None:
        for code in (codes.new_code(), pending.code, "nonsense", "x" * 500):
            page = visitor.get(f"/verify/{code}/")
            assert page.status_code == 404
            assert "No certificate has this code" in page.content.decode()
            assert page["X-Robots-Tag"] == "noindex, nofollow"

    def test_guessing_is_limited_with_the_api(self, issued, visitor, api, settings) -> None:
        settings.API_LIMITS = {**settings.API_LIMITS, "verify": (3, 60)}
        api(None).get(f"/api/v1/certificates/verify/{codes.new_code()}/")
        statuses = [visitor.get(f"/verify/{codes.new_code()}/").status_code for _ in range(4)]
        assert statuses == [404, 404, 429, 429]
        assert int(visitor.get(f"/verify/{issued.code}/")["Retry-After"]) > 0

    def test_hostile_codes_are_text(self, db, visitor) -> None:
        page = visitor.get("/verify/", {"code": '"><script>alert(1)</script>'})
        assert b"<script>alert(1)" not in page.content


class TestAdmin:
    LIST = "/admin/certificates/certificate/"

    def act(self, ada: User, row: Certificate, action: str, **more: str):
        data = {"action": action, "_selected_action": str(row.pk), **more}
        return signed_in(ada).post(self.LIST, data, follow=True)

    def test_revoking_needs_a_reason(self, issued, ada: User) -> None:
        page = self.act(ada, issued, "revoke")
        assert 'name="reason"' in page.content.decode()
        issued.refresh_from_db()
        assert issued.state == "issued"
        sure = {"asked": "1", "counted": "1"}
        self.act(ada, issued, "revoke", reason="Issued in error", **sure)
        issued.refresh_from_db()
        assert (issued.state, issued.revoked_by_id) == ("revoked", ada.pk)
        assert AuditEntry.objects.filter(action="certificate.revoked", actor=ada).exists()

    def test_printing_again(self, issued, ada: User, drain) -> None:
        first = issued.job_id
        self.act(ada, issued, "reprint")
        drain()
        issued.refresh_from_db()
        assert issued.job_id != first
        assert issued.job is not None
        assert issued.job.state == "succeeded"

    def test_facts_cannot_be_typed_over(self, issued, ada: User) -> None:
        page = signed_in(ada).get(f"{self.LIST}{issued.pk}/change/")
        assert page.status_code == 200
        assert 'name="facts"' not in page.content.decode()

    def test_a_design_is_proved_before_it_becomes_a_version(self, issued, ada: User, drain) -> None:
        add = "/admin/certificates/certificatetemplate/add/"
        bad = {"name": "plain", "html": "<p>{{ recipient.__class__ }}</p>", "css": "p{}"}
        page = signed_in(ada).post(add, bad)
        assert "Getattr is not allowed" in page.content.decode()
        assert CertificateTemplate.objects.filter(name="plain").count() == 0

        good = {
            "name": "plain",
            "html": '<p class="fit" id="who">{{ recipient }}</p><p>{{ code }}</p>',
            "css": '@page{size:A4} p{font-family:"Besley","Vazirmatn";overflow-wrap:anywhere}',
        }
        assert signed_in(ada).post(add, good).status_code == 302
        version = CertificateTemplate.objects.get(name="plain")
        assert (version.version, version.created_by_id) == (1, ada.pk)
        templates.make_default(template=version, actor_id=ada.pk)
        assert templates.current() == version

        source = signed_in(ada).get(f"{add[:-4]}{version.pk}/change/").content.decode()
        shown = source.index("<pre")
        assert "{{ recipient }}" in source[shown : source.index("</pre>", shown)]
        assert 'name="html" value="' in source, "what the preview prints"
        assert "<textarea" not in source
