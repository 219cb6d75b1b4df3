"""Published numbers beside ours, and why ours differ.

`because` was written for `published` and `ours` and names both, so that a number that
changes asks for new words: tests/answers/test_reference_points.py.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ReferencePoint:
    """A number of a figure that somebody published: `headline` names it.

    `source` is a source of the registry; "" where the page that says so is not among
    them, and then `said_by` says what is known. `at` is the day for which it was said.
    """

    figure: str
    headline: str
    label: Any
    published: Any
    ours: int
    because: Any = ""
    source: str = ""
    said_by: Any = ""
    at: str = ""


_NOT_AMONG_OURS = _("Published; the page is not among the sources of the registry")

REFERENCE_POINTS = [
    ReferencePoint(
        "active-mechanisms",
        "total",
        _("Active mechanisms, April 2019"),
        "31",
        33,
        because=_(
            "The registry holds 33 to have been active on that day, where IOM "
            "counted 31: most of them by inference from their founding on. The news "
            "item has no list that would tell which."
        ),
        source="c-iom-news-grcp8",
        at="2019-04-05",
    ),
    ReferencePoint(
        "states-taking-part",
        "total",
        _("States and territories in at least one mechanism"),
        _("over 200"),
        206,
        because=_("206 is over 200: the two agree."),
        source="c-iom-news-grcp8",
    ),
    ReferencePoint(
        "states-taking-part",
        "maximum",
        _("Mechanisms of one State, at most"),
        _("up to 10"),
        16,
        because=_(
            "France has seats in 16. IOM’s 10 is of 2019; the registry enters each "
            "State of the European Union and of other blocs one by one, and counts "
            "lists that are old and marked as dated."
        ),
        source="c-iom-news-grcp8",
    ),
    ReferencePoint(
        "members-by-mechanism",
        "rabat-process",
        _("Members of the Rabat Process"),
        "56",
        55,
        because=_(
            "The list of the Rabat Process names 55 members and two observers; "
            "where 56 comes from is not said. Another page of the same site counts "
            "57 with the observers."
        ),
        said_by=_NOT_AMONG_OURS,
    ),
    ReferencePoint(
        "members-by-mechanism",
        "bali-process",
        _("Members of the Bali Process"),
        "45",
        41,
        because=_(
            "45 are the 41 States and four organisations that are members (IOM, "
            "UNHCR, UNODC and ILO), which stand among the partners here."
        ),
        source="b-bali-about",
    ),
    ReferencePoint(
        "members-by-mechanism",
        "khartoum-process",
        _("Members of the Khartoum Process"),
        "40",
        40,
        source="kampala-khartoum",
    ),
    ReferencePoint(
        "members-by-mechanism",
        "abu-dhabi-dialogue",
        _("Members of the Abu Dhabi Dialogue"),
        "18",
        17,
        because=_(
            "The list of 18 includes China, which the later list of 17 that the "
            "registry follows does not name."
        ),
        said_by=_NOT_AMONG_OURS,
    ),
    ReferencePoint(
        "members-by-mechanism",
        "midsa",
        _("Members of MIDSA"),
        "16",
        16,
        source="b-iom-midsa",
    ),
    ReferencePoint(
        "members-by-mechanism",
        "midwa",
        _("Members of MIDWA"),
        "15",
        15,
        source="b-iom-midwa",
    ),
    ReferencePoint(
        "members-by-mechanism",
        "rcm",
        _("Members of RCM"),
        "11",
        11,
        source="crmsv-portal-about",
    ),
    ReferencePoint(
        "answered-survey",
        "total",
        _("Mechanisms that answered the survey of 2019"),
        "22",
        1,
        because=_(
            "22 mechanisms answered; the registry has the sheet of 1, OCAM. The "
            "others are not named by any source that it has."
        ),
        source="assessment-2019-ocam",
    ),
]
