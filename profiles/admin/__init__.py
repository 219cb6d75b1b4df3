"""The staff's pages: Django's own admin, in the registry's words.

Editions change their state through `profiles.editions` only; what was published
can be read here and never changed.
"""

from django.contrib import admin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from profiles.admin.comments import CommentAdmin
from profiles.admin.facts import FactInline, fact_inline, register_facts
from profiles.admin.mechanisms import MechanismAdmin, ProfileAdmin
from profiles.admin.notices import NoticeAdmin
from profiles.admin.redactions import RedactionAdmin
from profiles.admin.reference import AliasInline, ReferenceAdmin

__all__ = [
    "AliasInline",
    "CommentAdmin",
    "FactInline",
    "MechanismAdmin",
    "NoticeAdmin",
    "ProfileAdmin",
    "RedactionAdmin",
    "ReferenceAdmin",
    "fact_inline",
]

admin.site.site_header = _("ISCM Registry")
admin.site.site_title = _("ISCM Registry")
admin.site.index_title = _("Staff pages")
admin.site.site_url = reverse_lazy("home")  # type: ignore[assignment]

register_facts()
