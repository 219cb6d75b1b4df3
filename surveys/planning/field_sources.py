"""Sources of a field of the profile that no longer state what the field says."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from profiles.content import languages_of_texts, text_of_column
from profiles.models import FieldSource, Profile
from profiles.sourcing import StatedField, field_of_column
from surveys.planning.drafts import FIELD_SOURCE
from surveys.planning.mechanisms import ChangesToMechanism
from surveys.planning.plans import PlannedChange
from surveys.planning.values import is_nothing
from surveys.statements import PROFILE, Statement
from surveys.vocabularies import ChangeAction


def withdraw_sources(
    changes: ChangesToMechanism, statement: Statement, replaced: dict[str, Any]
) -> None:
    """Plan to take out the sources of values that a statement replaced, but its own."""
    if statement.target != PROFILE:
        return
    own = changes.context.respondents.source_slug_of(statement)
    for column, value in replaced.items():
        field = field_of_column(column)
        if field is None or is_nothing(value) or not _says_it_alone(field):
            continue
        languages = {field.language, *_of_all_languages(changes, column)}
        for fact in [*changes.draft.facts(FIELD_SOURCE)]:
            is_of_it = (
                fact.value("field") == field.field
                and (fact.value("language") or "") in languages
            )
            if is_of_it and fact.value("source") != own:
                _withdraw(changes, statement, fact)


def _of_all_languages(changes: ChangesToMechanism, column: str) -> Iterator[str]:
    """Yield "", by which a source gives a text in all languages, unless the edition has
    the text in another one, which the source may still state."""
    text = text_of_column(Profile, column)
    others = {*languages_of_texts(Profile).get(text, ())} - {column}
    if all(is_nothing(changes.draft.profile.value(other)) for other in others):
        yield ""


def _says_it_alone(field: StatedField) -> bool:
    """Is one column all that the field says? Its source may state the other ones."""
    return [*Profile.disputed_as.values()].count(field.field) == 1


def _withdraw(changes: ChangesToMechanism, statement: Statement, fact: Any) -> None:
    changes.draft.remove(fact)
    said = fact.content()
    changes.plan.changes.append(
        PlannedChange(
            changes.number(statement, f"source {fact.uid}"),
            statement.mechanism,
            ChangeAction.REMOVE,
            FIELD_SOURCE,
            changes.context.labels.label(FIELD_SOURCE, FieldSource.identified_by, said),
            fact.uid,
            said | {"position": fact.record.position},
            {},
            statement,
            _("It states the value that was replaced."),
            record=fact,
        )
    )
