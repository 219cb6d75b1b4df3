"""How a mechanism, or an edition of its profile, is cited: in words and in files."""

import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import override

from profiles.models import Profile

REGISTRY = "ISCM Registry"

_IN_BIBTEX = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces also after a backslash.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True)
class Cited:
    """What is cited. `publisher` is "" where no setting names one; `edition` is None
    for a mechanism whatever its edition in force, `published` where no day is known."""

    key: str
    title: str
    url: str
    publisher: str = ""
    edition: int | None = None
    published: date | None = None
    as_of: str = ""

    @classmethod
    def of(cls, profile: Profile, url: str, *, edition: bool) -> "Cited":
        """Return the citation of an edition, or of its mechanism, at the address."""
        number = profile.edition if edition else None
        slug = profile.mechanism.slug
        at = profile.published_at
        return cls(
            key=f"iscm-{slug}-{number}" if number else f"iscm-{slug}",
            title=one_line(profile.name),
            url=url,
            publisher=one_line(settings.PUBLISHER_NAME),
            edition=number,
            published=localdate(at) if at else None,
            as_of=profile.as_of,
        )


def one_line(text: str) -> str:
    """Make spaces of line breaks and control characters, which end fields of files."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def apa(cited: Cited) -> str:
    """Return the citation as APA has it: in English, the 7th edition of its manual."""
    when = f"({_day(cited, 'Y, F j') or 'n.d.'})."
    title = cited.title + (f" (Edition {cited.edition})" if cited.edition else "")
    if cited.publisher:
        told = [_ended(cited.publisher), when, _ended(title), f"{REGISTRY}."]
    else:
        told = [_ended(title), when, f"{REGISTRY}."]
    return " ".join([*told, cited.url])


def chicago(cited: Cited) -> str:
    """Return the citation as the Chicago Manual of Style has it in a bibliography."""
    told = [_ended(cited.publisher)] if cited.publisher else []
    told += [f"“{_ended(cited.title)}”"]
    number = f", edition {cited.edition}" if cited.edition else ""
    told += [f"{REGISTRY}{number}."]
    day = _day(cited, "F j, Y")
    told += [f"Published {day}." if day else "N.d."]
    return " ".join([*told, f"{cited.url}."])


def bibtex(cited: Cited) -> str:
    """Return an entry of a BibTeX file, in UTF-8 as biber and BibTeX read it."""
    fields = {
        # Braces within keep the writing of a name, and a body from being two people.
        "author": f"{{{_in_bibtex(cited.publisher)}}}" if cited.publisher else "",
        "title": f"{{{_in_bibtex(cited.title)}}}",
        "howpublished": REGISTRY,
        "edition": str(cited.edition or ""),
        "year": f"{cited.published:%Y}" if cited.published else "",
        "month": f"{cited.published:%m}" if cited.published else "",
        "note": f"Information as of {cited.as_of}" if cited.as_of else "",
        "url": cited.url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{cited.key},", *lines, "}", ""])


def ris(cited: Cited) -> str:
    """Return a reference as reference managers exchange it."""
    fields = [
        ("TY", "ELEC"),
        ("ID", cited.key),
        ("AU", cited.publisher),
        ("TI", cited.title),
        ("T2", REGISTRY),
        ("ET", str(cited.edition or "")),
        ("PB", cited.publisher),
        ("PY", f"{cited.published:%Y}" if cited.published else ""),
        ("DA", f"{cited.published:%Y/%m/%d}" if cited.published else ""),
        ("N1", f"Information as of {cited.as_of}" if cited.as_of else ""),
        ("UR", cited.url),
    ]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _in_bibtex(text: str) -> str:
    return "".join(_IN_BIBTEX.get(sign, sign) for sign in text)


def _day(cited: Cited, written: str) -> str:
    with override("en"):
        return date_format(cited.published, written) if cited.published else ""


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
