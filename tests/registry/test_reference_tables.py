import csv
import datetime
import io
import os
import re

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from iscm_registry import revision
from partnerships.models import Organisation, OrganisationAlias
from profiles.admin import exchange
from profiles.models import Source, StateAlias, Theme, ThemeAlias
from tests.factories import (
    make_gcm_objective,
    make_organisation,
    make_source,
    make_state,
    make_theme,
)

pytestmark = pytest.mark.django_db

TABLES = [Organisation, OrganisationAlias, Source, Theme, StateAlias, ThemeAlias]
CSV, XLSX = "0", "1"


def address(model, name):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}")


def upload(client, model, content, form=CSV, name="table.csv"):
    """Upload a file and return the page that shows what it would do."""
    if isinstance(content, str):
        content = content.encode()
    file = SimpleUploadedFile(name, content)
    return client.post(
        address(model, "import"), {"import_file": file, "format": form, "resource": "0"}
    )


def confirm(client, model, page):
    form = page.context["confirm_form"]
    data = {name: form[name].value() for name in form.fields}
    return client.post(address(model, "process_import"), data, follow=True)


def export(client, model, form=CSV):
    return client.post(address(model, "export"), {"format": form, "resource": "0"})


def rows(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def problems(page):
    result = page.context["result"]
    assert "confirm_form" not in page.context
    base = [str(error.error) for error in result.base_errors]
    invalid = [
        (row.number + 1, column, message)
        for row in result.invalid_rows
        for column, messages in row.field_specific_errors.items()
        for message in messages
    ]
    assert not result.row_errors()
    return base + invalid


def test_a_table_is_shown_before_it_is_taken_over(admin_client):
    page = upload(
        admin_client,
        Organisation,
        "slug;name_en;name_fr;acronym_en;type\nsica;System;Système;SICA;regional_union\n",
    )
    assert not Organisation.objects.exists()
    assert "Système" in page.content.decode()

    confirm(admin_client, Organisation, page)

    sica = Organisation.objects.get()
    assert (sica.slug, sica.name_en, sica.name_fr) == ("sica", "System", "Système")
    assert sica.type == "regional_union"


def test_only_what_differs_is_changed_and_columns_left_out_stay(admin_client):
    same = make_organisation(slug="same", name_en="Same", note="Kept")
    other = make_organisation(slug="other", name_en="Old", website="https://e.org")

    page = upload(admin_client, Organisation, "slug,name_en\nsame,Same\nother,New\n")
    assert "<del>Old</del> <ins>New</ins>" in page.content.decode()
    before = LogEntry.objects.count()
    confirm(admin_client, Organisation, page)

    other.refresh_from_db()
    same.refresh_from_db()
    assert (other.name_en, other.website, same.note) == ("New", "https://e.org", "Kept")
    entry = LogEntry.objects.latest()
    assert LogEntry.objects.count() == before + 1
    assert entry.actor == User.objects.get(username="admin")
    assert entry.changes["name_en"] == ["Old", "New"]


def test_an_import_changes_public_pages_and_a_preview_does_not(admin_client):
    before = revision.current()
    page = upload(admin_client, Theme, "slug,name_en\nhealth,Health\n")
    assert revision.current() == before

    confirm(admin_client, Theme, page)

    assert revision.current() != before


def test_records_of_other_tables_are_named_by_their_keys(admin_client):
    state, source = make_state("CRI"), make_source(slug="iom")
    make_gcm_objective(1)
    make_gcm_objective(9)
    make_organisation(slug="sica", name_en="SICA")
    for model, content in (
        (StateAlias, "name,state\nCosta Rica (RC),CRI\n"),
        (OrganisationAlias, "name,organisation\nSistema,sica\n"),
        (Theme, "slug,name_en,gcm_objectives\nsmuggling,Smuggling,1|9\n"),
        (ThemeAlias, "name,theme\nIllicit crossing,smuggling\n"),
        (Organisation, "slug,source\nsica,iom\n"),
    ):
        confirm(admin_client, model, upload(admin_client, model, content))

    assert StateAlias.objects.get().state == state
    organisation = Organisation.objects.get()
    assert organisation.source == source
    assert organisation.aliases.get().name == "Sistema"
    assert ThemeAlias.objects.get().theme.slug == "smuggling"
    objectives = Theme.objects.get().gcm_objectives
    assert list(objectives.values_list("number", flat=True)) == [1, 9]


def test_errors_name_line_and_column_and_nothing_is_taken_over(admin_client):
    make_gcm_objective(1)
    page = upload(
        admin_client,
        Organisation,
        "slug,name_en,type,website,source\ngood,Good,,,\nbad,,wrong,nonsense,nobody\n",
    )
    found = problems(page)
    places = {(line, column) for line, column, _ in found}
    assert places == {(3, "name_en"), (3, "type"), (3, "website"), (3, "source")}

    assert "<code>website</code>" in page.content.decode()

    page = upload(
        admin_client, Theme, "slug,name_en,gcm_objectives\nhealth,Health,1|99\n"
    )
    ((line, column, message),) = problems(page)
    assert (line, column) == (2, "gcm_objectives")
    assert "99" in message
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("slug,nmae_en\na,A\n", "“nmae_en” is no column"),
        ("name_en\nA\n", "“slug”, which names the record, is missing"),
        ("slug,name_en\na,A\nb,B\na,C\n", "“a” stands in line 2 and in line 4"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_as_a_whole(
    admin_client, content, said
):
    (problem,) = problems(upload(admin_client, Organisation, content))

    assert said in problem


def test_what_is_not_a_table_is_refused_in_words(admin_client):
    page = upload(admin_client, Organisation, b"\xff\xfe\x00\x80", XLSX, "t.xlsx")

    assert page.status_code == 200
    assert page.context["form"].errors["import_file"]

    page = upload(
        admin_client, Organisation, "slug,name_en\na,\u00e9\n".encode("latin-1")
    )
    assert page.context["form"].errors["import_file"]


def test_large_files_are_refused_before_they_are_read(admin_client, monkeypatch):
    page = upload(admin_client, Source, b"x" * (exchange.LARGEST_FILE + 1))
    assert "larger than 2 MB" in str(page.context["form"].errors)

    monkeypatch.setattr(exchange, "MOST_ROWS", 1)
    page = upload(admin_client, Source, "slug,title\na,A\nb,B\n")
    assert "more than 1 rows" in str(page.context["form"].errors)


@pytest.mark.parametrize("form", [CSV, XLSX])
def test_a_table_comes_back_as_it_was_taken_away(admin_client, form):
    make_organisation(
        slug="a", name_en="=SUM(1)", name_ar="منظمة", note="- a dash", type="other"
    )
    make_theme(slug="t").gcm_objectives.add(make_gcm_objective(1))
    make_source(published="2019-05", slug="s")
    for model in (Organisation, Theme, Source):
        file = export(admin_client, model, form)

        page = upload(admin_client, model, file.content, form, f"t.{form}")

        totals = page.context["result"].totals
        assert totals["skip"] == model.objects.count()
        assert sum(totals.values()) == totals["skip"]


def test_no_cell_is_a_formula(admin_client):
    make_organisation(slug="a", name_en="=1+1", note="@cmd")
    make_source(slug="s", title="+1", publisher="-1")

    (row,) = rows(export(admin_client, Organisation))
    assert (row["name_en"], row["note"]) == ("'=1+1", "'@cmd")
    file = export(admin_client, Source, XLSX)
    sheet = load_workbook(io.BytesIO(file.content)).active
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert {"'+1", "'-1"} <= {cell.value for cell in cells}
    assert not any(cell.data_type == "f" for cell in cells)


def test_a_spreadsheet_may_hold_numbers_and_dates(admin_client):
    book = Workbook()
    book.active.append(["slug", "title", "published"])
    book.active.append(["one", "One", 2019])
    book.active.append(["two", "Two", datetime.date(2019, 5, 3)])
    content = io.BytesIO()
    book.save(content)

    page = upload(admin_client, Source, content.getvalue(), XLSX, "s.xlsx")
    confirm(admin_client, Source, page)

    dates = dict(Source.objects.values_list("slug", "published"))
    assert dates == {"one": "2019", "two": "2019-05-03"}


def test_a_record_that_changed_after_the_preview_stops_the_import(admin_client):
    make_source(slug="iom")
    page = upload(admin_client, Organisation, "slug,name_en,source\na,A,\nb,B,iom\n")
    Source.objects.all().delete()

    page = confirm(admin_client, Organisation, page)

    assert not Organisation.objects.exists()
    assert "Nothing was imported" in page.content.decode()


@pytest.mark.parametrize("done", ["changed", "given an objective", "added", "deleted"])
def test_record_that_changed_since_the_preview_is_not_overwritten(admin_client, done):
    changed = make_theme(slug="health", name_en="Health")
    make_theme(slug="labour", name_en="Labour")
    page = upload(
        admin_client,
        Theme,
        "slug,name_en\nhealth,Theirs or mine\nlabour,Mine\nnew,Mine\n",
    )
    if done == "changed":
        Theme.objects.filter(pk=changed.pk).update(name_en="Theirs")
    elif done == "given an objective":
        changed.gcm_objectives.add(make_gcm_objective(1))
    elif done == "added":
        make_theme(slug="new", name_en="Theirs")
    else:
        changed.delete()
    before = list(Theme.objects.order_by("pk").values())

    refused = confirm(admin_client, Theme, page)

    assert refused.status_code == 409
    assert list(Theme.objects.order_by("pk").values()) == before
    named = "new" if done == "added" else "health"
    assert f"somebody changed {named} since the preview" in refused.content.decode()
    if done == "changed":
        shown = "<del>Theirs</del> <ins>Theirs or mine</ins>"
        assert shown in refused.content.decode()
    # What is shown anew can be meant.
    confirm(admin_client, Theme, refused)
    names = dict(Theme.objects.values_list("slug", "name_en"))
    assert names == {"health": "Theirs or mine", "labour": "Mine", "new": "Mine"}


def test_records_that_the_table_does_not_name_may_change(admin_client):
    make_theme(slug="health")
    page = upload(admin_client, Theme, "slug,name_en\nhealth,Mine\n")
    make_theme(slug="labour")

    confirm(admin_client, Theme, page)

    assert Theme.objects.get(slug="health").name_en == "Mine"


@pytest.mark.parametrize("previewed", [None, "", "nonsense", "of another file"])
def test_form_that_does_not_tell_what_was_previewed_is_refused(admin_client, previewed):
    make_theme(slug="health", name_en="Stored")
    other = upload(admin_client, Theme, "slug,name_en\nhealth,Other\n")
    page = upload(admin_client, Theme, "slug,name_en\nhealth,Mine\n")
    form = page.context["confirm_form"]
    data = {name: form[name].value() for name in form.fields}
    if previewed == "of another file":
        data["previewed"] = other.context["confirm_form"]["previewed"].value()
    elif previewed is None:
        del data["previewed"]
    else:
        data["previewed"] = previewed

    refused = admin_client.post(address(Theme, "process_import"), data)

    assert refused.status_code == 409
    assert "does not tell what its preview showed" in refused.content.decode()
    assert Theme.objects.get().name_en == "Stored"


def test_only_an_uploaded_file_is_read_and_it_is_read_once(admin_client, settings):
    page = upload(admin_client, Source, "slug,title\na,A\n")
    form = page.context["confirm_form"]
    data = {name: form[name].value() for name in form.fields}
    process = address(Source, "process_import")
    secret = settings.VAR_DIR / "secret_key"
    secret.write_text("slug,title\nb,B\n")

    for name in ("secret_key", "../secret_key", "/etc/passwd"):
        assert (
            admin_client.post(process, data | {"import_file_name": name}).status_code
            == 400
        )
    assert secret.exists()
    admin_client.post(process, data)
    again = admin_client.post(process, data, follow=True)

    assert "not there any more" in again.content.decode()
    assert list(Source.objects.values_list("slug", flat=True)) == ["a"]


def test_files_that_nobody_confirmed_are_forgotten_after_a_day(admin_client, settings):
    upload(admin_client, Source, "slug,title\na,A\n")
    upload(admin_client, Source, "wrong\na\n")
    old, fresh = (settings.VAR_DIR / "uploads").iterdir()
    os.utime(old, (0, 0))

    upload(admin_client, Source, "slug,title\na,A\n")

    assert not old.exists()
    assert fresh.exists()


@pytest.mark.parametrize("model", TABLES)
def test_tables_need_the_permissions_of_their_records(client, model):
    user = User.objects.create_user("viewer", is_staff=True)
    client.force_login(user)
    for name in ("import", "export"):
        assert client.get(address(model, name)).status_code == 403
    user.user_permissions.add(
        Permission.objects.get(
            codename=f"view_{model._meta.model_name}",
            content_type__app_label=model._meta.app_label,
        )
    )

    assert client.get(address(model, "export")).status_code == 200
    assert client.get(address(model, "import")).status_code == 403
    assert client.post(address(model, "process_import"), {}).status_code == 403
    assert upload(client, model, "slug\na\n").status_code == 403
    assert (
        address(model, "import")
        not in client.get(address(model, "changelist")).content.decode()
    )


@pytest.mark.parametrize("model", TABLES)
def test_pages_of_tables_keep_to_the_policy(admin_client, model):
    key = admin.site.get_model_admin(model).resource_classes[0]._meta.import_id_fields
    for page in (
        admin_client.get(address(model, "changelist")),
        admin_client.get(address(model, "export")),
        admin_client.get(address(model, "import")),
        upload(admin_client, model, f"{key[0]}\na\n"),
        upload(admin_client, model, "wrong\na\n"),
    ):
        text = page.content.decode()
        assert page.status_code == 200
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", text)
        assert not re.search(r'(src|href)="(https?:)?//', text)


@pytest.mark.parametrize("model", [Organisation, Theme])
def test_export_takes_the_same_queries_for_one_record_as_for_many(admin_client, model):
    def enter():
        make_organisation(source=make_source())
        make_theme().gcm_objectives.add(make_gcm_objective(1))

    enter()
    with CaptureQueriesContext(connection) as few:
        export(admin_client, model)
    for _ in range(5):
        enter()
    with CaptureQueriesContext(connection) as many:
        export(admin_client, model)

    assert len(many) == len(few)
