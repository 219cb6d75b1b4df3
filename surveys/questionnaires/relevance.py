"""Whether a question was put to a respondent: the conditions that XLSForm writes.

Only the part of its language that our questionnaires need is read: `${code}`, texts,
numbers, `=`, `!=`, `<`, `<=`, `>`, `>=`, `and`, `or`, `not(…)`, brackets,
`selected(${code}, 'choice')`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Answers = Mapping[str, Any]
Condition = Callable[[Answers], bool]
_Value = Callable[[Answers], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<code>\$\{\s*[\w-]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>!=|<=|>=|[=<>(),])|(?P<word>[a-z]+))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class UnknownCondition(ValueError):
    """Raised for a condition that needs more of the language than is read here."""


def asked_of(condition: str) -> set[str]:
    """Return the codes of the questions on which a condition depends."""
    return {name.strip() for name in re.findall(r"\$\{([^}]*)\}", condition)}


def read_condition(text: str) -> Condition:
    """Return the condition as a function of answers. Raises UnknownCondition."""
    parser = _Parser(text)
    condition = parser.either()
    if parser.tokens:
        raise UnknownCondition(text)
    return condition


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise UnknownCondition(text)
            self.tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            position = match.end()

    def either(self) -> Condition:
        conditions = [self.both()]
        while self._takes("word", "or"):
            conditions.append(self.both())
        if len(conditions) == 1:
            return conditions[0]
        return lambda answers: any(holds(answers) for holds in conditions)

    def both(self) -> Condition:
        conditions = [self.one()]
        while self._takes("word", "and"):
            conditions.append(self.one())
        if len(conditions) == 1:
            return conditions[0]
        return lambda answers: all(holds(answers) for holds in conditions)

    def one(self) -> Condition:
        if self._takes("sign", "("):
            condition = self.either()
            self._needs("sign", ")")
            return condition
        if self._takes("word", "not"):
            self._needs("sign", "(")
            denied = self.either()
            self._needs("sign", ")")
            return lambda answers: not denied(answers)
        if self._takes("word", "selected"):
            self._needs("sign", "(")
            listed = self.value()
            self._needs("sign", ",")
            choice = self.value()
            self._needs("sign", ")")
            return lambda answers: choice(answers) in _chosen(listed(answers))
        return self.comparison()

    def comparison(self) -> Condition:
        left = self.value()
        if not self.tokens or self.tokens[0][1] not in _COMPARE:
            raise UnknownCondition(self.text)
        compare = _COMPARE[self.tokens.pop(0)[1]]
        right = self.value()
        return lambda answers: _holds(compare, left(answers), right(answers))

    def value(self) -> _Value:
        kind, token = self.tokens.pop(0) if self.tokens else ("", "")
        if kind == "code":
            code = token.strip("${} ")
            return lambda answers: answers.get(code, "")
        if kind == "text":
            return lambda answers: token[1:-1]
        if kind == "number":
            return lambda answers: float(token)
        raise UnknownCondition(self.text)

    def _takes(self, kind: str, token: str) -> bool:
        if self.tokens[:1] == [(kind, token)]:
            del self.tokens[0]
            return True
        return False

    def _needs(self, kind: str, token: str) -> None:
        if not self._takes(kind, token):
            raise UnknownCondition(self.text)


def _chosen(answer: Any) -> list[str]:
    return answer if isinstance(answer, list) else [answer]


def _holds(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Compare as XPath does: as numbers for order or beside a number, else as texts."""
    left, right = (" ".join(v) if isinstance(v, list) else v for v in (left, right))
    is_equality = compare in (_COMPARE["="], _COMPARE["!="])
    if is_equality and not isinstance(left, float) and not isinstance(right, float):
        return compare(str(left or ""), str(right or ""))
    return compare(_number(left), _number(right))


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
