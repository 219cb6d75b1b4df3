"""Write the published registry as a fixture for `loaddata`."""

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core import serializers
from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Model
from django.utils.translation import gettext as _

from iscm_registry.registry_files.tables import FACTS, REFERENCES, Table
from profiles.models import Mechanism, MechanismAlias, Profile


class Command(BaseCommand):
    """Writes reference records and what the public reads of published editions.

    Times are cut to the day, so that the same content makes the same file.
    """

    help = (
        "Write the published registry into a JSON file that `loaddata` reads: "
        "reference records and published editions, without drafts, accounts and what "
        "only staff may read."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="such as fixtures/registry.json")

    def handle(self, *args, file, **options):
        text = serializers.serialize(
            "json",
            _records(),
            indent=1,
            use_natural_foreign_keys=True,
            use_natural_primary_keys=True,
        )
        try:
            file.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written: %(reason)s.")
                % {"file": file, "reason": error.strerror}
            ) from None
        self.stdout.write(
            self.style.SUCCESS(_("%(file)s is written.") % {"file": file})
        )


def _records() -> Iterator[Model]:
    for table in REFERENCES:
        yield from _in_order(table, table.model._default_manager.all())
    profiles = list(
        Profile.objects.published()
        .select_related("mechanism")
        .prefetch_related("regions", "sources")
        .order_by("pk")
    )
    yield from Mechanism.objects.filter(editions__in=profiles).order_by("pk")
    yield from (
        MechanismAlias.objects.filter(mechanism__editions__in=profiles)
        .select_related("mechanism")
        .order_by("pk")
    )
    for profile in profiles:
        day = _day(profile.published_at)
        profile.created_at = profile.changed_at = profile.published_at = day
        profile.version = 0
        yield profile
    for table in FACTS:
        yield from _in_order(table, table.model._default_manager.published())  # type: ignore[attr-defined]


def _day(moment: datetime.datetime | None) -> datetime.datetime | None:
    if moment is None:  # never of a published edition
        return None
    return moment.astimezone(datetime.UTC).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def _in_order(table: Table, records) -> Iterable[Model]:
    """Return the records with what their keys name, which is written with them.

    A record that names another of its kind follows that: a reader of the file may take
    one record after another.
    """
    keys = [f.name for f in table.model._meta.concrete_fields if f.is_relation]
    if table.holds_facts:
        keys.append("profile__mechanism")
    for key in keys:
        records = records.select_related(key)
    own = [
        f for f in table.model._meta.concrete_fields if f.related_model is table.model
    ]
    naming_last = [F(f.name).asc(nulls_first=True) for f in own]
    return records.prefetch_related(*table.many()).order_by(*naming_last, "pk")
