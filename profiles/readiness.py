"""What an edition still lacks before the public should read it.

Blockers forbid its publication, warnings only say what a reviewer should know.
Apps that stand above this one add their own checks with `also_checked`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import TextField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from profiles.comparison import Comparison, compare
from profiles.content import EVIDENCE, languages_of_texts
from profiles.edition_parts import brought_back
from profiles.models import (
    Chairing,
    Clearance,
    Fact,
    FieldSource,
    Membership,
    Profile,
    Section,
    StatusPeriod,
    fact_kinds,
)
from profiles.models.status import status_on
from profiles.sourcing import unsourced_fields
from profiles.succession import newest_first
from profiles.vocabularies import Coverage, FormPart, MembershipRole, SectionPart


@dataclass(frozen=True)
class Finding:
    """Something that is missing or doubtful.

    `part` is the part of the form where it is put right.
    """

    text: Any
    part: FormPart = FormPart.IDENTITY

    @property
    def anchor(self) -> str:
        return f"part-{self.part.value}"


@dataclass(frozen=True)
class Readiness:
    blockers: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return not self.blockers


FactsByKind = dict[type[Fact], list[Any]]
Check = Callable[[Profile, FactsByKind], Iterable[Finding]]

_checks: list[Check] = []


def also_checked(check: Check) -> Check:
    """Let `check` add warnings. It gets the edition and all its facts by kind."""
    if check not in _checks:
        _checks.append(check)
    return check


def readiness(edition: Profile, against: Comparison | None = None) -> Readiness:
    """Say what keeps an edition from the public, and what a reviewer should know.

    `against` is the comparison with the published edition, if the caller has it.
    The number of queries does not grow with facts.
    """
    facts: FactsByKind = {
        kind: list(kind.objects.filter(profile=edition).with_stating())  # type: ignore[misc]
        for kind in fact_kinds()
    }
    return Readiness(
        blockers(edition),
        [
            *_missing_in_the_identity(edition),
            *_status_that_does_not_hold_today(edition, facts),
            *_latest_chair_that_is_not_the_newest(facts),
            *_no_member(facts),
            *_parts_without_coverage(facts),
            *_fields_without_source(edition, facts),
            *_facts_without_source(facts),
            *_parts_without_content(facts),
            *_texts_without_translation(edition, facts),
            *_outdated_clearances(edition, facts, against),
            *(finding for check in _checks for finding in check(edition, facts)),
        ],
    )


def blockers(edition: Profile) -> list[Finding]:
    """Say what forbids the publication of an edition, as the database holds it."""
    found = []
    names = [f"name_{code}" for code in settings.MODELTRANSLATION_LANGUAGES]
    if not any(Profile.objects.values_list(*names).get(pk=edition.pk)):
        found.append(Finding(_("The mechanism has no name.")))
    if not _has_source(edition):
        found.append(
            Finding(
                _(
                    "No source is named: neither for the profile as a whole "
                    "nor for any of its facts."
                ),
                FormPart.SOURCES,
            )
        )
    found += [
        Finding(
            _("“%(part)s” says again what was redacted on %(date)s: %(reason)s")
            % {
                "part": redaction.label,
                "date": date_format(redaction.at, "DATE_FORMAT"),
                "reason": redaction.reason,
            }
        )
        for redaction in brought_back(edition)
    ]
    return found


def _has_source(edition: Profile) -> bool:
    return edition.sources.exists() or any(
        kind._default_manager.filter(
            profile=edition,  # type: ignore[misc]
            source__isnull=False,
        ).exists()
        for kind in fact_kinds()
    )


def _missing_in_the_identity(edition: Profile) -> Iterator[Finding]:
    if not edition.as_of:
        yield Finding(_("It does not say as of when the information is true."))
    if not edition.regions.exists():
        yield Finding(_("No region is named."))


def _status_that_does_not_hold_today(
    edition: Profile, facts: FactsByKind
) -> Iterator[Finding]:
    periods = facts[StatusPeriod]
    if not periods:
        return
    today = status_on(periods, timezone.localdate())
    if today != edition.status:
        text = _("The status is “%(status)s”; the statuses in time say “%(today)s”.")
        said = {"status": edition.get_status_display(), "today": today.label}
        yield Finding(text % said)


def _latest_chair_that_is_not_the_newest(facts: FactsByKind) -> Iterator[Finding]:
    terms = newest_first(facts[Chairing])
    if any(term.is_current for term in terms) and not terms[0].is_current:
        yield Finding(
            _("The latest known chair is not the newest: a later term is on record."),
            FormPart.STRUCTURE,
        )


def _no_member(facts: FactsByKind) -> Iterator[Finding]:
    if not any(
        seat.role == MembershipRole.MEMBER and seat.is_current
        for seat in facts[Membership]
    ):
        yield Finding(_("No State is a member."), FormPart.MEMBERS)


def _parts_without_coverage(facts: FactsByKind) -> Iterator[Finding]:
    known = {
        section.part
        for section in facts[Section]
        if section.coverage != Coverage.UNKNOWN
    }
    for part in SectionPart:
        if part.value not in known:
            yield Finding(
                _("“%(part)s” has no coverage status.") % {"part": part.label},
                FormPart(part.heading.value),
            )


def _fields_without_source(edition: Profile, facts: FactsByKind) -> Iterator[Finding]:
    by_part: dict[FormPart, list[str]] = {}
    for stated in unsourced_fields(edition, facts[FieldSource]):
        by_part.setdefault(stated.part, []).append(stated.label)
    for part, labels in by_part.items():
        text = _("Without a source: %(fields)s.") % {"fields": ", ".join(labels)}
        yield Finding(text, part)


def _facts_without_source(facts: FactsByKind) -> Iterator[Finding]:
    for kind, of_kind in facts.items():
        missing = [f for f in of_kind if f.is_stating and f.source_id is None]
        if missing:
            text = _("Without a source: %(kind)s (%(count)s).") % {
                "kind": kind._meta.verbose_name_plural,
                "count": len(missing),
            }
            yield Finding(text, part_of_the_form(missing[0]))


def _parts_without_content(facts: FactsByKind) -> Iterator[Finding]:
    filled = {
        fact.answered_part()
        for kind, of_kind in facts.items()
        for fact in of_kind
        if kind is not Section or fact.is_stating
    }
    for section in facts[Section]:
        if section.coverage == Coverage.REPORTED and section.part not in filled:
            part = SectionPart(section.part)
            yield Finding(
                _("“%(part)s” is “reported”, and neither a text nor a fact says what.")
                % {"part": part.label},
                FormPart(part.heading.value),
            )


def part_of_the_form(fact: Fact) -> FormPart:
    """Return the part of the form of a profile in which a fact is entered."""
    if part := fact.answered_part():
        return FormPart(SectionPart(part).heading.value)
    return fact.form_part


def _texts_without_translation(
    edition: Profile, facts: FactsByKind
) -> Iterator[Finding]:
    """Name, for each language that is used, the texts that lack it."""
    texts: dict[str, dict[str, str]] = {}
    for record, name in [
        (edition, _("profile")),
        *((s, s.get_part_display()) for s in facts[Section]),
    ]:
        for original in _prose_fields(type(record)):
            in_languages = {
                code: getattr(record, f"{original.name}_{code}") or ""
                for code in settings.MODELTRANSLATION_LANGUAGES
            }
            if any(in_languages.values()):
                label = name if record is not edition else original.verbose_name
                texts[str(label)] = in_languages
    for code in settings.MODELTRANSLATION_LANGUAGES:
        missing = [label for label, text in texts.items() if not text[code]]
        if missing and len(missing) < len(texts):
            language = get_language_info(code)["name_translated"]
            yield Finding(
                _("Not in %(language)s, unlike other texts: %(texts)s.")
                % {"language": language, "texts": ", ".join(missing)}
            )


def _prose_fields(model) -> list[TextField]:
    return [
        f
        for f in model._meta.concrete_fields
        if isinstance(f, TextField)
        and f.name in languages_of_texts(model)
        and f.name not in EVIDENCE
    ]


def _outdated_clearances(
    edition: Profile, facts: FactsByKind, against: Comparison | None
) -> Iterator[Finding]:
    """Name what was confirmed and has changed since it was published so."""
    clearances: list[Clearance] = facts[Clearance]
    if not clearances:
        return
    if against is None:
        published = edition.mechanism.editions.published().first()
        if published is None or published.pk == edition.pk:
            return
        against = compare(published, edition)
    new = {c.fact.uid for c in against.added if c.kind is Clearance}
    changed: Counter[str] = Counter()
    for change in against.facts():
        if change.kind is not Clearance:
            changed[change.fact.answered_part()] += 1
    anything = bool(changed or against.fields)
    for clearance in clearances:
        if clearance.uid in new:
            continue
        if clearance.part and changed[clearance.part]:
            text = _("“%(part)s” has changed since %(who)s confirmed it (%(date)s).")
        elif not clearance.part and anything:
            text = _("The profile has changed since %(who)s confirmed it (%(date)s).")
        else:
            continue
        told = text % {
            "part": clearance.get_part_display(),
            "who": clearance.confirmed_by,
            "date": clearance.on,
        }
        yield Finding(told, FormPart.CLEARANCES)
