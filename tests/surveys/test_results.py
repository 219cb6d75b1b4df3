"""Results of a round: counted rightly, and for the public without a way back."""

from collections import defaultdict
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.models import Question
from surveys.questionnaires.relevance import UnknownCondition, asked_of, read_condition
from surveys.results import tallies
from surveys.results.counting import results_for_public, results_for_staff
from surveys.results.disclosure import FEWEST
from surveys.results.tallies import AnswerCount, Tally
from tests.factories import (
    make_draft,
    make_mechanism,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_question,
    make_questionnaire,
    make_recommendation,
    make_round,
    make_state,
    make_submission,
    make_theme_focus,
    publish,
)


@pytest.fixture
def round(db):
    return make_round(questionnaires=[make_questionnaire("state")], is_public=True)


@pytest.fixture
def questionnaire(round):
    return round.questionnaires.get()


def ask(questionnaire, code, **fields):
    """Ask under one of the five headings: others are not for the public."""
    return make_question(questionnaire, code, **{"section": "structure", **fields})


def answer(round, **answers):
    """Let a new State answer."""
    unanswered = answers.pop("unanswered", {})
    return make_submission(
        round,
        round.questionnaires.first(),
        make_state(),
        answers=answers,
        unanswered=unanswered,
    )


def answer_times(number, round, **answers):
    for _ in range(number):
        answer(round, **answers)


def tally_of(results, code):
    return next(
        tally
        for one in results.questionnaires
        for tally in one.tallies()
        if tally.question.code == code
    )


def counts(cells):
    return {cell.code: cell.count for cell in cells}


# --- Who answered ---


def test_current_complete_submissions_are_counted_by_kind(round, questionnaire):
    old = answer(round)
    old.is_current = False
    old.save()
    make_submission(round, questionnaire, old.state, corrects=old)
    make_submission(round, questionnaire, old.state)
    make_submission(round, questionnaire, make_state(), status="partial")
    round.turnouts.create(kind="state", invited=4, reported=3)
    round.turnouts.create(kind="organisation", reported=3)

    state, organisation = results_for_staff(round).answered

    assert (state.complete, state.partial, state.respondents) == (2, 1, 1)
    assert (state.invited, state.reported, state.rate) == (4, 3, 25)
    assert (organisation.complete, organisation.reported) == (0, 3)
    assert organisation.rate is None


def test_public_sees_respondents_and_no_number_below_five(round):
    round.turnouts.create(kind="state", invited=9, reported=8)
    answer_times(4, round)

    (row,) = results_for_public(round).answered
    assert (row.respondents, row.invited, row.reported) == (None, None, 8)

    answer(round)
    (row,) = results_for_public(round).answered
    # Of nine, four did not answer: the nine would give the four away.
    assert (row.respondents, row.invited, row.rate) == (5, None, None)

    round.turnouts.update(invited=10)
    (row,) = results_for_public(round).answered
    assert (row.respondents, row.invited, row.rate) == (5, 10, 50)


def test_sum_over_questionnaires_does_not_give_the_small_one_away(round):
    answer_times(6, round)
    second = make_questionnaire("state")
    make_submission(round, second, make_state())

    public = results_for_public(round)

    assert [row.respondents for row in public.answered] == [None]
    assert [one.total for one in public.questionnaires] == [6, None]


def test_respondent_counts_once_in_public_with_what_came_last(round, questionnaire):
    ask(questionnaire, "chair", choices=["yes", "no"])
    answer_times(6, round, chair="yes")
    state = make_state()
    for day in range(1, 6):
        make_submission(
            round,
            questionnaire,
            state,
            answers={"chair": "no"},
            submitted_at=f"2019-02-0{day}T00:00Z",
        )

    staff, public = results_for_staff(round), results_for_public(round)

    assert counts(tally_of(staff, "chair").cells) == {"yes": 6, "no": 5}
    assert public.questionnaires[0].total == 7
    assert tally_of(public, "chair").is_withheld or counts(
        tally_of(public, "chair").cells
    ) == {"yes": None, "no": None}


# --- Tallies ---


def test_answers_and_reasons_are_counted_apart(round, questionnaire):
    ask(questionnaire, "chair", choices={"yes": "Yes", "no": "No"})
    answer_times(2, round, chair="yes")
    answer(round, unanswered={"chair": "does-not-know"})
    answer(round)

    tally = tally_of(results_for_staff(round), "chair")

    assert (tally.known, tally.total) == (2, 4)
    assert counts(tally.cells) == {"yes": 2, "no": 0}
    assert [cell.label for cell in tally.cells] == ["Yes", "No"]
    assert counts(tally.reasons) == {"does-not-know": 1, "left-empty": 1}


def test_choices_that_no_list_has_count_as_another_answer(round, questionnaire):
    ask(questionnaire, "why", choices=["donors"], type="several")
    answer(round, why=["donors", "the weather", "the moon"])

    tally = tally_of(results_for_staff(round), "why")

    assert counts(tally.cells) == {"donors": 1, "other": 1}
    assert "weather" not in repr(tally)


def test_records_of_the_registry_are_listed_by_their_names(round, questionnaire):
    ask(questionnaire, "with", registry_list="state", type="several")
    make_state("CRI", name_en="Costa Rica")
    make_state("PAN", name_en="Panama")
    answer(round, **{"with": ["CRI", "PAN"]})
    answer(round, **{"with": ["PAN"]})

    cells = tally_of(results_for_staff(round), "with").cells

    assert [(cell.label, cell.count) for cell in cells] == [
        ("Panama", 2),
        ("Costa Rica", 1),
    ]


@pytest.mark.attack("Results of a round name what only drafts use")
@pytest.mark.parametrize("kind", ["state", "theme"])
def test_the_public_reads_the_names_of_what_public_facts_name(
    round, questionnaire, kind
):
    ask(questionnaire, "of", registry_list=kind, type="several")
    public, draft = make_draft(), make_draft()
    if kind == "state":
        known = make_membership(public, "CRI").state
        unknown = make_membership(draft, "PAN").state
    else:
        known = make_theme_focus(public, "known").theme
        unknown = make_theme_focus(draft, "unknown").theme
    publish(public)
    for _number in range(6):
        answer(round, of=[known.natural_key()[0]])
        answer(round, of=[unknown.natural_key()[0]])

    staff = tally_of(results_for_staff(round), "of").cells
    shown = tally_of(results_for_public(round), "of").cells

    assert {cell.label for cell in staff} == {known.name, unknown.name}
    assert {(cell.label, cell.count) for cell in shown} == {
        (known.name, 6),
        ("Another answer", 6),
    }


def test_numbers_have_a_spread_and_fixed_classes(round, questionnaire):
    ask(questionnaire, "founded", type="year")
    ask(questionnaire, "meetings", type="integer")
    ask(questionnaire, "adopted", type="date")
    answer(round, founded="1990", meetings="2", adopted="2018-11")
    answer(round, founded="1999", meetings="7")
    answer(round, founded="2012", meetings="9")

    staff = results_for_staff(round)

    founded = tally_of(staff, "founded")
    assert (founded.spread.smallest, founded.spread.median) == (1990, 1999)
    assert founded.spread.largest == 2012
    assert [(c.label, c.count) for c in founded.cells] == [
        ("1990–1999", 2),
        ("2010–2019", 1),
    ]
    meetings = tally_of(staff, "meetings")
    assert [(c.label, c.count) for c in meetings.cells] == [("2", 1), ("5–9", 2)]
    assert tally_of(staff, "adopted").spread.median == 2018


def test_texts_are_only_counted(round, questionnaire):
    ask(questionnaire, "words", type="long_text")
    answer(round, words="What we think of it")
    answer(round)

    for results in (results_for_staff(round), results_for_public(round)):
        assert "think" not in repr(results.questionnaires)
    tally = tally_of(results_for_staff(round), "words")
    assert (tally.known, tally.total, tally.cells) == (1, 2, ())


def test_personal_questions_have_no_tally(round, questionnaire):
    ask(questionnaire, "name", is_personal=True)
    answer(round)

    assert list(results_for_staff(round).questionnaires[0].tallies()) == []


def test_group_counts_respondents_and_entries(round, questionnaire):
    ask(questionnaire, "partner", type="repeat")
    ask(questionnaire, "kind", choices=["igo", "iscm"], repeat="partner")
    answer(round, partner=[{"kind": "igo"}, {"kind": "igo"}, {"kind": "iscm"}])
    answer(round, partner=[{"kind": "igo"}, {"kind": ""}])
    answer(round, partner=[{"kind": ""}])
    answer(round)

    tally = tally_of(results_for_staff(round), "kind")

    assert (tally.known, tally.total, tally.entries) == (2, 4, 4)
    assert [(c.code, c.count, c.entries) for c in tally.cells] == [
        ("igo", 2, 3),
        ("iscm", 1, 1),
    ]
    assert counts(tally.reasons) == {"left-empty": 1, "no-entry": 1}


def test_not_asked_is_told_from_not_answered(round, questionnaire):
    ask(questionnaire, "has", choices=["yes", "no"])
    ask(questionnaire, "title", relevant="${has} = 'yes'")
    answer(round, has="yes", title="Plan")
    answer(round, has="yes", unanswered={"title": "left-empty"})
    answer(round, has="no", unanswered={"title": "left-empty"})

    tally = tally_of(results_for_staff(round), "title")

    assert counts(tally.reasons) == {"left-empty": 1, "not-asked": 1}


def test_recommendations_are_counted_by_status(round):
    make_recommendation(round, number=1, status="done")
    make_recommendation(round, number=2, status="done")
    make_recommendation(round, number=3)

    results = results_for_staff(round)

    assert [(one.status, one.count) for one in results.follow_up] == [
        ("done", 2),
        ("unknown", 1),
    ]


def test_number_of_queries_does_not_grow(
    round, questionnaire, django_assert_num_queries
):
    for kind in ("state", "theme", "mechanism", "organisation"):
        ask(questionnaire, f"of_{kind}", registry_list=kind)
    for number in (5, 3):
        answer_times(number, round, of_state="CRI")
        make_recommendation(round, mechanism=make_profile().mechanism)
        round.turnouts.get_or_create(kind="state")
        queries = (
            1  # submissions
            + 3  # questionnaires, their questions and choices
            + 1  # turnouts
            + 1  # recommendations
            + 4  # names of States, themes, mechanisms and organisations
            + 1  # mechanisms without a published profile
        )
        with django_assert_num_queries(queries):
            results_for_staff(round)
        with django_assert_num_queries(queries - 1):
            results_for_public(round)


# --- What the public may see ---


def test_small_count_takes_another_one_with_it(round, questionnaire):
    ask(questionnaire, "chair", choices=["a", "b", "c"])
    answer_times(12, round, chair="a")
    answer_times(6, round, chair="b")
    answer_times(4, round, chair="c")

    tally = tally_of(results_for_public(round), "chair")

    # 12 of 22 are shown; b and c are hidden, and only their sum is known.
    assert counts(tally.cells) == {"a": 12, "b": None, "c": None}
    assert (tally.known, tally.total) == (22, 22)


def test_one_who_did_not_answer_cannot_be_worked_out(round, questionnaire):
    ask(questionnaire, "chair", choices=["a", "b"])
    ask(questionnaire, "words", type="text")
    answer_times(8, round, chair="a", words="…")
    answer_times(7, round, chair="b", words="…")
    answer(round)

    public = results_for_public(round)

    chair, words = tally_of(public, "chair"), tally_of(public, "words")
    assert public.questionnaires[0].total == 16
    assert chair.known is None
    assert counts(chair.cells) == {"a": 8, "b": None}
    assert chair.reasons == ()
    assert words.is_withheld


def test_nobody_is_told_of_an_answer_that_all_gave(round, questionnaire):
    ask(questionnaire, "donors", choices=["yes", "no"])
    answer_times(9, round, donors="yes")

    assert tally_of(results_for_public(round), "donors").is_withheld


def test_several_choices_are_shown_only_with_five_who_did_not_choose(
    round, questionnaire
):
    ask(questionnaire, "why", choices=["a", "b", "c"], type="several")
    answer_times(6, round, why=["a", "b"])
    answer_times(5, round, why=["a", "c"])
    answer_times(2, round, why=["b", "c"])

    tally = tally_of(results_for_public(round), "why")

    # Two did not choose a.
    assert counts(tally.cells) == {"a": None, "b": 8, "c": 7}


def test_public_sees_neither_smallest_nor_largest_number(round, questionnaire):
    ask(questionnaire, "founded", type="year")
    answer_times(8, round, founded="1991")
    answer_times(6, round, founded="2003")
    answer(round, founded="1951")

    tally = tally_of(results_for_public(round), "founded")

    assert tally.spread is None
    assert [(c.label, c.count) for c in tally.cells] == [("1990–1999", 8)]
    assert tally.hides_others


def test_question_put_to_few_does_not_tell_who_they_are(round, questionnaire):
    ask(questionnaire, "kind", choices=["x", "y", "z"])
    ask(questionnaire, "why", relevant="${kind} = 'y'")
    ask(questionnaire, "odd", relevant="position(..) > 1")
    answer_times(10, round, kind="x")
    answer_times(6, round, kind="y", why="…", odd="…")
    answer_times(4, round, kind="z")

    public = results_for_public(round)

    assert counts(tally_of(public, "kind").cells) == {"x": 10, "y": None, "z": None}
    # 'Six were asked' would give the six, and so the four.
    assert tally_of(public, "why").is_withheld
    assert tally_of(public, "odd").is_withheld


def test_public_is_not_told_of_records_that_are_not_public(round, questionnaire):
    ask(questionnaire, "where", registry_list="mechanism", type="several")
    ask(questionnaire, "whom", registry_list="organisation", type="several")
    secret = make_draft(make_mechanism(slug="secret-process")).mechanism
    known = make_profile(make_mechanism(slug="known"), name="Known").mechanism
    hidden = make_organisation(slug="secret-body")
    partner = make_organisation(slug="partner", name_en="Partner")
    draft = make_draft()
    make_partnership(draft, hidden)
    published = make_draft()
    make_partnership(published, partner)
    publish(published)
    answer_times(6, round, where=[secret.slug], whom=[hidden.slug])
    answer_times(6, round, where=[known.slug], whom=[partner.slug])
    make_recommendation(round, mechanism=secret)

    public = results_for_public(round)

    shown = [(c.label, c.count) for c in tally_of(public, "where").cells]
    assert sorted(shown) == [("Another answer", 6), ("Known", 6)]
    assert "secret" not in repr(public.questionnaires)
    assert [one.mechanism_name for one in public.recommendations] == [""]
    assert "secret-process" in repr(tally_of(results_for_staff(round), "where"))


def test_public_is_not_told_who_answers(round, questionnaire):
    ask(questionnaire, "office", section="", choices=["north", "south"])
    ask(questionnaire, "chair", choices=["yes", "no"])
    answer_times(7, round, office="north", chair="yes")
    answer_times(7, round, office="south", chair="no")

    staff, public = results_for_staff(round), results_for_public(round)

    assert [s.code for s in staff.questionnaires[0].sections] == ["", "structure"]
    assert [s.code for s in public.questionnaires[0].sections] == ["structure"]


def test_questionnaire_that_few_answered_has_no_numbers(round, questionnaire):
    ask(questionnaire, "chair", choices=["a", "b"])
    answer_times(4, round, chair="a")

    (only,) = results_for_public(round).questionnaires

    assert (only.total, only.sections) == (None, [])


# --- Somebody who knows the rule tries to work hidden counts out ---


def seen(tally):
    """What a reader has: everything that is shown."""
    shown = tallies.public(tally)
    return (
        shown.total,
        shown.known,
        tuple(counts(shown.cells).items()),
        tuple(counts(shown.reasons).items()),
    )


def hidden_in(tally):
    """The names of the counts of `tally` that its public form does not show."""
    shown = tallies.public(tally)
    visible = {code for code, n in counts(shown.cells).items() if n is not None}
    visible |= {f"why {code}" for code in counts(shown.reasons)}
    if shown.known is not None:
        visible.add("known")
    return truth(tally).keys() - visible


def truth(tally):
    return {
        **counts(tally.cells),
        **{f"why {code}": n for code, n in counts(tally.reasons).items()},
        "known": tally.known,
    }


def parts(number, total):
    """Yield every way in which `number` counts add up to `total`."""
    if number == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in parts(number - 1, total - first):
            yield (first, *rest)


def make_tally(cells, reasons, known, *, several=False):
    return Tally(
        Question(code="q", type="several" if several else "one"),
        known + sum(reasons),
        known,
        tuple(AnswerCount(f"choice {i}", "", count) for i, count in enumerate(cells)),
        tuple(
            AnswerCount(f"reason {i}", "", count)
            for i, count in enumerate(reasons)
            if count
        ),
        is_several=several,
    )


def closed_list(choices, reasons, total):
    for way in parts(choices + reasons, total):
        yield make_tally(way[:choices], way[choices:], sum(way[:choices]))


def text(reasons, total):
    for known, *why in parts(1 + reasons, total):
        yield make_tally((), why, known)


def several_choices(choices, reasons, total):
    """Yield every way in which `total` respondents can choose one or more."""
    chosen = [
        set(combination)
        for size in range(1, choices + 1)
        for combination in combinations(range(choices), size)
    ]
    for way in parts(len(chosen) + reasons, total):
        ticked = [
            sum(n for who, n in zip(chosen, way, strict=False) if choice in who)
            for choice in range(choices)
        ]
        known = sum(way[: len(chosen)])
        yield make_tally(ticked, way[len(chosen) :], known, several=True)


def no_reasons(sizes):
    return len(sizes) == 3 and sizes[1] == 0


@cache
def by_what_is_seen(kind, *sizes):
    """All that can be behind each page: the true counts of every way there is."""
    behind = defaultdict(list)
    for tally in kind(*sizes):
        behind[seen(tally)].append((hidden_in(tally), truth(tally)))
    return behind


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        (closed_list, (2, 0, 13)),
        (closed_list, (2, 1, 19)),
        (closed_list, (3, 0, 22)),
        (closed_list, (3, 1, 15)),
        (closed_list, (2, 2, 14)),
        (text, (1, 20)),
        (text, (2, 16)),
        (several_choices, (2, 0, 14)),
        (several_choices, (2, 1, 15)),
        (several_choices, (3, 0, 11)),
    ],
)
def test_hidden_count_has_three_values_that_give_the_same_page(kind, sizes):
    for page, behind in by_what_is_seen(kind, *sizes).items():
        for name in behind[0][0]:
            if name == "known" and no_reasons(sizes):
                continue  # nobody could leave it out: it is the total, which is shown
            values = {counted.get(name, 0) for _hidden, counted in behind}
            assert len(values) >= 3, (page, name, values)


@pytest.mark.parametrize(
    ("kind", "sizes"), [(closed_list, (3, 1, 15)), (several_choices, (2, 1, 15))]
)
def test_what_is_shown_is_never_below_five(kind, sizes):
    for _total, known, cells, reasons in by_what_is_seen(kind, *sizes):
        shown = [n for _code, n in (*cells, *reasons) if n is not None]
        assert all(number >= FEWEST for number in shown)
        assert known is None or known >= FEWEST


def test_the_rule_hides_no_more_than_it_must():
    """Half of all lists of three with 22 respondents, a realistic round, are shown."""
    pages = by_what_is_seen(closed_list, 3, 0, 22)

    shown = sum(
        len(behind)
        for (_total, _known, cells, _why), behind in pages.items()
        if any(count is not None for _code, count in cells)
    )
    assert shown > sum(map(len, pages.values())) / 2


@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=9).filter(lambda c: sum(c) > 4)
)
@settings(max_examples=300)
def test_hidden_count_of_a_long_list_cannot_be_rebuilt(cells):
    """Somebody looks for another truth behind the same page, and finds two."""
    tally = make_tally(cells, (), sum(cells))
    page, names = seen(tally), list(counts(tally.cells))
    hidden = [names.index(name) for name in hidden_in(tally) if name in names]

    for place in hidden:
        values = {cells[place]}
        for others in others_behind(cells, hidden, place):
            if seen(make_tally(others, (), sum(cells))) == page:
                values.add(others[place])
        assert len(values) >= 3, (cells, page, place)


def others_behind(cells, hidden, place):
    """Yield lists in which the hidden counts are others, with the same sum.

    Those in which `place` is 0 to 4 and one other holds the rest, or all have a share.
    """
    total = sum(cells[i] for i in hidden)
    rest = [i for i in hidden if i != place]
    for value in range(min(FEWEST, total + 1)):
        for holder in rest:
            other = list(cells)
            for i in rest:
                other[i] = 0
            other[place], other[holder] = value, total - value
            yield other
        other, left = list(cells), total - value
        other[place] = value
        for i in rest:
            other[i] = min(FEWEST - 1, left)
            left -= other[i]
        if not left:
            yield other


# --- Conditions ---


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("${a} = 'yes'", True),
        ("${a} != 'yes'", False),
        ("${b} = ''", True),
        ("${n} > 3", True),
        ("${n} = 4", True),
        ("${b} > 3", False),
        ("${a} = 'no' or ${n} <= 4", True),
        ("${a} = 'yes' and (${n} < 4 or selected(${s}, 'x'))", True),
        ("not(selected(${s}, 'y'))", True),
        ("selected(${a}, 'yes')", True),
    ],
)
def test_condition_is_read_as_xlsform_means_it(condition, holds):
    answers = {"a": "yes", "n": "4", "s": ["x", "z"]}

    assert read_condition(condition)(answers) is holds


@pytest.mark.parametrize(
    "condition",
    ["", "yes", "${a}", "${a} = ", "${a} = 'b", "count(${a}) > 1", "(${a}=1"],
)
def test_condition_that_cannot_be_read_is_refused(condition):
    with pytest.raises(UnknownCondition):
        read_condition(condition)


def test_condition_names_its_questions():
    assert asked_of("${a} = 'x' or selected(${b_1}, 'y')") == {"a", "b_1"}
