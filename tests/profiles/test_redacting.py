"""Taking parts of editions from the public, and giving them back."""

import errno
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from lxml import html

from iscm_registry import merging, revision, search
from profiles import editions, redacting
from profiles.edition_parts import Part, fields_of, parts_of
from profiles.models import Profile, Redaction, Theme, fact_kinds
from profiles.vocabularies import PagePart
from tests.factories import (
    make_alternative_value,
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_profile,
    make_source,
    make_theme,
    publish,
)
from tests.profiles.staff_forms import signed_in
from tests.registry.public_addresses import public_addresses, text_of

pytestmark = pytest.mark.django_db

MARK = "xqzfalse"
OBJECTIVE = Part("profiles.profile", "", "objective")
REVIEWER = ("view_profile", "change_profile", "publish_profile", "view_redaction")


@pytest.fixture
def reviewer():
    return signed_in("reviewer", REVIEWER)


def part_of(fact, field=""):
    return Part(fact._meta.label_lower, str(fact.uid), field)


def marked():
    """Return two public editions that say the same false words in three places."""
    draft = make_full_draft(objective=f"{MARK} objective")
    draft.sections.update(prose_en=f"{MARK} text", prose_fr=f"{MARK} texte")
    contribution = draft.contributions.get()
    contribution.profile = draft
    contribution.title_en = f"{MARK} contribution"
    contribution.save()
    first = publish(draft)
    second = publish(editions.open_draft(first.mechanism))
    first.refresh_from_db()
    return first, second


def marked_parts(edition):
    return [
        OBJECTIVE,
        part_of(edition.sections.get(), "prose"),
        part_of(edition.contributions.get()),
    ]


def public_text(client):
    asked = [(address, {}) for address in public_addresses()]
    asked += [(reverse(n), {"q": MARK}) for n in ("search", "search-suggest")]
    return {
        (address, *query): text_of(client.get(address, query)).replace(f'"{MARK}"', "")
        for address, query in asked
    }


def leaks(client):
    # A search page names what was asked for, which no page of the words is.
    return {
        where
        for where, text in public_text(client).items()
        if any(f"{MARK} {word}" in text for word in ("obj", "tex", "contrib"))
    }


@pytest.mark.attack("What was redacted or withdrawn stays in an older edition")
def test_no_public_page_holds_what_was_redacted(client):
    first, second = marked()
    assert len(leaks(client)) > 3, "the walk sees what is public"

    for part in marked_parts(second):
        redacting.redact(second, part, reason="It was false.", also=[first])

    assert not leaks(client)
    for edition in (first, second):
        page = client.get(edition.get_edition_url()).text
        assert page.count("It was false.") == 3
        assert "removed on" in page
        stored = str(list(Profile._base_manager.filter(pk=edition.pk).values()))
        assert MARK not in stored
    kept = str(list(Redaction.objects.values_list("kept", flat=True)))
    assert kept.count(f"{MARK} objective") >= 2


@pytest.mark.attack("What was redacted or withdrawn stays in an older edition")
def test_page_that_lost_its_only_contribution_does_not_say_that_sources_are_silent(
    client,
):
    edition = make_draft(website="https://rcm.example.org/")
    contribution = make_contribution(edition)
    public = publish(edition)
    address = public.mechanism.get_absolute_url()

    def told(place: str) -> str:
        page = html.fromstring(client.get(address).content)
        return page.get_element_by_id(place).text_content()

    assert "or removed" not in client.get(address).text
    redacting.redact(public, part_of(contribution), reason="It was a private letter.")
    redacting.redact(public, Part("profiles.profile", "", "website"), reason="Gone.")

    assert "say nothing about it" not in told("contribution")
    assert "Unknown, or removed" in told("contribution")
    assert "Unknown, or removed" in told("overview")
    assert "the sources that were read" in told("meetings")


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("sources", PagePart.SOURCES),
        ("note", PagePart.CONFLICTS),
        ("iom_role", PagePart.STRUCTURE),
        ("objective", PagePart.OVERVIEW),
    ],
)
def test_notice_stands_where_the_page_showed_the_field(field, place):
    draft = make_full_draft(objective="Why.", note="Gaps.", iom_role="Secretariat")
    public = publish(draft)

    part = Part("profiles.profile", "", field)
    (redaction,) = redacting.redact(public, part, reason="It was false.")

    assert redaction.place == place


def test_a_new_draft_and_a_restored_one_begin_without_it():
    first, second = marked()
    redacting.redact(second, OBJECTIVE, reason="False.", also=[first])

    for base in (second, first):
        draft = editions.open_draft(first.mechanism, base=base)
        assert not draft.objective_en
        editions.discard(draft)


@pytest.mark.attack("What was redacted or withdrawn stays in an older edition")
def test_what_was_redacted_does_not_come_back_with_a_publication():
    first, second = marked()
    draft = editions.open_draft(first.mechanism)
    for part in marked_parts(second):
        redacting.redact(second, part, reason="False.", also=[first])
    editions.submit(draft)

    with pytest.raises(editions.NotReady) as refused:
        editions.publish(draft)
    assert len(refused.value.findings) == 6  # of both editions

    for part in marked_parts(draft):
        redacting.redact(draft, part, reason="False.")
    draft.refresh_from_db()
    assert draft.state == "draft"
    publish(draft)


def test_words_that_the_published_edition_was_left_are_no_obstacle():
    first, _second = marked()
    redacting.redact(first, OBJECTIVE, reason="Only here.")

    publish(editions.open_draft(first.mechanism))


SENTENCE = "The process never agreed on any of the four objectives that it names."


def to_another_fact(draft):
    make_contribution(draft, summary=f" {SENTENCE}\n")


def to_another_value(draft):
    make_alternative_value(draft, value=SENTENCE)


def to_another_language(draft):
    Profile.objects.filter(pk=draft.pk).update(objective_fr=SENTENCE)


@pytest.mark.parametrize(
    "bring_back", [to_another_fact, to_another_value, to_another_language]
)
@pytest.mark.parametrize("is_whole", [True, False])
def test_redacted_sentence_does_not_come_back_in_another_place(bring_back, is_whole):
    draft = make_draft()
    contribution = make_contribution(draft, summary=SENTENCE)
    edition = publish(draft)
    part = part_of(contribution, "" if is_whole else "summary")
    redacting.redact(edition, part, reason="It was false.")
    draft = editions.open_draft(edition.mechanism)
    bring_back(draft)
    editions.submit(draft)

    with pytest.raises(editions.NotReady, match="says again what was redacted"):
        editions.publish(draft)


def test_statement_is_not_given_back_without_the_records_that_it_named():
    draft = make_draft()
    themes = [make_theme().slug, make_theme().slug]
    whole, field = (make_contribution(draft, themes=[slug]) for slug in themes)
    edition = publish(draft)
    made = [
        *redacting.redact(edition, part_of(whole), reason="Wrong."),
        *redacting.redact(edition, part_of(field, "themes"), reason="Wrong."),
    ]
    Theme.objects.filter(slug__in=themes).delete()

    for redaction in made:
        with pytest.raises(redacting.CannotBeGivenBack):
            redacting.lift(redaction)
    connection.check_constraints()
    assert Redaction.objects.in_force().count() == 2


def test_list_that_was_redacted_stays_empty_when_a_merge_is_undone():
    kept, removed = make_source(), make_source()
    edition = publish(make_draft(sources=[kept, removed]))
    merge = merging.merge(kept, removed)
    part = Part("profiles.profile", "", "sources")
    redacting.redact(edition, part, reason="They are secret.")

    merging.undo(merge)

    assert not edition.sources.exists()


@pytest.mark.attack("What was redacted is read from a kept page")
def test_kept_page_and_held_tag_end_with_a_redaction(client, django_assert_num_queries):
    first, second = marked()
    addresses = [
        second.mechanism.get_absolute_url(),
        second.get_edition_url(),
        first.get_edition_url(),
    ]
    tags = {}
    for address in addresses:
        page = client.get(address)
        assert f"{MARK} objective" in page.text
        tags[address] = page.headers["ETag"]
        with django_assert_num_queries(1):
            assert f"{MARK} objective" in client.get(address).text
        held = client.get(address, headers={"If-None-Match": tags[address]})
        assert held.status_code == 304

    redacting.redact(second, OBJECTIVE, reason="It was false.", also=[first])

    for address in addresses:
        asked_with = client.get(address, headers={"If-None-Match": tags[address]})
        assert asked_with.status_code == 200
        for page in (asked_with, client.get(address)):
            assert f"{MARK} objective" not in page.text
            assert "It was false." in page.text


def words_on_disk(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if MARK.encode() in path.read_bytes()]


@pytest.mark.attack("What was redacted stays on the disk of the search")
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("retract", ["redact", "withdraw"])
def test_search_index_on_disk_loses_what_was_retracted(
    settings, monkeypatch, is_full, retract
):
    first, second = marked()
    search.find(MARK)
    folder = Path(settings.VAR_DIR) / "search"
    assert words_on_disk(folder)

    if retract == "withdraw":
        editions.withdraw(second, reason="False.", also=[first])
    else:
        for part in marked_parts(second):
            redacting.redact(second, part, reason="False.", also=[first])
    if is_full:

        def fail(*args, **kwargs):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(search.index.tempfile, "mkdtemp", fail)

    assert not search.find(MARK).hits
    assert search.index.is_in_memory() == is_full
    assert not words_on_disk(folder)


def test_open_edition_in_review_loses_it_and_its_schedule():
    first, second = marked()
    draft = editions.open_draft(first.mechanism)
    editions.submit(draft)

    redacting.redact(second, OBJECTIVE, reason="False.", also=[first, draft])

    draft.refresh_from_db()
    assert (draft.state, draft.objective_en or "") == ("draft", "")
    assert not draft.redactions.exists()
    assert list(draft.events.values_list("action", flat=True))[-2:] == [
        "edit",
        "redact",
    ]


@pytest.mark.no_cover
def test_every_field_that_is_offered_can_be_emptied_and_given_back():
    edition = publish(make_full_draft(objective="So.", note="But."))
    offered = [p for _h, parts in parts_of(edition) for _l, p in parts]
    assert {p.target for p in offered} > {k._meta.label_lower for k in fact_kinds()}
    for part in offered:
        before = everything(edition)
        try:
            [redaction] = redacting.redact(edition, part, reason="Wrong.")
        except redacting.CannotBeRedacted:
            continue
        assert everything(edition) != before, part
        redacting.lift(redaction)
        assert everything(edition) == before, part


def everything(edition):
    from django.core import serializers

    records = [Profile.objects.get(pk=edition.pk)]
    for kind in fact_kinds():
        records += kind.objects.filter(profile=edition)
    return serializers.serialize("json", records)


def test_statement_that_cannot_stand_without_it_is_redacted_whole():
    draft = make_draft()
    chairing = make_chairing(draft, state=None, holder="An office")
    publish(draft)

    with pytest.raises(redacting.CannotBeRedacted, match="whole statement"):
        redacting.redact(draft, part_of(chairing, "holder"), reason="Wrong.")

    redacting.redact(draft, part_of(chairing), reason="Wrong.")
    assert not draft.chairings.exists()


def test_name_cannot_be_redacted():
    assert "name" not in {field.name for field in fields_of(Profile)}
    assert Part.named("profiles.profile::name") is None


@pytest.mark.parametrize(
    "text", ["", "x", "auth.user::password", "profiles.section:no-uid:prose", "::"]
)
def test_what_is_no_part_is_not_one(text):
    assert Part.named(text) is None


def test_redaction_needs_a_reason_and_something_to_redact():
    edition = make_profile()

    with pytest.raises(editions.NoReasonGiven):
        redacting.redact(edition, OBJECTIVE, reason=" ")
    with pytest.raises(redacting.CannotBeRedacted):
        redacting.redact(edition, OBJECTIVE, reason="Wrong.")


def test_another_person_gives_it_back_and_only_once():
    ana, bo = (User.objects.create_user(name) for name in ("ana", "bo"))
    _first, second = marked()
    [redaction] = redacting.redact(second, OBJECTIVE, reason="Wrong.", by=ana)

    with pytest.raises(redacting.OwnRedaction):
        redacting.lift(redaction, by=ana)
    redacting.lift(redaction, by=bo)
    with pytest.raises(redacting.NotInForce):
        redacting.lift(redaction, by=bo)

    second.refresh_from_db()
    assert second.objective_en == f"{MARK} objective"
    assert second.events.last().action == "lift"


def test_revision_moves_and_the_log_holds_no_words(
    caplog, django_capture_on_commit_callbacks
):
    caplog.set_level("INFO", "profiles.editions")
    _first, second = marked()
    before = revision.current()

    with django_capture_on_commit_callbacks(execute=True):
        redacting.redact(second, OBJECTIVE, reason="It names a person.")

    assert revision.current() != before
    logged = [record.getMessage() for record in caplog.records]
    assert f"step taken: step=redact edition={second.pk} user=None" in logged
    assert "person" not in "".join(logged)


@pytest.mark.attack("What was redacted or withdrawn stays in an older edition")
def test_dump_of_the_registry_holds_nothing_of_it(tmp_path):
    first, second = marked()
    for part in marked_parts(second):
        redacting.redact(second, part, reason="False.", also=[first])

    call_command("dump_registry", tmp_path / "registry.json", verbosity=0)

    assert MARK not in (tmp_path / "registry.json").read_text()


# --- The pages of staff ----------------------------------------------------------


def test_crafted_post_redacts_nothing_of_another_mechanism(reviewer):
    _first, second = marked()
    other = publish(make_full_draft(objective="Theirs."))
    url = reverse("admin:profiles_profile_redact", args=[second.pk])
    theirs = str(part_of(other.contributions.get()))

    assert reviewer.post(url, {"part": theirs, "reason": "x"}).status_code == 404
    asked = {"part": str(OBJECTIVE), "reason": "x", "also": [other.pk]}
    assert reviewer.post(url, asked).status_code == 200

    assert not Redaction.objects.exists()
    assert other.contributions.exists()


@pytest.mark.attack("What was redacted is read by who may not redact")
def test_what_was_kept_is_read_by_staff_alone(client):
    _first, second = marked()
    [redaction] = redacting.redact(second, OBJECTIVE, reason="False.")
    clerk = signed_in("clerk", ("view_profile", "change_profile"))
    nobody = Client()
    nobody.force_login(User.objects.create_user("reader"))
    pages = [
        reverse("admin:profiles_redaction_change", args=[redaction.pk]),
        reverse("admin:profiles_redaction_history", args=[redaction.pk]),
        reverse("admin:profiles_redaction_lift", args=[redaction.pk]),
        reverse("admin:profiles_redaction_changelist"),
        reverse("admin:auditlog_logentry_changelist"),
    ]

    for reader, status in ((client, 302), (nobody, 302), (clerk, 403)):
        for page in pages:
            answer = reader.get(page)
            assert answer.status_code == status, page
            assert MARK not in answer.text
    redact = reverse("admin:profiles_profile_redact", args=[second.pk])
    part = {"part": str(part_of(second.contributions.get())), "reason": "x"}
    assert clerk.post(redact, part).status_code == 403
    assert second.contributions.exists()


def test_reason_does_not_repeat_what_is_taken_away(reviewer):
    draft = make_draft()
    contribution = make_contribution(draft, summary=SENTENCE)
    edition = publish(draft)
    url = reverse("admin:profiles_profile_redact", args=[edition.pk])
    asked = {"part": str(part_of(contribution, "summary"))}

    page = reviewer.post(url, asked | {"reason": f"We said: {SENTENCE.upper()}"})

    assert "This repeats what you take away" in page.text
    assert SENTENCE.upper() in page.text  # what was typed is still there
    assert not Redaction.objects.exists()


def test_second_of_two_windows_is_told_that_nothing_is_left(reviewer):
    _first, second = marked()
    url = reverse("admin:profiles_profile_redact", args=[second.pk])
    asked = {"part": str(OBJECTIVE), "reason": "It was false."}

    reviewer.post(url, asked)

    assert reviewer.post(url, asked).status_code == 404
    assert Redaction.objects.count() == 1


def test_reviewer_chooses_a_part_and_redacts_it_wherever_it_stands(reviewer):
    first, second = marked()
    url = reverse("admin:profiles_profile_redact", args=[second.pk])
    assert f"?part={quote(str(OBJECTIVE))}" in reviewer.get(url).text

    page = reviewer.get(url, {"part": str(OBJECTIVE)}).text
    assert f"{MARK} objective" in page
    assert f'value="{first.pk}"' in page
    assert "checked" in page
    refused = reviewer.post(url, {"part": str(OBJECTIVE), "reason": ""})
    assert refused.status_code == 200
    done = reviewer.post(
        url,
        {"part": str(OBJECTIVE), "reason": "It was false.", "also": [first.pk]},
        follow=True,
    )

    assert "The public reads it no longer" in done.text
    assert Redaction.objects.filter(by=reviewer.user).count() == 2
    redaction = Redaction.objects.first()
    shown = reviewer.get(
        reverse("admin:profiles_redaction_change", args=[redaction.pk])
    )
    assert f"{MARK} objective" in shown.text


@pytest.mark.attack("What was redacted or withdrawn stays in an older edition")
def test_superseded_edition_is_withdrawn_with_its_reason(reviewer, client):
    first, second = marked()
    url = reverse("admin:profiles_profile_step", args=[second.pk, "withdraw"])
    assert f'value="{first.pk}"' in reviewer.get(url).text

    reviewer.post(url, {"reason": "It names a person.", "also": [first.pk]})

    for address in (second.mechanism.get_absolute_url(), first.get_edition_url()):
        gone = client.get(address)
        assert gone.status_code == 410
        assert "It names a person." in gone.text
        assert first.get_edition_url() not in gone.text.split("<main")[1]


def test_list_of_editions_says_when_and_why_one_was_withdrawn(client):
    first, second = marked()
    editions.withdraw(first, reason="It named a person.")

    page = client.get(reverse("edition-list", args=[first.mechanism.slug])).text

    assert "It named a person." in page
    assert first.get_edition_url() not in page
    assert second.get_edition_url() in page
    assert client.get(second.mechanism.get_absolute_url()).status_code == 200
