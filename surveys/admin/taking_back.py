"""Pages that undo an applied import, or discard a waiting one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from surveys import applying
from surveys.admin import long_imports
from surveys.admin.changes import kept_of
from surveys.admin.import_steps import UNDO, address, may_discard
from surveys.refusals import ImportRefused
from surveys.vocabularies import ImportState


class TakesBack:
    """Undoing and discarding, for the admin of imports."""

    def undo_view(self: Any, request, pk):
        """Show what undoing would take back; a POST takes it back."""
        if not request.user.has_perm(UNDO):
            raise PermissionDenied
        survey_import = self._import(request, pk)
        if survey_import.state != ImportState.APPLIED:
            return HttpResponseRedirect(address(survey_import))
        undone, refused = None, None
        is_asked = request.method != "POST"
        try:
            with transaction.atomic():
                undone = applying.undo(survey_import, by=request.user)
                # To show exactly what undoing does, it is done and rolled back.
                transaction.set_rollback(is_asked)
        except ImportRefused as error:
            refused = error
        if is_asked or refused:
            survey_import.refresh_from_db()
            return self._page_of(
                request,
                "undo",
                survey_import,
                title=_("Undo an import"),
                undone=undone,
                kept=kept_of(undone) if undone else [],
                refused=refused,
                is_step=True,
            )
        long_imports.prepare_copies_again(survey_import, request.user)
        self.message_user(request, _("The import was undone."), messages.SUCCESS)
        return HttpResponseRedirect(address(survey_import))

    def discard_view(self: Any, request, pk):
        """Ask whether to delete an import that was not applied; a POST deletes it."""
        survey_import = self._import(request, pk)
        if not may_discard(request, survey_import):
            raise PermissionDenied
        if survey_import.state != ImportState.PREPARED:
            return HttpResponseRedirect(address(survey_import))
        if request.method != "POST":
            return self._page_of(
                request,
                "discard",
                survey_import,
                title=_("Discard an import"),
                is_step=True,
            )
        long_imports.prepare_copies_again(survey_import, request.user)
        survey_import.delete()
        self.message_user(
            request, _("The import and its file were deleted."), messages.SUCCESS
        )
        return HttpResponseRedirect(reverse("admin:surveys_surveyimport_changelist"))
