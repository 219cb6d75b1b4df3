"""Mappings: which column answers which question, and which field takes the answer.

A mapping is a TOML file that people write, or that their decisions in the browser
make; docs/survey-mappings.md explains it.
"""

from surveys.mapping.choosing import choose
from surveys.mapping.reading import (
    MappingError,
    read_mapping,
    shipped,
    shipped_names,
)
from surveys.mapping.rules import RESPONDENT, Mapping, Rule
from surveys.mapping.saved import named_mapping, saved_names

__all__ = [
    "RESPONDENT",
    "Mapping",
    "MappingError",
    "Rule",
    "choose",
    "named_mapping",
    "read_mapping",
    "saved_names",
    "shipped",
    "shipped_names",
]
