"""Where the changes of a record are listed."""

from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.urls import reverse

from profiles.models import Mechanism, Profile

register = template.Library()


@register.filter
def audit_address(record: Model) -> str:
    """Return the address of the audit log of a record.

    Of an edition, the changes of its facts belong to it; of a mechanism, those of
    all its editions.
    """
    if isinstance(record, Profile):
        chosen = {"mechanism": record.mechanism.slug, "edition": str(record.edition)}
    elif isinstance(record, Mechanism):
        chosen = {"mechanism": record.slug}
    else:
        chosen = {"kind": record._meta.label_lower, "object_id": str(record.pk)}
    return f"{reverse('admin:auditlog_logentry_changelist')}?{urlencode(chosen)}"
