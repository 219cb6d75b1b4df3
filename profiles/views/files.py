"""Files of sources that anybody may read."""

from django.http import Http404
from django.views import View

from profiles import source_files
from profiles.models import SourceFile


class SourceFileView(View):
    """Gives a public file of a published source out, to be saved."""

    http_method_names = ["get", "head"]

    def get(self, request, key):
        kept = SourceFile.objects.public().filter(key=key).first()
        if kept is None:
            raise Http404
        try:
            return source_files.answer(kept)
        except FileNotFoundError:
            raise Http404 from None
