import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User

from iscm_registry import merging, revision
from partnerships.models import Organisation, Partnership
from profiles import editions
from profiles.models import Fact, RecordMerge, Source
from tests.factories import (
    make_draft,
    make_full_draft,
    make_funding_source,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return User.objects.create_user("reviewer", is_staff=True)


def named(organisation):
    return set(organisation.aliases.values_list("name", flat=True))


def test_facts_of_every_edition_move_to_the_record_that_is_kept(reviewer):
    kept, removed = make_organisation(), make_organisation()
    old = make_draft()
    in_old = make_partnership(old, removed)
    publish(old)
    draft = editions.open_draft(old.mechanism)
    in_draft = draft.partnerships.get()
    funding = make_funding_source(draft, organisation=removed)

    merging.merge(kept, removed, by=reviewer)

    for fact in (in_old, in_draft, funding):
        fact.refresh_from_db()
        assert fact.organisation == kept
    assert not Organisation.objects.filter(pk=removed.pk).exists()


def test_every_kind_of_fact_and_every_list_of_sources_moves():
    kept = make_source()
    draft = make_full_draft()
    removed = draft.sources.get()
    organisation = make_organisation(source=removed)
    before = {
        relation.related_model
        for relation in Source._meta.get_fields()
        if relation.one_to_many and issubclass(relation.related_model, Fact)
    }
    publish(draft)

    merging.merge(kept, removed)

    assert len(before) >= 15
    for kind in before:
        assert kind.objects.get(profile=draft).source == kept
    assert list(draft.sources.all()) == [kept]
    organisation.refresh_from_db()
    assert organisation.source == kept


def test_a_profile_that_lists_both_sources_lists_the_kept_one_once():
    kept, removed = make_source(), make_source()
    profile = make_profile()
    profile.sources.set([kept, removed])

    merge = merging.merge(kept, removed)

    assert list(profile.sources.all()) == [kept]
    merging.undo(merge)
    assert set(profile.sources.values_list("slug", flat=True)) == {
        kept.slug,
        removed.slug,
    }


def test_names_of_the_removed_organisation_become_aliases():
    kept = make_organisation(name_en="IOM", acronym_en="OIM")
    removed = make_organisation(
        name_en="Migration Agency", name_fr="Agence", acronym_en="oim"
    )
    removed.aliases.create(name="UN Migration")

    merging.merge(kept, removed)

    assert named(kept) == {"Migration Agency", "Agence", "UN Migration"}


def test_a_name_that_another_organisation_has_as_alias_stays_with_it():
    other = make_organisation()
    other.aliases.create(name="Shared")
    kept, removed = make_organisation(), make_organisation(name_en="Shared")

    merging.merge(kept, removed)

    assert named(kept) == set()
    assert named(other) == {"Shared"}


def test_what_the_kept_record_does_not_say_is_taken_over_and_given_back():
    kept = make_organisation(website="")
    removed = make_organisation(website="https://example.org", note="Seen twice")
    kept.note = "Ours"
    kept.save()

    merge = merging.merge(kept, removed)
    kept.refresh_from_db()
    assert (kept.website, kept.note) == ("https://example.org", "Ours")

    merging.undo(merge)
    kept.refresh_from_db()
    assert (kept.website, kept.note) == ("", "Ours")


def test_undo_brings_back_the_record_as_it_was_with_its_facts():
    kept = make_organisation()
    removed = make_organisation(
        name_en="Agency",
        name_fr="Agence",
        name_ar="وكالة",
        acronym_es="AG",
    )
    removed.aliases.create(name="The agency")
    before = Organisation.objects.filter(pk=removed.pk).values().get()
    fact = make_partnership(make_draft(), removed)
    kept_fact = make_partnership(make_draft(), kept)
    publish(fact.profile)

    done = merging.undo(merging.merge(kept, removed))

    assert Organisation.objects.filter(pk=removed.pk).values().get() == before
    fact.refresh_from_db()
    kept_fact.refresh_from_db()
    assert (fact.organisation_id, kept_fact.organisation_id) == (removed.pk, kept.pk)
    assert named(removed) == {"The agency"}
    assert named(kept) == set()
    assert done.kept_because_edited == []


def test_undo_leaves_what_was_edited_since_and_says_so():
    kept, removed, third = (make_organisation() for _ in range(3))
    draft = make_draft()
    moved, edited = make_partnership(draft, removed), make_partnership(draft, removed)
    merge = merging.merge(kept, removed)
    Partnership.objects.filter(pk=edited.pk).update(organisation=third)

    done = merging.undo(merge)

    moved.refresh_from_db()
    edited.refresh_from_db()
    assert (moved.organisation_id, edited.organisation_id) == (removed.pk, third.pk)
    assert done.reversed == 1
    assert done.kept_because_edited == ["partnerships: 1"]


def test_undo_reaches_the_copies_in_a_draft_opened_since():
    kept, removed = make_organisation(), make_organisation()
    profile = make_draft()
    make_partnership(profile, removed)
    publish(profile)
    merge = merging.merge(kept, removed)
    draft = editions.open_draft(profile.mechanism)

    merging.undo(merge)

    assert draft.partnerships.get().organisation_id == removed.pk


def test_a_merge_is_undone_once():
    merge = merging.merge(make_organisation(), make_organisation())
    merging.undo(merge)

    with pytest.raises(merging.MergeError, match="undone before"):
        merging.undo(merge)


def test_merges_in_a_row_are_undone_from_the_last():
    first, second, third = (make_organisation() for _ in range(3))
    early = merging.merge(second, first)
    late = merging.merge(third, second)

    with pytest.raises(merging.MergeError, match="undo that first"):
        merging.undo(early)
    merging.undo(late)
    merging.undo(early)

    assert Organisation.objects.count() == 3


def test_undo_is_refused_when_the_key_was_given_to_another():
    # Of an organisation, the key leads to the one that was kept.
    kept, removed = make_source(), make_source(slug="iom")
    merge = merging.merge(kept, removed)
    make_source(slug="iom")

    with pytest.raises(merging.MergeError, match="iom"):
        merging.undo(merge)

    merge.refresh_from_db()
    assert merge.undone_at is None


@pytest.mark.parametrize("what", ["itself", "another kind", "gone"])
def test_impossible_merges_are_refused_and_change_nothing(what):
    kept, removed = make_organisation(), make_organisation()
    if what == "itself":
        removed = kept
    elif what == "another kind":
        removed = make_source()
    else:
        Organisation.objects.filter(pk=removed.pk).delete()

    with pytest.raises(merging.MergeError):
        merging.merge(kept, removed)

    assert not RecordMerge.objects.exists()


def test_a_merge_changes_public_pages_and_is_written_down_for_each_fact(reviewer):
    kept, removed = make_organisation(name_en="Kept"), make_organisation(name_en="Gone")
    fact = make_partnership(make_draft(), removed)
    publish(fact.profile)
    before = revision.current()

    merging.merge(kept, removed, by=reviewer)

    assert revision.current() != before
    entry = LogEntry.objects.get_for_object(fact).first()
    assert entry.actor == reviewer
    assert entry.changes["organisation"] == [
        f"Gone ({removed.slug})",
        f"Kept ({kept.slug})",
    ]
    assert entry.additional_data["mechanism"] == fact.profile.mechanism.slug
    assert LogEntry.objects.get_for_object(kept).filter(actor=reviewer).exists()


def test_preview_counts_what_the_merge_then_moves():
    kept, removed = make_source(), make_source()
    draft = make_draft()
    make_membership(draft, source=removed)
    make_membership(draft, source=removed)
    draft.sources.add(removed)

    preview = merging.preview(kept, removed)

    assert dict(preview.moved) == {"memberships": 2, "profiles": 1}


@pytest.mark.parametrize("whole_is_kept", [True, False])
def test_a_part_is_not_merged_with_its_whole(whole_is_kept):
    whole = make_organisation()
    part = make_organisation(part_of=whole)
    pair = (whole, part) if whole_is_kept else (part, whole)

    with pytest.raises(merging.MergeError, match="a part of the other"):
        merging.merge(*pair)

    assert Organisation.objects.count() == 2


def test_parts_of_the_removed_organisation_become_parts_of_the_kept_one():
    kept, removed = make_organisation(), make_organisation()
    part = make_organisation(part_of=removed)

    done = merging.merge(kept, removed)

    part.refresh_from_db()
    assert part.part_of == kept
    merging.undo(done)
    part.refresh_from_db()
    assert part.part_of.slug == removed.slug


def test_the_old_address_of_a_partner_leads_to_the_one_that_was_kept(client):
    kept, removed, last = (make_organisation() for _ in range(3))
    make_partnership(draft := make_draft(), kept)
    publish(draft)
    merge = merging.merge(kept, removed)

    moved = client.get(f"/partners/{removed.slug}/")
    assert (moved.status_code, moved["Location"]) == (301, f"/partners/{kept.slug}/")
    assert "no-store" in moved["Cache-Control"]

    make_partnership(other := make_draft(), last)
    publish(other)
    # Merged on, the oldest address still leads to the end.
    merging.merge(last, kept)
    assert client.get(f"/partners/{removed.slug}/")["Location"] == (
        f"/partners/{last.slug}/"
    )
    assert RecordMerge.objects.filter(pk=merge.pk).exists()


def test_the_old_address_does_not_lead_to_a_partner_that_is_not_public(client):
    kept, removed = make_organisation(), make_organisation()
    merge = merging.merge(kept, removed)
    assert client.get(f"/partners/{removed.slug}/").status_code == 404

    make_partnership(draft := make_draft(), kept)
    publish(draft)
    merging.undo(merge)

    assert client.get(f"/partners/{removed.slug}/").status_code == 404
