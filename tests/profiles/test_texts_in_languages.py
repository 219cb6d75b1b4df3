"""Texts of profiles and facts in four languages: entered, read, compared, loaded."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from lxml import html

from iscm_registry import search
from iscm_registry.registry_files.loading import load
from iscm_registry.registry_files.problems import ProblemsFound
from profiles import editions, redacting
from profiles.comparison import compare
from profiles.edition_parts import Part
from profiles.models import Contribution
from tests.factories import (
    make_contribution,
    make_draft,
    make_meeting,
    make_section,
    publish,
)
from tests.profiles.staff_forms import (
    change_url,
    entered,
    errors_of,
    left_closed,
    new_row,
)
from tests.registry.registry_folder import copy_part, read, write

pytestmark = pytest.mark.django_db

ENGLISH = "A regional plan against trafficking"
SPANISH = "Plan regional contra la trata de personas"
ARABIC = "خطة إقليمية لمكافحة الاتجار بالأشخاص"
OF_PROFILES = (
    "thematic_change_driver",
    "secretariat_statement",
    "chair_statement",
    "meeting_pattern",
    "iom_role",
    "note",
)


@pytest.fixture
def in_four_languages(settings):
    settings.LANGUAGES = [
        ("en", "English"),
        ("fr", "French"),
        ("es", "Spanish"),
        ("ar", "Arabic"),
    ]


def page_of(client, edition):
    return html.fromstring(client.get(edition.get_absolute_url()).content.decode())


def title_on(page):
    [heading] = page.xpath("//div[@id='contributions']//tbody/tr/th")
    return heading


# --- In the database ---------------------------------------------------------


def test_title_in_any_language_is_enough_and_none_is_refused():
    draft = make_draft()
    make_contribution(draft, title=None, title_ar=ARABIC)

    nameless = Contribution(
        profile=draft,
        level="regional",
        kind="policy",
        status="adopted",
        terms_certainty="stated",
        certainty="stated",
    )
    with pytest.raises(ValidationError, match="in one language at least"):
        nameless.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        nameless.save()


# --- The form ----------------------------------------------------------------


def test_form_saves_each_language_and_asks_for_one(admin_client):
    draft = make_draft()
    make_contribution(draft, title_es=SPANISH, title=None)
    data = left_closed(entered(admin_client.get(change_url(draft))), "contributions", 0)
    new_row(
        data,
        "contributions",
        level="national",
        kind="policy",
        status="adopted",
        terms_certainty="stated",
    )

    refused = admin_client.post(change_url(draft), data)
    assert "in one language at least" in str(errors_of(refused))

    data["contributions-1-title_ar"] = ARABIC
    data["contributions-1-note_es"] = "Una nota."
    assert admin_client.post(change_url(draft), data).status_code == 302

    new = draft.contributions.get(title_ar=ARABIC)
    assert (new.title_en or "", new.note_es) == ("", "Una nota.")
    assert draft.contributions.get(title_es=SPANISH).title_ar in (None, "")


def test_inputs_are_written_in_the_direction_of_their_language(admin_client):
    draft = make_draft()
    fact = make_contribution(draft, title=ENGLISH)
    row = reverse(
        "admin:profiles_profile_fact", args=[draft.pk, "contributions", 0, fact.uid]
    )

    drawn = html.fromstring(admin_client.get(row).content.decode())

    inputs = drawn.xpath("//*[starts-with(@name, 'contributions-0-title_')]")
    assert [(i.get("lang"), i.get("dir")) for i in inputs] == [
        ("en", "ltr"),
        ("fr", "ltr"),
        ("es", "ltr"),
        ("ar", "rtl"),
    ]


def test_texts_of_the_profile_itself_are_saved_in_any_language(admin_client):
    draft = make_draft(**{f"{name}_en": f"English {name}" for name in OF_PROFILES})
    data = entered(admin_client.get(change_url(draft)))
    data |= {f"{name}_ar": f"{ARABIC} {name}" for name in OF_PROFILES}

    assert admin_client.post(change_url(draft), data).status_code == 302

    draft.refresh_from_db()
    for name in OF_PROFILES:
        assert getattr(draft, f"{name}_en") == f"English {name}"
        assert getattr(draft, f"{name}_ar") == f"{ARABIC} {name}"


# --- The public page ---------------------------------------------------------


def test_page_shows_the_language_of_the_reader(client, in_four_languages):
    draft = make_draft()
    make_contribution(draft, title=ENGLISH, title_ar=ARABIC)
    edition = publish(draft)

    with translation.override("ar"):
        title = title_on(page_of(client, edition))

    assert ARABIC in title.text_content()
    assert not title.xpath(".//*[@class='text-language']")


def test_page_marks_a_text_that_nobody_translated(client, in_four_languages):
    draft = make_draft()
    make_contribution(draft, title=None, title_ar=ARABIC, note=None, note_es="Nota.")
    edition = publish(draft)

    page = page_of(client, edition)

    [words] = title_on(page).xpath("bdi")
    assert (words.get("lang"), words.get("dir")) == ("ar", "rtl")
    assert words.getnext().text_content() == "(Arabic)"
    assert page.xpath("//bdi[@lang='es' and .='Nota.']")


def test_page_shows_texts_of_the_profile_itself_in_the_language_of_the_reader(
    client, in_four_languages
):
    texts = {f"{name}_en": f"English {name}" for name in OF_PROFILES}
    texts |= {f"{name}_ar": f"{ARABIC} {name}" for name in OF_PROFILES}
    edition = publish(make_draft(**texts))

    for language, expected in (("en", "English"), ("ar", ARABIC)):
        with translation.override(language):
            page = page_of(client, edition).text_content()
        assert [n for n in OF_PROFILES if f"{expected} {n}" not in page] == []


def test_page_marks_texts_of_the_profile_itself_that_nobody_translated(
    client, in_four_languages
):
    texts = {f"{name}_ar": f"{ARABIC} {name}" for name in OF_PROFILES}
    edition = publish(make_draft(**texts))

    page = page_of(client, edition)

    for name in OF_PROFILES:
        assert page.xpath(f"//*[@lang='ar' and contains(., '{ARABIC} {name}')]")


def test_page_marks_prose_that_nobody_translated(client):
    draft = make_draft()
    make_section(draft, prose=None, prose_es="Nació en 1996.")

    page = page_of(client, publish(draft))

    [mark] = page.xpath("//div[@class='prose' and @lang='es']//*[@lang='en']")
    assert mark.text_content() == "(Spanish)"


def test_text_in_no_language_of_the_reader_is_never_that_of_a_private_fact(
    client, in_four_languages
):
    draft = make_draft()
    make_contribution(draft, title=ENGLISH, title_ar=ARABIC, is_public=False)
    edition = publish(draft)

    for language in ("en", "ar"):
        with translation.override(language):
            address = edition.get_absolute_url()
        page = client.get(address).content.decode()
        assert ENGLISH not in page
        assert ARABIC not in page
    assert search.find("الاتجار").hits == []


# --- Editions ----------------------------------------------------------------


def test_next_edition_begins_with_all_languages_and_comparison_names_them():
    draft = make_draft()
    make_contribution(draft, title=ENGLISH, title_ar=ARABIC, note_es="Nota.")
    edition = publish(draft)

    following = editions.open_draft(edition.mechanism)
    assert not compare(edition, following)

    fact = following.contributions.get()
    assert (fact.title_en, fact.title_ar, fact.note_es) == (ENGLISH, ARABIC, "Nota.")
    fact.title_es = SPANISH
    fact.save()
    [change] = compare(edition, following).changed
    assert [(f.label, f.old, f.new) for f in change.fields] == [
        ("title (Spanish)", "", SPANISH)
    ]


def test_redaction_takes_all_languages_and_gives_them_back():
    draft = make_draft()
    make_contribution(draft, summary="In English.", summary_ar=ARABIC)
    edition = publish(draft)
    fact = edition.contributions.get()

    [made] = redacting.redact(
        edition,
        Part("profiles.contribution", str(fact.uid), "summary"),
        reason="Not theirs to say.",
    )
    fact.refresh_from_db()
    assert (fact.summary_en, fact.summary_ar) == (None, None)

    redacting.lift(made)
    fact.refresh_from_db()
    assert (fact.summary_en, fact.summary_ar) == ("In English.", ARABIC)


# --- Search ------------------------------------------------------------------


def test_search_finds_the_words_of_each_language_and_answers_in_the_readers():
    draft = make_draft()
    fact = make_contribution(draft, title=ENGLISH, title_es=SPANISH, title_ar=ARABIC)
    make_meeting(draft, title=None, title_es="Reunión de viceministros")
    publish(draft)

    for words in ("trafficking", "trata", "الاتجار"):
        [hit] = [h for h in search.find(words).hits if h.kind == "contribution"]
        assert (hit.key, hit.title, hit.language) == (str(fact.uid), ENGLISH, "en")
    with translation.override("ar"):
        [hit] = [h for h in search.find("trata").hits if h.kind == "contribution"]
    assert (hit.title, hit.language) == (ARABIC, "ar")
    [meeting] = [h for h in search.find("viceministros").hits if h.kind == "meeting"]
    assert (meeting.title, meeting.language) == ("Reunión de viceministros", "es")


# --- Files -------------------------------------------------------------------


def test_files_carry_languages_and_leave_those_alone_that_they_do_not_name(tmp_path):

    folder = copy_part(tmp_path)
    rows = read(folder, "contributions.csv")
    english = rows[0]["title"]
    for row in rows:
        row |= {"title_en": row.pop("title"), "title_ar": "", "title_es": ""}
    rows[0]["title_ar"] = ARABIC
    only_spanish = rows[0] | {"title_en": "", "title_ar": "", "title_es": SPANISH}
    write(folder, "contributions.csv", [*rows, only_spanish])

    load(folder)
    assert not load(folder)

    loaded = Contribution.objects.published()
    assert loaded.get(title_en=english).title_ar == ARABIC
    assert loaded.get(title_es=SPANISH).title_en in (None, "")

    for row in (*rows, only_spanish):
        del row["title_ar"]
    write(folder, "contributions.csv", [*rows, only_spanish])
    assert not load(folder)

    rows[0]["summary"] = "In other words."
    write(folder, "contributions.csv", [*rows, only_spanish])
    load(folder)
    changed = Contribution.objects.published().get(title_en=english)
    assert (changed.summary_en, changed.title_ar) == ("In other words.", ARABIC)


def test_line_without_a_title_in_any_language_is_refused(tmp_path):

    folder = copy_part(tmp_path)
    rows = read(folder, "contributions.csv")
    rows[0]["title"] = ""
    write(folder, "contributions.csv", rows)

    with pytest.raises(ProblemsFound, match="in one language at least"):
        load(folder)
