"""What the file of each list holds: the columns of docs/data-dictionary.md, and labels.

A record stands under its own fields with other records as their keys, each code and key
followed by its label in the language of the list.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils.timezone import localdate

from partnerships.models import Organisation
from partnerships.views.lists import MechanismListView, PartnerListView
from profiles.content import file_columns
from profiles.keyed_values import NaturalKeys, as_number, read_values
from profiles.models import Contribution, Profile, State, Theme
from profiles.views.lists import ContributionListView, StateListView, ThemeListView

Value: TypeAlias = str | int | bool | list[str] | None
"""What a file says in one place. None: not on record."""

LABEL = "_label"
AT_ONCE = 1000
"""Records that are read together: what a file takes of memory does not grow."""


class ListFile:
    """The records of a list as they are asked for, and what a file says of each.

    A kind names its list's `view`, its `model` and what its records are told by.
    """

    view: ClassVar[Any]
    model: ClassVar[type[models.Model]]
    name: ClassVar[str]
    """What the file is called."""

    told_by: ClassVar[tuple[str, ...]] = ()
    """Columns that name a record where no field of its own does."""

    left_out: ClassVar[tuple[str, ...]] = ()
    """Fields that the file has not, for what they say of a public record is known."""

    counts: ClassVar[tuple[str, ...]] = ()
    """Numbers that the list shows of a record."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.list = self.view()
        self.list.setup(request)
        self.keys = NaturalKeys()

    @cached_property
    def fields(self) -> list[str]:
        return [n for n in file_columns(self.model) if n not in self.left_out]

    @cached_property
    def columns(self) -> list[str]:
        """The headings of the file, in the order of the dictionary."""
        names = [*self.told_by]
        for name in self.fields:
            names += [name, name + LABEL] if self._has_label(name) else [name]
        return [*names, *self.counts, "url"]

    def rows(self) -> Iterable[dict[str, Value]]:
        """Return what the file says of each record, in the order of the list.

        A few queries for each thousand records.
        """
        asked = self.list.filterset.keys
        for start in range(0, len(asked), AT_ONCE):
            yield from self._told(self.list.rows(asked[start : start + AT_ONCE]))

    def understood(self) -> QueryDict | None:
        """Return the parameters with values for names; None where none is a name."""
        return self.list.filterset.understood()

    def errors(self) -> list[dict[str, Any]]:
        """Return what the list does not understand of its parameters."""
        return self.list.errors

    def filters(self) -> list[dict[str, str]]:
        """Return by what the list is narrowed, in the words of its page."""
        filterset = self.list.filterset
        return [
            {"filter": chip.label, "value": chip.value_label}
            for chip in filterset.chips(filterset.question(self.request.path))
        ]

    def told_as(self, record: Any) -> dict[str, Value]:
        """Return the values of `told_by`."""
        return {}

    def counted(self, record: Any) -> dict[str, Value]:
        """Return the values of `counts`."""
        return {name: getattr(record, name) for name in self.counts}

    def address(self, record: Any) -> str:
        return record.get_absolute_url()

    def _told(self, records: Sequence[Any]) -> Iterable[dict[str, Value]]:
        read = read_values(records, self.fields, self.keys)
        for record, values in zip(records, read, strict=True):
            said: dict[str, Value] = self.told_as(record)
            for name in self.fields:
                value = self._plain(values[name])
                said[name] = value
                if self._has_label(name):
                    said[name + LABEL] = self._label(name, value)
            said |= self.counted(record)
            said["url"] = self.request.build_absolute_uri(self.address(record))
            yield said

    @staticmethod
    def _plain(value: Any) -> Value:
        if isinstance(value, frozenset):
            return sorted(value, key=as_number)
        return None if value == "" else value

    def _has_label(self, name: str) -> bool:
        f: Any = self.model._meta.get_field(name)
        return bool(f.choices or f.is_relation)

    def _label(self, name: str, value: Value) -> Value:
        f: Any = self.model._meta.get_field(name)
        if value is None:
            return None
        if f.choices:
            return str(dict(f.flatchoices)[value])
        if isinstance(value, list):
            return [str(self.keys.record(f.related_model, one)) for one in value]
        return str(self.keys.record(f.related_model, value))


class MechanismsFile(ListFile):
    view = MechanismListView
    model = Profile
    name = "mechanisms"
    told_by = ("mechanism", "edition", "published")
    counts = ("members", "members_to_be_confirmed")

    def told_as(self, record):
        return {
            "mechanism": record.mechanism.slug,
            "edition": record.edition,
            "published": localdate(record.published_at).isoformat(),
        }

    def counted(self, record):
        count = record.headcount
        return {
            "members": count.confirmed,
            "members_to_be_confirmed": count.unconfirmed,
        }

    def address(self, record):
        return record.mechanism.get_absolute_url()


class ContributionsFile(ListFile):
    view = ContributionListView
    model = Contribution
    name = "contributions"
    told_by = ("mechanism", "uid")
    # The list holds public ones only.
    left_out = ("is_public",)

    def told_as(self, record):
        return {
            "mechanism": record.profile.mechanism.slug,
            "uid": str(record.uid),
        }

    def address(self, record):
        return f"{record.profile.mechanism.get_absolute_url()}#{record.uid}"


class StatesFile(ListFile):
    view = StateListView
    model = State
    name = "states"
    counts = ("mechanism_count", "confirmed_count")


class PartnersFile(ListFile):
    view = PartnerListView
    model = Organisation
    name = "partners"
    counts = ("mechanism_count",)

    @cached_property
    def _engaged(self) -> set[str]:
        return {*Organisation.objects.engaged().values_list("slug", flat=True)}

    def _told(self, records):
        for said in super()._told(records):
            # A whole that only a draft names is not known to exist.
            if said["part_of"] not in self._engaged:
                said["part_of"] = said["part_of" + LABEL] = None
            yield said


class ThemesFile(ListFile):
    view = ThemeListView
    model = Theme
    name = "themes"
    counts = ("mechanism_count", "contribution_count")

    def rows(self):
        return self._told(self.list.themes())

    # The list of themes is not narrowed.

    def understood(self):
        return None

    def errors(self):
        return []

    def filters(self):
        return []
