"""A first draft of a mapping from the headers of a file, for a person to finish."""

import json
from collections.abc import Iterator

from surveys.mapping.guessing import (
    SURE,
    Guess,
    all_guesses,
    options_meant,
    respondent_of,
)
from surveys.mapping.reading import FOLDER, SCHEMA
from surveys.questionnaires.definitions import Definition
from surveys.readers.tables import Export

_HEAD = """\
# Drafted from {file} for {code}, for a person to finish.
#
# Each line shows at its end how alike the two are, 100 being the same. Remove
# "# decide: " from the lines that are right and delete the others; read the lines
# without it too. docs/survey-mappings.md explains every key.
"""
_RULES = """\
# No mapping of this questionnaire has rules to take over: write them here.
#
# [[rule]]
# target = "profile"
# fields = { established = "the code of a question" }
"""


def draft_mapping(export: Export, definition: Definition, file: str) -> str:
    """Return a draft of a mapping as TOML, which is valid before anybody finishes it.

    Of the file only headers, and answers to questions with choices, come into it.
    """
    return "\n".join(_lines(export, definition, file)) + "\n"


def _lines(export: Export, definition: Definition, file: str) -> Iterator[str]:
    yield from _HEAD.format(file=_quoted(file), code=definition.code).splitlines()
    yield ""
    yield f"schema = {SCHEMA}"
    yield f"questionnaire = {_quoted(definition.code)}"
    if (FOLDER / f"{definition.code}.toml").exists():
        yield f"rules_from = {_quoted(definition.code)}"
    yield f"respondent = {_quoted(respondent_of(definition))}"
    personal = dict.fromkeys(
        column.question for _t, column in export.personal_columns()
    )
    if personal:
        yield f"personal = [{', '.join(map(_quoted, personal))}]"
    yield ""

    guesses, unknown = all_guesses(export, definition)
    yield "[columns]"
    if (respondent := respondent_of(definition)) not in {
        guess.code for guess in guesses
    }:
        yield f'# decide: {respondent} = ["…"]  # who answers: needed to read the file'
    for guess in guesses:
        yield _line(guess) if guess.score >= SURE else f"# decide: {_line(guess)}"
    yield ""
    if unknown:
        yield "# No question is like these columns. Those that are not to be read can"
        yield '# be listed above [columns]: ignored = ["…"]'
        yield from (f"#   {_quoted(name)}" for name in unknown)
        yield ""
    for guess in guesses:
        yield from _options(export, definition, guess)
    if not (FOLDER / f"{definition.code}.toml").exists():
        yield from _RULES.splitlines()


def _options(export: Export, definition: Definition, guess: Guess) -> Iterator[str]:
    """Yield the lines that say which choice an answer means, where it is not plain."""
    guesses = options_meant(export, definition, guess.code, guess.written)
    if not guesses:
        return
    if guess.score >= SURE:
        yield f"[options.{guess.code}]"
    else:
        yield f"# decide: [options.{guess.code}]"
    for found in guesses:
        line = f"{_quoted(found.written)} = {_quoted(found.code)}  # {found.score}"
        is_sure = min(found.score, guess.score) >= SURE
        yield line if is_sure else f"# decide: {line}"
    yield ""


def _line(guess: Guess) -> str:
    return f"{guess.code} = [{_quoted(guess.written)}]  # {guess.score}"


def _quoted(text: str) -> str:
    """Return `text` as a TOML string, which is a JSON string without bare controls."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
