"""Which editions an address asks to compare: `?m=ocam&m=rcm@1`.

What is not understood is refused, with what would be right: a mechanism that is not
known by that name, an edition that nobody can read, one that stands twice, too few and
too many.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from answers.answer import NotUnderstood
from profiles.facets import LONGEST_NAME, shortened
from profiles.models import Profile
from profiles.models.mechanisms import ONCE_PUBLIC_STATES, READABLE_STATES
from profiles.searching import search
from profiles.vocabularies import EditionState

FEWEST, MOST = 2, 4

_ASKED = re.compile(r"([-a-zA-Z0-9_]+)(?:@([1-9][0-9]{0,5}))?")
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")


@dataclass(frozen=True)
class Chosen:
    """An edition to compare; `asked` is how its address names it."""

    asked: str
    edition: Profile

    @property
    def slug(self) -> str:
        return self.edition.mechanism.slug


def canonical(asked: Sequence[str], revision: str | None) -> list[str]:
    """Return what is asked with mechanisms by the names that addresses have.

    'RCM@1' is 'rcm@1'; what is no one mechanism's name stays as it is, and what is
    empty, as a form sends what nobody filled in, is left out.
    """
    texts = [one.strip() for one in asked if one.strip()]
    names = {text.partition("@")[0] for text in texts}
    known = Profile.objects.readable().filter(
        mechanism__slug__in=filter(_SLUG.fullmatch, names)
    )
    keys = {name: name for name in known.values_list("mechanism__slug", flat=True)}
    # More than can be compared is refused anyhow.
    for name in [*names - keys.keys()][:MOST]:
        called = search("called")(name[:LONGEST_NAME], "mechanism", revision=revision)
        if len(called) == 1:
            keys[name] = called[0]
    parts = [text.partition("@") for text in texts]
    return [f"{keys.get(name, name)}{at}{rest}" for name, at, rest in parts]


def chosen(asked: Sequence[str], revision: str | None) -> list[Chosen]:
    """Return the editions that are asked for, in the order of the address.

    Raises NotUnderstood unless they are two to four, each another and readable.
    """
    if len(asked) > MOST:
        raise NotUnderstood("m", _too_many(len(asked)))
    read = [_ASKED.fullmatch(one) for one in asked]
    slugs = {match[1] for match in read if match}
    editions = Profile.objects.filter(
        mechanism__slug__in=slugs, state__in=ONCE_PUBLIC_STATES
    ).select_related("mechanism")
    by_slug: dict[str, list[Profile]] = {}
    for edition in editions.order_by("edition"):
        by_slug.setdefault(edition.mechanism.slug, []).append(edition)
    found: list[Chosen] = []
    for text, match in zip(asked, read, strict=True):
        if match is None or match[1] not in by_slug:
            raise NotUnderstood("m", _unknown(text, revision))
        edition = _edition(match[1], match[2], by_slug[match[1]])
        if any(edition.pk == one.edition.pk for one in found):
            raise NotUnderstood("m", _twice(text, edition, by_slug[match[1]]))
        found.append(Chosen(text, edition))
    if len(found) < FEWEST:
        raise NotUnderstood("m", _too_few(found))
    return found


def _edition(slug: str, number: str | None, editions: Sequence[Profile]) -> Profile:
    readable = [one for one in editions if one.state in READABLE_STATES]
    if number is None:
        for edition in readable:
            if edition.state == EditionState.PUBLISHED:
                return edition
        said = _("“%(slug)s” has no edition that is published now.") % {"slug": slug}
        raise NotUnderstood("m", f"{said} {_which(slug, readable)}")
    for edition in editions:
        if edition.edition == int(number):
            if edition in readable:
                return edition
            said = _("Edition %(number)s of “%(slug)s” was withdrawn on %(day)s.") % {
                "number": number,
                "slug": slug,
                "day": date_format(localtime(edition.withdrawn_at), "DATE_FORMAT")
                if edition.withdrawn_at
                else "",
            }
            raise NotUnderstood("m", f"{said} {_which(slug, readable)}")
    said = _("“%(slug)s” has no edition %(number)s.") % {"slug": slug, "number": number}
    raise NotUnderstood("m", f"{said} {_which(slug, readable)}")


def _which(slug: str, readable: Sequence[Profile]) -> str:
    if not readable:
        return _("None of its editions can be read. Choose another mechanism.")
    known = [f"{slug}@{one.edition}" for one in readable]
    return _("These can be read: %(editions)s.") % {"editions": ", ".join(known)}


def _unknown(text: str, revision: str | None) -> str:
    name = text.partition("@")[0].replace("-", " ")[:LONGEST_NAME]
    near = search("suggest")(name, kinds=["mechanism"], revision=revision)
    said = _("“%(value)s” is not the name of a published mechanism.") % {
        "value": shortened(text)
    }
    keys = [one.url.rstrip("/").rpartition("/")[2] for one in near]
    if keys:
        names = get_text_list(keys, _("or"))
        return f"{said} " + _("Perhaps %(names)s is meant.") % {"names": names}
    hint = _("Write it as its page’s address does, such as ocam, or ocam@1.")
    return f"{said} {hint}"


def _twice(text: str, edition: Profile, editions: Sequence[Profile]) -> str:
    slug = edition.mechanism.slug
    said = _("“%(value)s” is the same edition as one before it.") % {"value": text}
    others = [
        f"{slug}@{one.edition}"
        for one in editions
        if one.pk != edition.pk and one.state in READABLE_STATES
    ]
    if others:
        right = _("Choose another mechanism, or another edition: %(editions)s.")
        return f"{said} {right % {'editions': ', '.join(others)}}"
    return f"{said} " + _("Choose another mechanism.")


def _too_many(number: int) -> str:
    text = _("%(number)d are chosen; at most %(most)d can be compared. Choose fewer.")
    return text % {"number": number, "most": MOST}


def _too_few(found: Sequence[Chosen]) -> str:
    if not found:
        return _("Choose two to four mechanisms.")
    text = _(
        "Only “%(name)s” is chosen. Choose one to three others to compare it with."
    )
    return text % {"name": found[0].edition.short_name}
