"""A summary sheet: its mechanism's name, and the text under each of five headings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from profiles.folding import fold
from profiles.vocabularies import MechanismType, SectionHeading, SectionPart
from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.reading_apart import in_words, read_file
from surveys.summaries.files import read_document
from surveys.summaries.paragraphs import Document, Paragraph
from surveys.summaries.sentences import ends_sentence, goes_on, join, sentences

_WRAPPED_AT = 200
"""Characters; a longer line of plain text is a paragraph that was not wrapped."""
_LONGEST_HEAD = 80
_LIKE_A_HEADING = 84
_WORDS_OF_A_HEADING = 28
_CHARACTERS_OF_A_HEADING = 600
_WORDS_OF_A_PLAIN_HEADING = 14

_NUMBER = re.compile(r"^\s*\(?(?:[1-9]|[IV]{1,3})\s*[.):–-]\s*")

_HEADINGS = {
    SectionHeading.EVOLUTION: re.compile(
        r"^(?:the )?(?:evolution|evolucion|development|changes?)\b"
        r".*\b(?:program|themat|tematic|focus|enfoque|priorit)"
    ),
    SectionHeading.CONTRIBUTION: re.compile(
        r"^(?:the )?(?:contribut|contribuc|aporte|apport)\w*"
        r".*\b(?:governance|gouvernance|gobernanza|levels?|niveles|niveaux)"
    ),
    SectionHeading.STRUCTURE: re.compile(
        r"^(?:\w+ ){0,4}(?:structures?|estructuras?)(?: \w+){0,5}$"
    ),
    SectionHeading.PARTNERSHIPS: re.compile(
        r"^(?:partnerships? models?\b|models? of partnership"
        r"|(?:modeles?|modelos?) (?:de|d) "
        r"(?:partenariat|alianza|asociacion|colaboracion))"
    ),
    SectionHeading.ADDED_VALUE: re.compile(
        r"^(?:the )?(?:added value|valeur ajoutee|valor (?:agregado|anadido))\b"
    ),
}
_USUAL_HEADINGS = {
    "evolution of programming and thematic focus": SectionHeading.EVOLUTION,
    "contribution to migration governance": SectionHeading.CONTRIBUTION,
    "salient iscm structures": SectionHeading.STRUCTURE,
    "salient structures": SectionHeading.STRUCTURE,
    "partnership models": SectionHeading.PARTNERSHIPS,
    "added value of membership": SectionHeading.ADDED_VALUE,
}

_BOTH_REGIONAL = re.compile(r"\(\s*inter\s*-?\s*\)\s*-?\s*r[eé]gional", re.IGNORECASE)
_LEVELS = {
    SectionPart.NATIONAL: re.compile(r"\b(?:national|nacional)"),
    SectionPart.BILATERAL: re.compile(r"\bbilateral"),
    SectionPart.REGIONAL: re.compile(r"(?<!inter )\bregional"),
    SectionPart.INTERREGIONAL: re.compile(r"\b(?:inter ?regional)"),
    SectionPart.GLOBAL: re.compile(
        r"\b(?:global|international|internacional|mondial|mundial)"
    ),
}
_BESIDE_LEVELS = (
    r"at|the|and|or|inter|levels?|niveau|niveaux|nivel|niveles|au|aux|a|le|el|en|et|y|e"
)
_LEVEL_HEAD = re.compile(
    r"(?:(?:national\w*|nacional\w*|bilateral\w*|regional\w*|interregional\w*|global"
    rf"|international\w*|internacional\w*|mondial\w*|mundial\w*|{_BESIDE_LEVELS})\s?)+"
)
_AT_LEVEL = re.compile(
    r"(?:(?:at|on) (?:the )?(?P<english>[\w ]{4,40}?) (?:levels?|plane|scale)\b"
    r"|(?:au|aux|a l|sur le|a|al|en el|en) (?:niveaux?|nivel|niveles|plan|plano|ambito"
    r"|echelle) (?P<other>[\w ]{4,40}?)(?=[,:]|$)"
    r"|(?P<adverb>(?:nation|bilater|region|interregion|glob|internation)ally)\b)"
)
_BENEFICIARY_HEADS = {
    SectionPart.STATES: re.compile(
        r"(?:for |pour les |para los )?(?:the )?(?:member )?"
        r"(?:states|etats(?: membres)?|estados(?: miembros?)?|governments)"
    ),
    SectionPart.ORGANISATIONS: re.compile(
        r"(?:for |pour les |para las )?(?:the )?(?:international |intergovernmental |"
        r"partner |observer )*(?:organi[sz]ations|organizaciones)(?: \w+)?"
    ),
}
_OF_ORGANISATIONS = re.compile(
    r"^(?:for |pour les |para las )?(?:the |les |las )?(?:international |partner |"
    r"intergovernmental |observer |participating )*"
    r"(?:organi[sz]ations|organizaciones)\b"
)
_ORGANISATIONS = re.compile(r"\b(?:organi[sz]ations|organizaciones)\b")
_RUN_IN = re.compile(
    r"^\s*(?:\(?(?:\d(?:\.\d)*|[a-e])[.)]?\s+)?(?P<head>[^:.!?]{3,80}?)"
    r"\s*(?:[:：]|[.–—-](?=\s))\s*(?P<rest>.*)$",
    re.DOTALL,
)

_NAME_LINE = re.compile(
    r"^(?:[\w\s'’]*)\b(?:name|nom|nombre)\b[^:]{0,90}"
    r"(?:mechanism|m[eé]canisme|mecanismo|ISCM|process\b"
    r"|RCP)[^:]{0,40}:\s*(?P<name>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_WHAT_IT_IS = re.compile(
    r"^[^:]{0,60}\b(?:summary|findings|sheet|profile|r[eé]sum[eé]|synthèse|fiche|resumen"
    r"|síntesis|ficha)\b[^:–—]{0,60}?\s*(?:[:–—]|\s-\s)\s*(?=\w)",
    re.IGNORECASE,
)
"""'Summary of findings:', before the name of the mechanism."""

_WITH_ACRONYM = re.compile(
    r"^(?P<name>.+?)\s*\((?P<acronym>[^()\s][^()]{1,38})\)", re.DOTALL
)

_STOP_WORDS = {
    "en": {"the", "of", "and", "its", "with", "to"},
    "fr": {"le", "les", "des", "et", "avec", "dans"},
    "es": {"el", "los", "las", "del", "y", "con"},
}


@dataclass(frozen=True)
class Passage:
    """The text under one heading, or after one run-in head such as 'National level:'.

    `parts` are the parts of the profile that the text answers: two for
    '(Inter)regional level', none for a contribution without a level. `number` is that
    of its first paragraph.
    """

    heading: SectionHeading
    parts: tuple[SectionPart, ...]
    paragraphs: tuple[str, ...]
    number: int

    def part(self, type: str) -> SectionPart:
        """Return the part in which a mechanism of this type has the text."""
        if len(self.parts) == 1:
            return self.parts[0]
        if type == MechanismType.REGIONAL:
            return SectionPart.REGIONAL
        if type == MechanismType.GLOBAL and not self.parts:
            return SectionPart.GLOBAL
        return SectionPart.INTERREGIONAL

    @property
    def prose(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass
class Sheet:
    """A sheet, read. `promised` are the parts that its headings name, as alternatives:
    for '(inter)regional' one answer is enough."""

    name: str = ""
    acronym: str = ""
    language: str = "en"
    unit: str = "paragraph"
    cover: list[str] = field(default_factory=list)
    headings: dict[SectionHeading, str] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    promised: list[tuple[SectionPart, ...]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def texts(self, type: str) -> dict[SectionPart, str]:
        """Return the prose of each part that the sheet answers, in the sheet's order.

        `type` is the mechanism's: it decides to which part '(inter)regional' belongs.
        """
        texts: dict[SectionPart, str] = {}
        for passage in self.passages:
            if passage.prose:
                part = passage.part(type)
                before = texts.get(part)
                texts[part] = (
                    f"{before}\n\n{passage.prose}" if before else passage.prose
                )
        return texts

    def as_json(self) -> dict[str, Any]:
        """Return the sheet as plain values, from which `from_json` makes it again."""
        plain = asdict(self)
        plain["problems"] = [problem.as_json() for problem in self.problems]
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Sheet":
        def parts(values: Iterable[str]) -> tuple[SectionPart, ...]:
            return tuple(SectionPart(value) for value in values)

        return cls(
            **plain
            | {
                "headings": {
                    SectionHeading(heading): text
                    for heading, text in plain["headings"].items()
                },
                "passages": [
                    Passage(
                        SectionHeading(passage["heading"]),
                        parts(passage["parts"]),
                        tuple(passage["paragraphs"]),
                        passage["number"],
                    )
                    for passage in plain["passages"]
                ],
                "promised": [parts(each) for each in plain["promised"]],
                "problems": [Problem.from_json(each) for each in plain["problems"]],
            }
        )

    def unanswered(self) -> list[SectionPart]:
        """Return the parts that the headings promise and no text answers."""
        texts = [passage for passage in self.passages if passage.prose]
        answered = {part for passage in texts for part in passage.parts}
        for passage in texts:
            answered.update(_perhaps_answered(passage))
        missing = [parts for parts in self.promised if not answered.intersection(parts)]
        return [part for parts in missing for part in parts]


def _perhaps_answered(passage: Passage) -> Iterable[SectionPart]:
    """Return parts on which a text may say something though it stands elsewhere: every
    level for one without a head, organisations for one on States that names them."""
    if passage.heading == SectionHeading.CONTRIBUTION and not passage.parts:
        return _LEVELS
    if passage.parts == (SectionPart.STATES,) and _ORGANISATIONS.search(
        fold(passage.prose)
    ):
        return (SectionPart.ORGANISATIONS,)
    return ()


def read_sheet(content: bytes) -> Sheet:
    """Read a sheet in a process apart. Raises FileRefused for other files."""
    plain = read_file("surveys.summaries.reading:plain_sheet", content)
    return Sheet.from_json(plain)


def plain_sheet(content: bytes) -> dict[str, Any]:
    """Return the sheet, or the refusal of the file, as plain values for `read_file`."""
    return in_words(lambda: sheet_of(content).as_json())


def sheet_of(content: bytes) -> Sheet:
    """Read a sheet in this process. Raises FileRefused for other files."""
    document = read_document(content)
    sheet = _walk(document)
    if not sheet.passages:
        raise FileRefused(
            Problem(
                Code.UNKNOWN_FORMAT,
                Severity.ERROR,
                _("None of the five headings of a summary sheet was found."),
                allowed=_(
                    "Headings such as “Partnership models”, each on its own line."
                ),
            )
        )
    return sheet


def heading_of(paragraph: Paragraph) -> SectionHeading | None:
    """Return which of the five headings a paragraph is, in any wording, else None."""
    text = paragraph.text.strip()
    # A paragraph of plain text is checked again with every line that joins it.
    if len(text) > _CHARACTERS_OF_A_HEADING:
        return None
    plain = _NUMBER.sub("", text)
    words = fold(plain)
    number_of_words = len(words.split())
    is_marked = (
        paragraph.is_heading
        or paragraph.is_numbered
        or plain != text
        or "".join(paragraph.bold).strip(" .:") == text.strip(" .:")
    )
    if not 0 < number_of_words <= _WORDS_OF_A_HEADING:
        return None
    if not is_marked and (
        number_of_words > _WORDS_OF_A_PLAIN_HEADING or text.endswith((".", ";", ","))
    ):
        return None
    for heading, pattern in _HEADINGS.items():
        if pattern.search(words):
            return heading
    if is_marked:
        for usual, heading in _USUAL_HEADINGS.items():
            # A heading may have more words after the usual ones.
            if fuzz.ratio(usual, words[: len(usual) + 2]) >= _LIKE_A_HEADING:
                return heading
    return None


# --- From lines to paragraphs ------------------------------------------------


def _lines(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """Split paragraphs at their line breaks into paragraphs of one line."""
    for paragraph in paragraphs:
        pieces = paragraph.text.split("\n")
        for piece in pieces:
            yield replace(
                paragraph,
                text=" ".join(piece.split()),
                is_line=paragraph.is_line or len(pieces) > 1,
            )


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    """Join the lines of a sentence, also over an empty line within it."""
    open_one: Paragraph | None = None
    last_line = ""
    is_after_gap = False
    for line in _lines(document.paragraphs):
        if not line.text:
            is_after_gap = True
            continue
        if open_one is None:
            open_one = line
        elif _belongs_to(open_one, last_line, line, is_after_gap):
            open_one = replace(
                open_one,
                text=join(open_one.text, line.text),
                bold=(*open_one.bold, *line.bold),
            )
        else:
            yield open_one
            open_one = line
        last_line, is_after_gap = line.text, False
    if open_one is not None:
        yield open_one


def _belongs_to(
    before: Paragraph, last_line: str, line: Paragraph, is_after_gap: bool
) -> bool:
    if heading_of(line) or _run_in(line.text) or _NAME_LINE.match(line.text):
        return False
    if line.is_item or (line.is_numbered and before.is_numbered):
        return False
    is_wrapped = line.is_line and before.is_line and not is_after_gap
    if heading_of(before):
        return is_wrapped and len(last_line) > 40 and goes_on(last_line, line.text)
    if is_wrapped:
        return not (ends_sentence(last_line) and len(last_line) > _WRAPPED_AT)
    return goes_on(before.text, line.text)


# --- From paragraphs to the sheet --------------------------------------------


def _walk(document: Document) -> Sheet:
    sheet = Sheet(unit=document.unit, problems=list(document.problems))
    heading: SectionHeading | None = None
    awaits_name = False
    for paragraph in _paragraphs(document):
        if found := heading_of(paragraph):
            heading = found
            _open_heading(sheet, heading, paragraph)
        elif heading is None:
            named = _NAME_LINE.match(paragraph.text)
            if named or (awaits_name and not sheet.name):
                text = named["name"] if named else paragraph.text
                sheet.name, sheet.acronym = name_and_acronym(text)
                awaits_name = not sheet.name
            else:
                sheet.cover.append(paragraph.text)
        else:
            _add(sheet, heading, paragraph)
    if not sheet.name:
        _name_from_cover(sheet)
    sheet.passages = [p for p in sheet.passages if p.paragraphs or len(p.parts) == 1]
    sheet.language = _language(sheet)
    _report(sheet)
    return sheet


def name_and_acronym(text: str) -> tuple[str, str]:
    """Return ('Regional Talks', 'RT') for 'Regional Talks (RT)'; else no acronym."""
    text = " ".join(text.replace("*", "").split()).strip(" .:\"'“”")
    text = _WHAT_IT_IS.sub("", text)
    if found := _WITH_ACRONYM.match(text):
        return found["name"].strip(), found["acronym"].strip()
    return text, ""


def _name_from_cover(sheet: Sheet) -> None:
    """Set name and acronym by the last line of the cover that has only these two."""
    for text in reversed(sheet.cover):
        found = _WITH_ACRONYM.fullmatch(text.strip())
        if found and len(text.split()) < 25 and not ends_sentence(text):
            sheet.name, sheet.acronym = name_and_acronym(text)
            return


def _open_heading(sheet: Sheet, heading: SectionHeading, paragraph: Paragraph) -> None:
    sheet.headings.setdefault(heading, paragraph.text)
    parts: tuple[SectionPart, ...] = ()
    if heading == SectionHeading.CONTRIBUTION:
        sheet.promised.extend(_levels(paragraph.text))
    elif heading == SectionHeading.ADDED_VALUE:
        parts = (SectionPart.STATES,)
        sheet.promised.append(parts)
        if re.search(r"organi[sz]a", fold(paragraph.text)):
            sheet.promised.append((SectionPart.ORGANISATIONS,))
    else:
        parts = (SectionPart(heading.value),)
        sheet.promised.append(parts)
    sheet.passages.append(Passage(heading, parts, (), paragraph.number))


def _add(sheet: Sheet, heading: SectionHeading, paragraph: Paragraph) -> None:
    text = paragraph.text
    if found := _run_in(text):
        parts, text = found
        if parts[0].heading == heading:
            sheet.passages.append(Passage(heading, parts, (), paragraph.number))
        else:
            text = paragraph.text
    elif (
        heading == SectionHeading.CONTRIBUTION
        and (parts := level_at_head(text))
        and sheet.passages[-1].parts != parts
    ):
        sheet.passages.append(Passage(heading, parts, (), paragraph.number))
    if not text:
        return
    last = sheet.passages[-1]
    if last.parts == (SectionPart.STATES,):
        text = _for_states(sheet, text, paragraph.number)
        last = next(p for p in reversed(sheet.passages) if p.parts == last.parts)
    if text:
        at = sheet.passages.index(last)
        sheet.passages[at] = replace(last, paragraphs=(*last.paragraphs, text))


def _for_states(sheet: Sheet, text: str, number: int) -> str:
    """Move sentences on the value for organisations to that part; return the others."""
    of_states: list[str] = []
    of_organisations: list[str] = []
    for sentence in sentences(text):
        is_theirs = _OF_ORGANISATIONS.match(fold(sentence))
        (of_organisations if is_theirs else of_states).append(sentence)
    if of_organisations:
        there = Passage(
            SectionHeading.ADDED_VALUE,
            (SectionPart.ORGANISATIONS,),
            (" ".join(of_organisations),),
            number,
        )
        sheet.passages.insert(len(sheet.passages) - 1, there)
    return " ".join(of_states) if of_organisations else text


def _run_in(text: str) -> tuple[tuple[SectionPart, ...], str] | None:
    """Return the parts that a head such as 'National level:' names, and the text after
    it; None without such a head."""
    found = _RUN_IN.match(text)
    head = found["head"] if found else text
    rest = found["rest"].strip() if found else ""
    folded = fold(head)
    is_head = len(folded.split()) <= 5 and (
        re.search(r"nive|level", folded) or _LEVEL_HEAD.fullmatch(folded)
    )
    if len(folded) > _LONGEST_HEAD or not (found or is_head):
        return None
    if _LEVEL_HEAD.fullmatch(folded):
        parts = tuple(part for parts in _levels(head) for part in parts)
        return (parts, rest) if parts else None
    if found:
        for part, pattern in _BENEFICIARY_HEADS.items():
            if pattern.fullmatch(folded):
                return (part,), rest
    return None


def level_at_head(sentence: str) -> tuple[SectionPart, ...]:
    """Return the level that the first words of a sentence name, as in 'At the national
    level, ...'; nothing without one, or for several."""
    if _BOTH_REGIONAL.search(sentence[:_LONGEST_HEAD]):
        return (SectionPart.REGIONAL, SectionPart.INTERREGIONAL)
    head = sentence[:_LONGEST_HEAD].split(",")[0]
    found = _AT_LEVEL.match(fold(head))
    levels = _levels(found.group()) if found else []
    return levels[0] if len(levels) == 1 else ()


def _levels(text: str) -> list[tuple[SectionPart, ...]]:
    """Return the levels that a text names, '(inter)regional' as two alternatives."""
    found: list[tuple[SectionPart, ...]] = []
    if _BOTH_REGIONAL.search(text):
        found.append((SectionPart.REGIONAL, SectionPart.INTERREGIONAL))
        text = _BOTH_REGIONAL.sub("", text)
    folded = fold(text)
    found += [(part,) for part, pattern in _LEVELS.items() if pattern.search(folded)]
    return sorted(found, key=lambda parts: list(SectionPart).index(parts[0]))


def _language(sheet: Sheet) -> str:
    words = fold(" ".join(p.prose for p in sheet.passages)).split()
    counts = {
        language: sum(word in known for word in words)
        for language, known in _STOP_WORDS.items()
    }
    return max(counts, key=lambda language: counts[language])


def _report(sheet: Sheet) -> None:
    for heading in SectionHeading:
        if heading not in sheet.headings:
            sheet.problems.append(
                Problem(
                    Code.MISSING_HEADING,
                    Severity.WARNING,
                    _("The heading “%(heading)s” was not found.")
                    % {"heading": heading.label},
                )
            )
    for passage in sheet.passages:
        if not passage.parts and passage.paragraphs:
            sheet.problems.append(
                Problem(
                    Code.UNPLACED_TEXT,
                    Severity.WARNING,
                    _("This text stands under no level of contribution."),
                    row=passage.number,
                    value=passage.paragraphs[0][:120],
                    allowed=_("A head such as “National level:” before it."),
                )
            )
