"""The files that readers find beside sources."""

from collections import defaultdict

from django import template

from profiles.models import SourceFile

register = template.Library()


@register.simple_tag
def files_of(references) -> dict[int, list[SourceFile]]:
    """The public files of the sources of a page, by the pk of the source. One query."""
    named = [source.pk for _number, source in references]
    files: dict[int, list[SourceFile]] = defaultdict(list)
    for kept in SourceFile.objects.filter(is_public=True, source__in=named):
        files[kept.source_id].append(kept)
    return dict(files)


@register.filter
def of_source(files, source) -> list[SourceFile]:
    return files.get(source.pk, []) if files else []
