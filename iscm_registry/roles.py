"""Who may do what: three groups that come with the registry.

*Data entry* keeps profiles and reference records and brings surveys in, *reviewers*
also send back, publish, withdraw, redact, delete, undo imports, answer error reports
and decide on what others propose to change in records that public pages show,
*administrators* do everything, accounts and personal details of respondents and of
senders of reports included, give back what was redacted, and change such records at
once.
People who need something else get another group: these three are filled up again
with what they lack whenever the database is migrated.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, models

from corrections.models import ErrorReport, ReportSender
from iscm_registry.revision import REFERENCE_MODELS
from profiles.models import (
    ChangeProposal,
    Comment,
    EditionEvent,
    Mechanism,
    Notice,
    Profile,
    Redaction,
    SourceFile,
    fact_kinds,
)
from profiles.models.links import LinkCheck
from profiles.models.merges import RecordMerge
from surveys.models import (
    BulkEdit,
    Choice,
    ImportedChange,
    PersonalDetails,
    Question,
    Questionnaire,
    Recommendation,
    Round,
    SavedMapping,
    Submission,
    SurveyImport,
    Turnout,
)

DATA_ENTRY = "data entry"
REVIEWER = "reviewer"
ADMINISTRATOR = "administrator"

ROLES = (DATA_ENTRY, REVIEWER, ADMINISTRATOR)

ADMINISTERED = ("auth", "mfa", "socialaccount", "usersessions")
"""Apps of which administrators may do everything, beside our own."""


def granted() -> dict[str, set[str]]:
    """Return the permissions of each role, written as "app.codename"."""
    written: list[type[models.Model]] = [Profile, Mechanism, *REFERENCE_MODELS]
    # To add an import is to upload a file and decide, to change one is to apply it,
    # to delete one is to undo it, or to discard it before it is applied.
    written += [Round, Questionnaire, SurveyImport, SavedMapping]
    # To change a comment is to assign or resolve it.
    written += [Comment]
    # To change a bulk edit is to undo it.
    written += [BulkEdit]
    read: list[type[models.Model]] = [
        EditionEvent,
        Redaction,
        ErrorReport,
        LinkCheck,
        Notice,
        RecordMerge,
        ChangeProposal,
        Submission,
        ImportedChange,
    ]
    # A fact goes from a draft only, with the form that holds it; a question, with its
    # choices, only while nobody has answered it.
    parts: list[type[models.Model]] = [
        *fact_kinds(),
        Turnout,
        Recommendation,
        Question,
        Choice,
    ]
    data_entry = {
        *_permissions(written, "view", "add", "change"),
        *_permissions(parts, "view", "add", "change", "delete"),
        *_permissions(read, "view"),
        *_permissions([SourceFile], "view", "add"),
        "auditlog.view_logentry",
    }
    reviewer = {
        *data_entry,
        *_permissions([Profile, Mechanism, *REFERENCE_MODELS, SurveyImport], "delete"),
        *_permissions([SourceFile, SavedMapping], "delete"),
        # An answer is public at once; what is deleted was no report.
        *_permissions([ErrorReport], "change", "delete"),
        "profiles.publish_profile",
        "profiles.decide_changeproposal",
    }
    administrator = {
        *reviewer,
        *_permissions([RecordMerge], "add"),
        "profiles.lift_redaction",
        "profiles.change_at_once",
        *_permissions([Round, Questionnaire], "delete"),
        *_permissions([PersonalDetails, ReportSender], "view", "delete"),
        *(
            permission
            for label in ADMINISTERED
            if label in apps.app_configs
            for permission in _permissions(
                apps.get_app_config(label).get_models(),
                "view",
                "add",
                "change",
                "delete",
            )
        ),
    }
    return {DATA_ENTRY: data_entry, REVIEWER: reviewer, ADMINISTRATOR: administrator}


def _permissions(kinds: Iterable[type[models.Model]], *actions: str) -> set[str]:
    return {
        f"{kind._meta.app_label}.{action}_{kind._meta.model_name}"
        for kind in kinds
        for action in actions
    }


def fill_groups(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Make the three groups and give them what they lack; take nothing away.

    It is called after each migration, and after a flush, which empties the tables.
    """
    wanted = granted()
    for label in sorted(
        {name.partition(".")[0] for of in wanted.values() for name in of}
    ):
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, names in wanted.items():
        group, _made = Group.objects.using(using).get_or_create(name=role)
        has = set(group.permissions.values_list("pk", flat=True))
        lacking = {known[name].pk for name in names if name in known}
        group.permissions.add(*sorted(lacking - has))
