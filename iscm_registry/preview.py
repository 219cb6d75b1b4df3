"""An edition as the public would read it, for staff: drafts too."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from partnerships.views.pages import ProfileView
from profiles.models import Profile


class PreviewView(ProfileView):
    """The public page of an edition in any state, below the staff's addresses.

    It shows what the public would see and no more: facts that are not public are
    left out.
    """

    template_name = "registry/preview.html"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.has_perm("profiles.view_profile"):
            raise PermissionDenied
        if not self.get_editions().exists():
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_editions(self):
        return Profile.objects.filter(pk=self.kwargs["pk"])

    def get_readable(self):
        return self.get_editions()


preview = admin.site.admin_view(PreviewView.as_view())
