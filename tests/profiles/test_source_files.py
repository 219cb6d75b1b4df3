"""Files of sources: what is taken, who reads them, and that they go for good."""

import io
import zipfile
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iscm_registry import merging, revision
from iscm_registry.roles import DATA_ENTRY, REVIEWER
from profiles import source_files
from profiles.models import SourceFile
from profiles.uploads import Refused
from tests.factories import make_draft, make_membership, make_profile, make_source
from tests.profiles.staff_forms import change_url
from tests.profiles.test_comments import of_role

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 xqzbytes"


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return packed.getvalue()


def kept(source=None, *, is_public=False, name="Note verbale.pdf"):
    file = source_files.add(source or make_source(), name, PDF, by=None)
    SourceFile.objects.filter(pk=file.pk).update(is_public=is_public)
    file.refresh_from_db()
    return file


def page_of(source):
    return reverse("admin:profiles_source_files", args=[source.pk])


def staff_url(file):
    return reverse("admin:profiles_source_file", args=[file.key])


def public_url(file):
    return reverse("source-file", args=[file.key])


def stored():
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def clerk():
    return of_role("clerk", DATA_ENTRY)


@pytest.fixture
def reviewer():
    return of_role("reviewer", REVIEWER)


# --- What is taken ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (b"\x89PNG\r\n\x1a\n...", "png"),
        (b"\xff\xd8\xff\xe0...", "jpg"),
        (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    ],
)
def test_kind_is_told_by_content_and_not_by_name(clerk, content, kind):
    source = make_source()
    given = SimpleUploadedFile("The note.html", content, content_type="text/html")

    answer = clerk.post(page_of(source), {"file": given}, follow=True)

    assert answer.status_code == 200
    file = source.files.get()
    assert (file.name, file.kind, file.is_public) == (f"The note.{kind}", kind, False)
    assert file.added_by == clerk.user
    assert f"The note.{kind}" in answer.content.decode()
    assert LogEntry.objects.get_for_object(file).get().actor == clerk.user


def test_form_of_a_source_leads_to_its_files(clerk):
    source = make_source()
    kept(source)

    form = clerk.get(change_url(source)).content.decode()

    assert page_of(source) in form
    assert "Files (1)" in form


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "not kept"),
        ("image.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not kept"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not kept"),
        ("run.pdf", b"MZ\x90", "not kept"),
        ("archive.docx", zipped("readme.txt"), "not kept"),
        ("macro.docx", zipped("word/document.xml", "word/vbaProject.bin"), "macros"),
        ("cut.docx", zipped("word/document.xml")[:40], "damaged"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_other_files_are_refused_in_words(clerk, name, content, told):
    source = make_source()

    answer = clerk.post(page_of(source), {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not source.files.exists()
    assert not stored()


def test_large_file_is_refused(monkeypatch):
    monkeypatch.setattr("profiles.uploads.limits.FILE_BYTES", 10)

    with pytest.raises(Refused, match="MB"):
        source_files.add(make_source(), "a.pdf", PDF, by=None)

    assert not stored()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\notes\\Nota verbal.PDF", "Nota verbal.pdf"),
        ("مذكرة.pdf", "مذكرة.pdf"),
        ('a"; filename="x.html\r\nX: y', "a_ filename_x.pdf"),
        ("...", "file.pdf"),
    ],
)
def test_name_is_no_path_and_no_header(given, name):
    file = kept(name=given)

    assert file.name == name
    assert Path(file.file.path).is_relative_to(settings.MEDIA_ROOT)


# --- Who reads it ----------------------------------------------------------------


def test_staff_save_a_file_and_are_never_shown_it(clerk):
    file = kept()

    answer = clerk.get(staff_url(file))

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]


def test_private_file_is_found_at_no_address(client, clerk):
    source = make_source()
    make_profile(sources=[source])
    file = kept(source)

    for reader in (client, clerk):
        assert reader.get(public_url(file)).status_code == 404
    for guess in (f"/{file.file.name}", f"/media/{file.file.name}"):
        assert client.get(guess).status_code == 404
        assert client.get(f"/static{guess}").status_code == 404
    refused = client.get(staff_url(file))
    assert refused.status_code == 302
    assert "login" in refused.url


def test_public_file_stands_beside_its_source(client, reviewer):
    source = make_source()
    profile = make_profile(sources=[source])
    file, other = kept(source), kept(source, name="Private xqz.pdf")
    url = profile.get_absolute_url()
    assert file.name not in client.get(url, follow=True).content.decode()
    before = revision.current()

    reviewer.post(page_of(source), {"key": str(file.key), "_publish": "1"})

    assert revision.current() != before
    page = client.get(url, follow=True).content.decode()
    assert public_url(file) in page
    assert other.name not in page
    answer = client.get(public_url(file))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.post(public_url(file)).status_code in (403, 405)
    # And is taken back.
    reviewer.post(page_of(source), {"key": str(file.key), "_hide": "1"})
    assert client.get(public_url(file)).status_code == 404
    assert file.name not in client.get(url, follow=True).content.decode()


def test_public_file_of_a_source_that_only_a_draft_names_stays_inside(client):
    source = make_source()
    draft = make_draft(sources=[source])
    make_membership(draft, source=source)
    file = kept(source, is_public=True)

    assert client.get(public_url(file)).status_code == 404


def test_reviewers_alone_publish_and_remove(clerk, reviewer):
    file = kept()
    url = page_of(file.source)
    for step in ("_publish", "_hide", "_remove"):
        said = {"key": str(file.key), step: "1"}
        assert clerk.post(url, said).status_code == 403
    assert "Make public" not in clerk.get(url).content.decode()
    for wrong in ("nonsense", str(kept().key)):
        assert reviewer.post(url, {"key": wrong}).status_code == 404


def test_file_that_the_storage_lost_is_not_found(clerk):
    file = kept()
    Path(file.file.path).unlink()

    assert clerk.get(staff_url(file)).status_code == 404


def test_page_costs_the_same_number_of_queries_for_many_files(client):
    def queries(number):
        sources = [make_source() for _ in range(number)]
        profile = make_profile(sources=sources)
        for source in sources:
            kept(source, is_public=True)
        client.get(profile.get_absolute_url(), follow=True)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{profile.get_absolute_url()}?", follow=True)
        return len(asked)

    queries(1)
    assert queries(2) == queries(9)


# --- That it goes ----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_file_goes_with_its_record_and_with_its_source():
    source = make_source()
    kept(source).delete()
    assert not stored()
    kept(source)
    [there] = stored()
    assert there.stat().st_mode & 0o077 == 0

    source.delete()

    assert not stored()


@pytest.mark.django_db(transaction=True)
def test_removal_that_is_rolled_back_keeps_the_file():
    file = kept()

    with transaction.atomic():
        file.delete()
        transaction.set_rollback(True)

    assert stored()
    assert SourceFile.objects.filter(key=file.key).exists()


def test_file_follows_its_source_through_a_merge(clerk):
    keep, removed = make_source(), make_source()
    file = kept(removed)

    merging.merge(keep, removed, by=None)

    file.refresh_from_db()
    assert file.source == keep
    assert stored()
