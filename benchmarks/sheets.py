"""Counts what the suggestions from summary sheets find and what they get wrong.

    .venv/bin/python -m benchmarks.sheets                          the sheets kept here
    .venv/bin/python -m benchmarks.sheets --misses FILE.txt FILE.docx

Beside each sheet lies NAME.facts: what a careful reader takes from it, one fact a line,
`kind | value | detail`. Empty lines and lines that begin with # are passed over. The
list has to be complete: a suggestion without a line counts as false. A `?` before the
kind marks a fact that may be suggested and need not be.

kind            value
member          a State or an organisation; so observer, wishes-member, wishes-observer,
                former
chair           a State in the chair or co-chair; former-chair for earlier ones
secretariat     an organisation; so associated, partner
new             the name of a body of which the registry has no record
link            another mechanism
theme           a theme; detail: initial, current, past
change          widened, shifted, narrowed, unchanged
driver          some words of what drove the change of themes
founded         a year
document        some words of its title; detail: its date
contribution    some words of its sentence; detail: its level
coverage        a part of the profile; detail: none, not_reported
meeting         a date; detail: its place
organ           some words of its name
funding         an organisation, a State or some words of what pays

'Some words' are found when each of them stands in the suggestion. Details are counted
apart: a fact with a wrong one is found. Names are read against the registry in the
database.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import django

KEPT = Path(__file__).resolve().parent / "sheets"
ROLES = {
    "member": "member",
    "observer": "observer",
    "prospective_member": "wishes-member",
    "prospective_observer": "wishes-observer",
    "secretariat": "secretariat",
    "formal_association": "associated",
}
FIELDS = {
    "established": "founded",
    "thematic_change": "change",
    "thematic_change_driver": "driver",
}
BY_WORDS = ("driver", "document", "contribution", "organ", "funding", "new")


@dataclass
class Fact:
    kind: str
    value: str
    detail: str = ""
    is_open: bool = False
    is_found: bool = False


@dataclass
class Score:
    facts: list[Fact]
    false: list[Fact] = field(default_factory=list)
    details: Counter[bool] = field(default_factory=Counter)

    def of(self, *kinds: str) -> "Score":
        return Score(
            [fact for fact in self.facts if fact.kind in kinds],
            [fact for fact in self.false if fact.kind in kinds],
        )

    @property
    def required(self) -> list[Fact]:
        return [fact for fact in self.facts if not fact.is_open]

    @property
    def found(self) -> int:
        return sum(fact.is_found for fact in self.required)

    def __str__(self) -> str:
        right = sum(fact.is_found for fact in self.facts)
        recall = share(self.found, len(self.required))
        precision = share(right, right + len(self.false))
        counts = f"{self.found:3} of {len(self.required):3}, {len(self.false):2} false"
        return f"{counts}   recall {recall}   precision {precision}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sheets", nargs="*", type=Path)
    parser.add_argument("--misses", action="store_true", help="show what is not right")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iscm_registry.settings")
    django.setup()
    in_all = Score([])
    for path in options.sheets or kept():
        score = score_of(path)
        in_all.facts += score.facts
        in_all.false += score.false
        in_all.details += score.details
        print(f"{path.name:24} {score}")
        if options.misses:
            show(score)
    print_all(in_all)


def kept() -> list[Path]:
    return sorted(path for path in KEPT.iterdir() if path.suffix != ".facts")


def print_all(score: Score) -> None:
    print(f"{'all':24} {score}")
    for kind in sorted({fact.kind for fact in score.facts + score.false}):
        print(f"  {kind:22} {score.of(kind)}")
    right, wrong = score.details[True], score.details[False]
    print(f"details right: {right} of {right + wrong}")


def show(score: Score) -> None:
    for fact in score.required:
        if not fact.is_found:
            print(f"    missed  {fact.kind} | {fact.value} | {fact.detail}")
    for fact in score.false:
        print(f"    false   {fact.kind} | {fact.value} | {fact.detail}")


def score_of(path: Path) -> Score:
    """Compare what a sheet suggests with the facts beside it. Raises SystemExit for
    facts that cannot be read."""
    from surveys.names import Names

    names = Names()
    score = Score(list(read_facts(path.with_suffix(".facts"), names)))
    for said in suggested(path, names):
        same = [fact for fact in score.facts if is_same(fact, said)]
        if not same:
            score.false.append(said)
        for fact in same:
            fact.is_found = True
            if fact.detail and said.detail:
                score.details[said.detail.startswith(fact.detail)] += 1
    return score


def read_facts(path: Path, names) -> Iterator[Fact]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) not in (2, 3) or not all(cells[:2]):
            sys.exit(f"{path}, line {number}: 'kind | value | detail' would be right.")
        is_open = cells[0].startswith("?")
        fact = Fact(cells[0].lstrip("? "), *cells[1:], is_open=is_open)
        fact.value = key_of(fact, names)
        yield fact


def key_of(fact: Fact, names) -> str:
    """Return the key of the record that a fact names, else its value."""
    from surveys.names import MECHANISM, ORGANISATION, STATE, THEME

    kinds = {"link": (MECHANISM,), "theme": (THEME,)}
    for kind in kinds.get(fact.kind, (STATE, ORGANISATION)):
        if fact.kind in BY_WORDS:
            break
        if fact.value.lower() in names.labels(kind):
            return fact.value.lower()
        match = names.find(kind, fact.value)
        if match.key:
            return match.key
        for key, label in match.candidates:
            if label == fact.value:  # Congo, which may mean another State elsewhere
                return key
    return fact.value


def suggested(path: Path, names) -> Iterator[Fact]:
    from profiles.models import Mechanism, Profile
    from surveys.names import MECHANISM
    from surveys.summaries.finding import Finder
    from surveys.summaries.phrases.clauses import says_none
    from surveys.summaries.reading import sheet_of

    sheet = sheet_of(path.read_bytes())
    written = f"{sheet.name} ({sheet.acronym})" if sheet.acronym else sheet.name
    mechanism = Mechanism.objects.filter(slug=names.find(MECHANISM, written).key)
    slug = mechanism.get().slug if mechanism else ""
    edition = Profile.objects.filter(mechanism__slug=slug).order_by("-edition").first()
    type = edition.type if edition else "regional"
    finder = Finder(names, slug)
    for found in finder.find(sheet, type):
        fact = as_fact(found.kind.split(".")[-1], found.fields)
        if fact.kind == "funding":
            fact.value += f" {found.label}"
        yield fact
    for name in finder.unknown(sheet, type):
        yield Fact("new", name)
    for part, text in sheet.texts(type).items():
        if says_none(text):
            yield Fact("coverage", part.value.removeprefix("contribution_"), "none")
    for part in sheet.unanswered():
        yield Fact("coverage", part.value.removeprefix("contribution_"), "not_reported")


def as_fact(kind: str, fields: dict) -> Fact:
    if kind == "profile":
        ((name, value),) = fields.items()
        return Fact(FIELDS[name], str(value))
    if kind in ("membership", "partnership"):
        who = fields.get("state") or fields["organisation"]
        if not fields.get("is_current", True):
            return Fact("former", who)
        role = ROLES.get(fields["role"], "partner")
        more = {"secretariat": "arrangement", "partner": "category"}
        return Fact(role, who, fields.get(more.get(role, "since"), ""))
    if kind == "chairing":
        years = "-".join((fields.get("since", ""), fields.get("until", "")))
        current = "chair" if fields["is_current"] else "former-chair"
        return Fact(current, fields["state"], years.strip("-"))
    if kind == "mechanismlink":
        return Fact("link", fields["other"], fields["kind"])
    if kind == "themefocus":
        return Fact("theme", fields["theme"], fields["phase"])
    if kind == "guidingdocument":
        return Fact("document", fields["title"], fields.get("adopted", ""))
    if kind == "contribution":
        text = f"{fields['title']} {fields['summary']}"
        return Fact("contribution", text, fields["level"])
    if kind == "meeting":
        place = fields.get("city") or fields.get("state", "")
        return Fact("meeting", fields["date"], place)
    if kind == "organ":
        return Fact("organ", fields["name"])
    who = fields.get("organisation", "")
    return Fact("funding", f"{who} {fields['kind']} {fields['statement']}")


def is_same(fact: Fact, said: Fact) -> bool:
    if said.kind == "new" and fact.kind == "partner":
        return has_words(said.value, fact.value)
    if fact.kind != said.kind:
        return False
    if fact.kind == "meeting":
        return said.value.startswith(fact.value) or fact.value.startswith(said.value)
    if fact.kind in BY_WORDS:
        return has_words(said.value, fact.value)
    return fact.value == said.value


def share(part: int, whole: int) -> str:
    return f"{part / whole:4.0%}" if whole else "   –"


def has_words(text: str, words: str) -> bool:
    from profiles.folding import fold

    return set(fold(words).split()) <= set(fold(text).split())


if __name__ == "__main__":
    main()
