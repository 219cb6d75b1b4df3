"""Mappings: which column answers which question, and which field takes the answer.

A mapping is a TOML file that people write; docs/survey-mappings.md explains it.
"""

from surveys.mapping.choosing import choose
from surveys.mapping.reading import (
    MappingError,
    read_mapping,
    shipped,
    shipped_names,
)
from surveys.mapping.rules import RESPONDENT, Mapping, Rule

__all__ = [
    "RESPONDENT",
    "Mapping",
    "MappingError",
    "Rule",
    "choose",
    "read_mapping",
    "shipped",
    "shipped_names",
]
