"""How a mechanism began, its themes, how they changed, and its documents."""

from collections.abc import Iterator

from profiles.vocabularies import DocumentKind, SectionPart, ThemePhase
from surveys.names import THEME, Names
from surveys.summaries.found import DOCUMENT, FOCUS, Found, labelled, profile_field
from surveys.summaries.naming_themes import ThemeNames
from surveys.summaries.phrases import dates, documents, themes
from surveys.summaries.taking_apart import Sentence

_QUOTED_WORDS = 3


def beginning(sentence: Sentence) -> Iterator[Found]:
    year, words = dates.established(sentence.text, sentence.names_itself)
    if not year and sentence.part == SectionPart.EVOLUTION:
        is_first = sentence.place_in_part == 0 and (
            sentence.names_itself or dates.speaks_of_itself(sentence.text)
        )
        year, words = dates.began(sentence.text, is_first)
    if year:
        yield profile_field(
            sentence.part, sentence.text, "established", int(year), words
        )


def change_of_themes(sentence: Sentence) -> Iterator[Found]:
    change, word = themes.thematic_change(sentence.text)
    if change:
        yield profile_field(
            sentence.part, sentence.text, "thematic_change", change, word
        )
    if what := themes.driver(sentence.text):
        words = what if what in sentence.text else what[:1].lower() + what[1:]
        yield profile_field(
            sentence.part, sentence.text, "thematic_change_driver", what, words
        )


def focuses(
    sentence: Sentence, names: Names, theme_names: ThemeNames
) -> Iterator[Found]:
    """Every theme that the section names was worked on, unless the sentence denies it
    or speaks of something else: a document, a driver, who pays."""
    if themes.speaks_of_something_else(sentence.text):
        return
    text = _without_titles_and_names(sentence)
    for theme in theme_names.find(text):
        before = f"{sentence.lead_in} {text[: theme.start]}"
        after = text[theme.end :]
        if themes.is_denied(text, theme.start, theme.end):
            continue
        phase = themes.phase(before, after)
        if phase is None:
            is_first = not sentence.has_themes_before
            phase = ThemePhase.INITIAL if is_first else ThemePhase.PAST
        label = theme.text[:1].upper() + theme.text[1:]
        if label == names.label(THEME, theme.key):
            label = ""
        yield Found(
            sentence.part,
            FOCUS,
            labelled(names.label(THEME, theme.key), phase.label),
            {"theme": theme.key, "label": label, "phase": phase.value},
            sentence.text,
            (theme.text,),
            (theme.key, phase.value),
        )


def _without_titles_and_names(sentence: Sentence) -> str:
    """Blank what stands for something else than a theme: 'the Almaty Process on Refugee
    Protection', the titles of documents, and the driver of a change."""
    spans = [
        *(
            (found.start(), found.end())
            for found in documents.QUOTED.finditer(sentence.text)
        ),
        *documents.title_spans(sentence.text),
        *(found.span() for found in themes.WORK.finditer(sentence.text)),
        *((mention.start, mention.end) for mention in sentence.itself),
        *(
            (mention.start, mention.end)
            for group in sentence.groups
            for mention in group.mentions
        ),
    ]
    what = themes.driver(sentence.text)
    at = sentence.text.lower().find(what.lower()) if what else -1
    if at >= 0:
        spans.append((at, at + len(what)))
    text = sentence.text
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def guiding_documents(sentence: Sentence) -> Iterator[Found]:
    for quoted in documents.QUOTED.finditer(sentence.text):
        title = quoted["title"].strip(" ,.")
        around = f"{sentence.text[: quoted.start()]} {sentence.text[quoted.end() :]}"
        if len(title.split()) < _QUOTED_WORDS:
            continue
        kind = documents.document_kind(around)
        if kind == DocumentKind.OTHER:
            kind = documents.document_kind(title)
        if kind == DocumentKind.OTHER and title[:1].islower():
            continue
        date, by = dates.adopted(sentence.text[quoted.end() :])
        yield _document(sentence, kind, title, date, by, quoted["title"])
    unquoted = documents.QUOTED.sub(
        lambda quoted: " " * len(quoted.group()), sentence.text
    )
    drives = themes.driver(sentence.text).lower()
    for title, after, words in list(documents.titled(unquoted)):
        if title.lower() in drives:
            continue
        kind = documents.document_kind(title)
        if kind == DocumentKind.OTHER:
            kind = documents.document_kind(after)
        date, by = dates.adopted(after)
        date = dates.dated(after) or date or dates.nearby(after)
        yield _document(sentence, kind, title, date, by, words)
        unquoted = unquoted.replace(words, " " * len(words))
    for named in documents.named_documents(unquoted):
        words = named.group()
        date, by = dates.adopted(words)
        date = date or dates.exact(named["done"])
        kind = documents.document_kind(named["what"])
        yield _document(sentence, kind, documents.titled_by(named), date, by, words)


def _document(
    sentence: Sentence, kind: DocumentKind, title: str, date: str, by: str, words: str
) -> Found:
    fields = {"kind": kind.value, "title": title}
    if date:
        fields["adopted"] = date
    if by:
        fields["adopted_by"] = by
    if documents.is_monitored(sentence.following):
        fields["monitoring"] = sentence.following
    return Found(
        sentence.part,
        DOCUMENT,
        labelled(kind.label, title[:300]),
        fields,
        sentence.text,
        (words,),
        (title.lower(),),
    )
