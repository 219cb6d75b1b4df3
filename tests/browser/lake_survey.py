"""An invented mechanism, what it and its neighbours answer, and its summary sheet.

With them, no picture of the staff guide shows anybody's real answers.
"""

from tests.surveys.export_files import kobo_xlsx
from tests.surveys.sheets import SHEET, as_word

# Known by the names in the answers, with an edition that the answers differ from.
PREPARE = """
from django.core.management import call_command
from iscm_registry import search
from tests import factories as make
from tests.surveys.sheets import make_records
call_command("load_questionnaires", verbosity=0)
call_command("load_rounds", verbosity=0)
assessment = make.make_source(
    slug="lake-assessment-2017", title="Summary of Findings: Lake Dialogue",
    publisher="Office for Lakes",
)
draft = make.make_draft(
    make_records(), sources=[assessment], name="Lake Dialogue on Mobility",
    acronym="LDM", type="interregional", established="1994",
    thematic_change="shifted", chair_kind="rotating",
)
make.make_section(
    draft, prose="It began with border posts, and turned to fishing rights.",
    source=assessment,
)
for code in ("ARL", "BRL"):
    make.make_membership(draft, code, source=assessment)
make.publish(draft)
for slug, name in {neighbours!r}.items():
    make.make_profile(
        make.make_mechanism(slug=slug), name=name, sources=[assessment]
    )
search.build_index()
"""
NEIGHBOURS = {
    "valley-forum": "Valley Forum",
    "coast-process": "Coast Process",
    "island-talks": "Island Talks",
    "forest-dialogue": "Forest Dialogue",
}

PERSON = "Mara Example"
ADDRESS = "mara@example.org"
# Two slips of the pen, each to be decided.
SLIP, ORGANISATION_SLIP = "Borlandd", "Unon of Shores"
SLIPS = {SLIP: "Borland", ORGANISATION_SLIP: "Union of Shores"}

COLUMNS = [
    "about/mechanism",
    "about/office",
    "about/person_name",
    "about/person_email",
    "about/may_publish",
    "s1_evolution/founded",
    "s1_evolution/themes_start",
    "s1_evolution/themes_now",
    "s1_evolution/themes_change",
    "s1_evolution/evolution_text",
    "s3_structure/has_chair",
    "s3_structure/chair_kind",
    "s3_structure/chair_state",
    "s3_structure/has_association",
    "s3_structure/association_org",
    "s3_structure/members",
]


def answer(mechanism: str, person: str, *answers: object) -> list[object]:
    """Return a row; the person is named in the answer before it, too."""
    address = f"{person.split()[0].lower()}@example.org"
    return [mechanism, f"Secretariat, {person}", person, address, *answers]


ANSWERS = [
    answer(
        *("lake-dialogue", PERSON, "yes", 1996, "fishing", "labour fishing", "widened"),
        "Boats came first, and the people on them later.",
        *("yes", "permanent", SLIP, "yes", ORGANISATION_SLIP, "ARL BRL CRL"),
    ),
    answer(
        *("river-talks", "Noor Example", "yes", 2003, "borders", "borders"),
        *("unchanged", "", "yes", "rotating", "CRL", "no", "", "CRL DRL"),
    ),
    answer(
        *("hill-process", "Ilja Example", "yes", 2008, "labour", "labour borders"),
        *("widened", "", "yes", "rotating", "FRL", "no", "", "BRL FRL"),
    ),
    answer(
        *("valley-forum", "Tomi Example", "yes", 2011, "labour", "labour borders"),
        *("widened", "", "yes", "co_chaired", "", "yes", "uos", "ARL ERL"),
    ),
    answer(
        *("coast-process", "Lena Example", "yes", 1999, "borders", "fishing"),
        *("shifted", "", "no", "", "", "no", "", "DRL ERL"),
    ),
    answer(
        *("island-talks", "Sami Example", "yes", "", "fishing", "fishing labour"),
        *("do_not_know", "", "yes", "rotating", "ERL", "no", "", ""),
    ),
    answer(
        *("forest-dialogue", "Rosa Example", "", 2014, "", "borders"),
        *("unchanged", "", "no", "", "", "", "", "FRL CRL"),
    ),
]


def preparation() -> str:
    return PREPARE.format(neighbours=NEIGHBOURS)


def export() -> bytes:
    return kobo_xlsx(COLUMNS, ANSWERS)


def summary_sheet() -> bytes:
    return as_word(SHEET)
