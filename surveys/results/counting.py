"""The results of an assessment round: who answered, what, and what was recommended.

Staff see every number. Of a public round, the public sees what `disclosure` allows: no
count below five respondents, no count that gives such a one away, no text, and nobody's
name. For the public each respondent counts once, by the last submission; for staff each
submission counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch, Q

from partnerships.models import Organisation
from profiles.folding import fold
from profiles.models import Mechanism, Profile, State, Theme
from surveys.models import Question, Questionnaire, Recommendation, Round, Submission
from surveys.questionnaires.relevance import (
    Condition,
    UnknownCondition,
    asked_of,
    read_condition,
)
from surveys.results import tallies
from surveys.results.disclosure import FEWEST, may_be_shown
from surveys.results.tallies import AnswersOffered, Tally
from surveys.vocabularies import (
    FollowUp,
    QuestionType,
    RegistryList,
    RespondentKind,
    SubmissionStatus,
)


@dataclass(frozen=True)
class Answered:
    """How many respondents of one kind answered. None: not known, or hidden.

    `complete` and `partial` count submissions, `respondents` those who made complete
    ones. `reported` is the number in the round's own report.
    """

    kind: str
    label: str
    complete: int | None
    partial: int | None
    respondents: int | None
    invited: int | None
    reported: int | None

    @property
    def rate(self) -> int | None:
        """The share of the invited who answered, in per cent."""
        if self.invited and self.respondents is not None:
            return round(100 * self.respondents / self.invited)
        return None


@dataclass(frozen=True)
class SectionTallies:
    """The tallies under one of the five headings, or, without a label, before them."""

    code: str
    label: str
    tallies: list[Tally]

    def shown(self) -> list[Tally]:
        return [tally for tally in self.tallies if not tally.is_withheld]

    def withheld(self) -> list[Tally]:
        return [tally for tally in self.tallies if tally.is_withheld]


@dataclass(frozen=True)
class QuestionnaireResults:
    """The results of one questionnaire; for the public `total` is None below five."""

    questionnaire: Questionnaire
    total: int | None
    sections: list[SectionTallies]

    def tallies(self) -> Iterator[Tally]:
        for section in self.sections:
            yield from section.tallies


@dataclass(frozen=True)
class Recommended:
    """A recommendation. For the public, a mechanism without a page is not named."""

    recommendation: Recommendation
    mechanism_name: str


@dataclass(frozen=True)
class RecommendationStatus:
    """A status of follow-up, and how many recommendations have it."""

    status: str
    label: str
    count: int


@dataclass(frozen=True)
class Results:
    """The results of a round, as pages and downloads show them."""

    round: Round
    is_for_public: bool
    answered: list[Answered]
    questionnaires: list[QuestionnaireResults]
    recommendations: list[Recommended]
    follow_up: list[RecommendationStatus]


@dataclass(frozen=True)
class _Answer:
    """The fields of a submission that are counted. `who` tells respondents apart."""

    questionnaire: int
    kind: str
    is_complete: bool
    who: Any
    answers: dict[str, Any]
    unanswered: dict[str, str]


def results_for_staff(round: Round) -> Results:
    return _results(round, is_for_public=False)


def results_for_public(round: Round) -> Results:
    """Return what anybody may read of a round that has a page.

    The answers stay out unless the results are public.
    """
    return _results(round, is_for_public=True)


def _results(round: Round, *, is_for_public: bool) -> Results:
    shows_answers = round.is_public or not is_for_public
    answers = list(_answers(round)) if shows_answers else []
    questionnaires = _questionnaires(round) if shows_answers else []
    names = _RecordNames(is_for_public)
    recommendations = list(round.recommendations.select_related("mechanism", "source"))
    return Results(
        round=round,
        is_for_public=is_for_public,
        answered=_answered(round, questionnaires, answers, is_for_public),
        questionnaires=[
            _of_questionnaire(one, answers, names, is_for_public)
            for one in questionnaires
        ],
        recommendations=[
            Recommended(one, _mechanism_name(one, names)) for one in recommendations
        ],
        follow_up=_follow_up(recommendations),
    )


def _questionnaires(round: Round) -> list[Questionnaire]:
    # Also questionnaires that have answers in the round without being named on it.
    answered = Submission.objects.current().filter(round=round)
    return sorted(
        Questionnaire.objects.filter(
            Q(pk__in=round.questionnaires.values("pk"))
            | Q(pk__in=answered.values("questionnaire"))
        ).prefetch_related(
            Prefetch("questions", Question.objects.order_by("position", "pk")),
            "choices",
        ),
        key=lambda one: (RespondentKind.values.index(one.kind), one.version),
    )


def _answers(round: Round) -> Iterator[_Answer]:
    """Yield the current submissions in the order in which they were handed in."""
    rows = (
        Submission.objects.current()
        .filter(round=round)
        .order_by("submitted_at", "pk")
        .values_list(
            "pk",
            "questionnaire",
            "kind",
            "status",
            "mechanism",
            "state",
            "organisation",
            "respondent",
            "answers",
            "unanswered",
        )
    )
    for pk, asked, kind, status, *known, respondent, answers, unanswered in rows:
        # Nobody knows whether submissions without a name have the same respondent.
        who = (kind, *known, "" if any(known) else fold(respondent) or pk)
        complete = status == SubmissionStatus.COMPLETE
        yield _Answer(asked, kind, complete, who, answers, unanswered)


def _answered(
    round: Round,
    questionnaires: list[Questionnaire],
    answers: list[_Answer],
    is_for_public: bool,
) -> list[Answered]:
    turnouts = {turnout.kind: turnout for turnout in round.turnouts.all()}
    kinds_asked = Counter(one.kind for one in questionnaires)
    rows = []
    for kind in RespondentKind:
        of_kind = [answer for answer in answers if answer.kind == kind]
        turnout = turnouts.get(kind)
        if not of_kind and not turnout and not kinds_asked[kind]:
            continue
        complete = [answer for answer in of_kind if answer.is_complete]
        row = Answered(
            kind,
            str(kind.label),
            complete=len(complete),
            partial=len(of_kind) - len(complete),
            respondents=len({answer.who for answer in complete}),
            invited=turnout.invited if turnout else None,
            reported=turnout.reported if turnout else None,
        )
        rows.append(_public_row(row, kinds_asked[kind]) if is_for_public else row)
    return rows


def _public_row(row: Answered, questionnaires: int) -> Answered:
    """Return the row without small numbers, and without numbers that give them away.

    If a kind had several questionnaires, the sum would give away how many answered the
    one that few answered.
    """
    who = row.respondents
    if who is None or who < FEWEST or questionnaires > 1:
        return replace(row, complete=None, partial=None, respondents=None, invited=None)
    invited = row.invited
    if invited is not None and not may_be_shown(who, invited):
        invited = None
    return replace(row, complete=None, partial=None, invited=invited)


def _of_questionnaire(
    questionnaire: Questionnaire,
    answers: list[_Answer],
    names: "_RecordNames",
    is_for_public: bool,
) -> QuestionnaireResults:
    complete = [
        answer
        for answer in answers
        if answer.is_complete and answer.questionnaire == questionnaire.pk
    ]
    if is_for_public:
        # The last submission of each respondent.
        complete = list({answer.who: answer for answer in complete}.values())
        if len(complete) < FEWEST:
            return QuestionnaireResults(questionnaire, None, [])
    given = [(answer.answers, answer.unanswered) for answer in complete]
    choices = _choices(questionnaire)
    sections: dict[str, list[Tally]] = {}
    done: dict[str, Tally] = {}
    groups: dict[str, Question] = {}
    for question in questionnaire.questions.all():
        if question.type == QuestionType.REPEAT:
            groups[question.code] = question
        if question.is_personal or question.type == QuestionType.REPEAT:
            continue
        put_if = _Relevance(question, groups.get(question.repeat))
        options = _options(question, choices, names)
        tally = tallies.tally(question, given, options, put_if.own, put_if.of_group)
        if is_for_public:
            tally = _public_tally(tally, put_if, done)
        done[question.code] = tally
        # Questions before the five headings ask who answers: not for the public.
        if question.section or not is_for_public:
            sections.setdefault(question.section, []).append(tally)
    return QuestionnaireResults(
        questionnaire,
        len(complete),
        [
            SectionTallies(
                code, str(Question(section=code).get_section_display()), found
            )
            for code, found in sections.items()
        ],
    )


class _Relevance:
    """The conditions under which a question and its group were put.

    `parents` are the questions on whose answers the conditions depend.
    """

    def __init__(self, question: Question, group: Question | None):
        self.is_clear = True
        self.own = self._read(question.relevant)
        self.of_group = self._read(group.relevant) if group else None
        self.parents = asked_of(question.relevant)
        if group:
            self.parents |= asked_of(group.relevant)

    def _read(self, relevant: str) -> Condition | None:
        try:
            return read_condition(relevant) if relevant else None
        except UnknownCondition:
            self.is_clear = False
            return None


def _public_tally(tally: Tally, put_if: _Relevance, done: dict[str, Tally]) -> Tally:
    """Return what the public may see of a question, given what it sees of others.

    How often a question was put follows from the answers to its parents. So if any
    count of a parent is hidden, or the condition cannot be read, all counts are.
    """
    known = all(code in done and done[code].is_whole for code in put_if.parents)
    return (
        tallies.public(tally) if known and put_if.is_clear else tallies.withheld(tally)
    )


def _choices(questionnaire: Questionnaire) -> dict[str, dict[str, str]]:
    choices: dict[str, dict[str, str]] = {}
    for choice in questionnaire.choices.all():
        choices.setdefault(choice.choice_list, {})[choice.code] = choice.label
    return choices


def _options(
    question: Question, choices: dict[str, dict[str, str]], names: "_RecordNames"
) -> AnswersOffered:
    if question.registry_list:
        return AnswersOffered(names.of(question.registry_list), is_open=True)
    return AnswersOffered(choices.get(question.choice_list, {}))


class _RecordNames:
    """The names of the registry's records by their keys; each kind is read once.

    For the public, records that no public fact names are left out, whatever their
    kind: they count as 'another answer', so that no draft shows through.
    """

    def __init__(self, is_for_public: bool):
        self.is_for_public = is_for_public
        self._known: dict[str, dict[str, str]] = {}

    def of(self, kind: str) -> dict[str, str]:
        if kind not in self._known:
            self._known[kind] = _READ[kind](self.is_for_public)
        return self._known[kind]


def _mechanisms(is_for_public: bool) -> dict[str, str]:
    published = Profile.objects.published().select_related("mechanism")
    names = {profile.mechanism.slug: profile.name for profile in published}
    if is_for_public:
        return names
    slugs = Mechanism.objects.values_list("slug", flat=True)
    return {slug: names.get(slug) or slug for slug in slugs}


def _states(is_for_public: bool) -> dict[str, str]:
    known = State.objects.named() if is_for_public else State.objects.all()
    return {one.iso3: one.name for one in known}


def _themes(is_for_public: bool) -> dict[str, str]:
    known = Theme.objects.named() if is_for_public else Theme.objects.all()
    return {one.slug: one.name for one in known}


def _organisations(is_for_public: bool) -> dict[str, str]:
    every = Organisation.objects.all()
    known = Organisation.objects.engaged() if is_for_public else every
    return {one.slug: one.name for one in known}


_READ: dict[str, Callable[[bool], dict[str, str]]] = {
    RegistryList.STATE: _states,
    RegistryList.THEME: _themes,
    RegistryList.MECHANISM: _mechanisms,
    RegistryList.ORGANISATION: _organisations,
}


def _mechanism_name(recommendation: Recommendation, names: _RecordNames) -> str:
    if recommendation.mechanism is None:
        return ""
    return names.of(RegistryList.MECHANISM).get(recommendation.mechanism.slug, "")


def _follow_up(recommendations: Iterable[Recommendation]) -> list[RecommendationStatus]:
    counts = Counter(one.status for one in recommendations)
    return [
        RecommendationStatus(status, str(status.label), counts[status])
        for status in FollowUp
        if counts[status]
    ]
