"""The facts that a sheet states, each with its sentence.

The section of a sheet, its labels and its lists say what a name means there: an
organisation among the partners is a partner, a theme under the evolution was worked on.
Only words that contradict, such as a denial or a wish, take that away. Each fact is a
suggestion that a person accepts or rejects.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from profiles.vocabularies import PartnerCategory, SectionPart
from surveys.names import AMBIGUOUS, MECHANISM, ORGANISATION, STATE, Names
from surveys.summaries import finding_programme, finding_states, finding_structures
from surveys.summaries.finding_contributions import LEVELS, contributions
from surveys.summaries.finding_organisations import OrganisationFinder
from surveys.summaries.found import FOCUS, Found
from surveys.summaries.matching import Mentions
from surveys.summaries.naming_themes import ThemeNames
from surveys.summaries.phrases import clauses, partners, topics
from surveys.summaries.reading import Sheet, level_at_head
from surveys.summaries.sentences import sentences
from surveys.summaries.taking_apart import Sentence, SentenceReader

_LONGEST_SENTENCE = 3_000
"""Characters; a longer text is a table or a list that lost its lines."""
_WORDS_OF_AN_ITEM = 15
"""A longer line is no item of a list that the line before it announced."""
_WORDS_OF_A_HEAD = 6
_LABEL = re.compile(r"[^:.]{2,60}:\s")
_QUESTION = re.compile(r"[^.!?:;]{4,160}\?")


class Finder:
    """Finds the facts that a sheet states of one mechanism."""

    def __init__(self, names: Names, mechanism: str):
        self._names = names
        self._mentions = Mentions(names)
        self._mechanism = mechanism
        self._organisations = OrganisationFinder(names)

    def find(self, sheet: Sheet, type: str) -> list[Found]:
        """Return every fact found, once, in the order of the sheet.

        `type` is the mechanism's, as in `Sheet.texts`.
        """
        own_names = [name for name in (sheet.acronym, sheet.name) if name]
        reader = SentenceReader(self._mentions, self._mechanism, own_names)
        theme_names = ThemeNames(self._names, sheet.language)
        found: dict[tuple[Any, ...], Found] = {}
        for part, prose in sheet.texts(type).items():
            has_themes = False
            for sentence in _sentences(reader, part, prose):
                sentence.has_themes_before = has_themes
                for each in self._in_sentence(sentence, theme_names):
                    has_themes = has_themes or each.kind == FOCUS
                    key = (each.kind, *each.same)
                    # Of two sentences on one fact, the one that says more.
                    if key not in found or len(each.fields) > len(found[key].fields):
                        found[key] = each
        return list(found.values())

    def unknown(self, sheet: Sheet, type: str) -> list[str]:
        """Return names, among partners and structures, for which there is no record."""
        texts = sheet.texts(type)
        structure = texts.get(SectionPart.STRUCTURE, "")
        partnerships = texts.get(SectionPart.PARTNERSHIPS, "")
        whole = "\n".join(texts.values())
        own = (sheet.acronym, sheet.name)
        kinds = (STATE, ORGANISATION, MECHANISM)
        found = partners.bodies_named(
            structure, partnerships, lambda text: self._mentions.find(text, kinds)
        )
        names = [
            name
            for name in dict.fromkeys(found)
            if name not in own and not self._names_a_record(name)
        ]
        names = [n for n in names if not partners.is_short_form(n, whole)]
        return [n for n in names if not any(n != m and n in m for m in names)]

    def _names_a_record(self, name: str) -> bool:
        """Tell whether a name has that of an organisation or a mechanism in it, or is
        that of a State."""
        kinds = (STATE, ORGANISATION, MECHANISM)
        named = self._mentions.find(name, kinds)
        if any(m.kind != STATE or m.text == name for m in named):
            return True
        matches = [self._names.find(kind, name) for kind in kinds]
        return any(match.key or match.how == AMBIGUOUS for match in matches)

    def _in_sentence(
        self, sentence: Sentence, theme_names: ThemeNames
    ) -> Iterator[Found]:
        part, names = sentence.part, self._names
        if part in (SectionPart.EVOLUTION, SectionPart.STRUCTURE):
            yield from finding_programme.beginning(sentence)
            yield from finding_programme.guiding_documents(sentence)
            yield from finding_structures.meetings(sentence)
        if part == SectionPart.EVOLUTION:
            yield from finding_programme.change_of_themes(sentence)
            yield from finding_programme.focuses(sentence, names, theme_names)
        yield from finding_states.memberships(sentence, names)
        if part == SectionPart.STRUCTURE:
            yield from finding_states.chairings(sentence, names)
            yield from finding_structures.organs(sentence)
        if part in (SectionPart.STRUCTURE, SectionPart.PARTNERSHIPS):
            yield from finding_structures.funding(sentence, names)
        yield from self._organisations.find(sentence)
        yield from contributions(sentence)


def _sentences(
    reader: SentenceReader, part: SectionPart, prose: str
) -> Iterator[Sentence]:
    """Yield the sentences of a part with what the lines before them say of them."""
    category: PartnerCategory | None = None
    lead_in = asked = ""
    number = 0
    for paragraph in prose.split("\n\n"):
        if len(paragraph.split()) > _WORDS_OF_AN_ITEM:
            category, lead_in = None, ""
        heading, carried = category, category
        if _QUESTION.fullmatch(paragraph):
            category, lead_in = partners.category_word(paragraph), paragraph
            asked = paragraph
            continue
        is_head = _is_a_head(paragraph, reader, part)
        if is_head and partners.is_a_head(paragraph):
            category, lead_in = partners.category_word(paragraph), paragraph
            continue
        level = LEVELS.get(part)
        is_labelled = _LABEL.match(paragraph)
        answer = paragraph if is_labelled else f"{asked} {paragraph}".strip()
        said = list(_with_answers(sentences(answer)))
        asked = ""
        texts = [text for text in said if len(text) <= _LONGEST_SENTENCE]
        preceding = ""
        for text, following in zip_longest(texts, texts[1:], fillvalue=""):
            sentence = reader.read(text, part)
            sentence.category = carried if clauses.goes_back(text) else heading
            sentence.lead_in = lead_in
            sentence.place_in_part = number
            if level and (at_head := level_at_head(text)) and part not in at_head:
                level = LEVELS[at_head[0]]
            sentence.level, sentence.following = level, following
            sentence.preceding, preceding = preceding, text
            yield sentence
            carried = partners.category_word(text) or sentence.category
            number += 1
        if texts and is_head:
            category = partners.category_word(paragraph)
            lead_in = paragraph


def _with_answers(texts: list[str]) -> Iterator[str]:
    """Yield sentences, a question as the label of its answer: 'Who chairs: Arland.'"""
    question = ""
    for text in texts:
        if _QUESTION.fullmatch(text):
            question = f"{text.strip(' ¿?')}: "
            continue
        yield f"{question}{text}"
        question = ""


def _is_a_head(paragraph: str, reader: SentenceReader, part: SectionPart) -> bool:
    """Tell whether a line stands over those after it: 'Civil society', 'Members:'."""
    if paragraph.endswith(":") or partners.is_a_head(paragraph):
        return True
    is_short = len(paragraph.split()) <= _WORDS_OF_A_HEAD
    is_open = not paragraph.endswith((".", ";", ",")) and ":" not in paragraph
    says_who = partners.category_word(paragraph) or topics.topics(paragraph)
    return bool(
        is_short and is_open and says_who and not reader.read(paragraph, part).groups
    )
