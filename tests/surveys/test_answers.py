"""What a cell means, by the type of its question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.normalising.answers import Asking, Conventions, reader, tidy
from surveys.normalising.choices import Options
from surveys.normalising.written_dates import AmbiguousDate, read_date, read_year
from surveys.problems import Code, Severity
from surveys.vocabularies import QuestionType, Unanswered

YES_NO = {"yes": ["Yes", "Oui", "Sí"], "no": ["No", "Non", "No"]}
THEMES = {
    "panama": ["Panama"],
    "states": ["States", "United States"],
    "usa": ["United States of America"],
    "vegan": ["Vegan"],
}
BY_CODE = Conventions(splits_at=" ")
BY_LABEL = Conventions(splits_at="")


def read(type, text, options=None, conventions=BY_CODE, *, other=False):
    return reader(Asking("q", type, options, other), conventions)(text)


def code_of(reading):
    (trouble,) = reading.troubles
    return trouble.code


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2018", "2018"),
        ("2018-11", "2018-11"),
        ("2018-11-06", "2018-11-06"),
        ("2018-11-06 09:00:00", "2018-11-06"),
        ("2018-11-06T09:00:00.000-06:00", "2018-11-06"),
        ("2018/11/6", "2018-11-06"),
        ("11/2018", "2018-11"),
        ("13/11/2018", "2018-11-13"),
        ("11/13/2018", "2018-11-13"),
        ("4/4/2019", "2019-04-04"),
        ("November 2018", "2018-11"),
        ("6 November 2018", "2018-11-06"),
        ("November 6th, 2018", "2018-11-06"),
        ("6 de noviembre de 2018", "2018-11-06"),
        ("1er février 2018", "2018-02-01"),
        ("août 2017", "2017-08"),
        ("6. Dezember 2018", "2018-12-06"),
        ("6 de março de 2018", "2018-03-06"),
        ("6 мая 2018 г.", "2018-05-06"),
        ("٦ مايو ٢٠١٨", "2018-05-06"),
        ("كانون الثاني 2018", "2018-01"),
        ("۱۳/۱۱/۲۰۱۸", "2018-11-13"),
        ("Apr 1, 2019 8:30:00 AM", "2019-04-01"),
    ],
)
def test_a_date_is_as_precise_as_it_was_written(text, date):
    assert read_date(text) == date


def years(text, answer=""):
    decisions = {"years": {"Founded": answer}} if answer else {}
    conventions = Conventions(decisions=decisions, column="Founded")
    return read(QuestionType.YEAR, text, conventions=conventions)


@pytest.mark.parametrize(
    ("text", "number"), [("1905-06-18", "1996"), ("1909-06-19", "1996")]
)
def test_a_year_in_a_cell_with_the_format_of_a_date_is_asked(text, number):
    reading = years(text)

    (trouble,) = reading.troubles
    assert reading.value is None
    assert (trouble.severity, trouble.kind, trouble.value) == (
        Severity.QUESTION,
        "years",
        "Founded",
    )
    assert number in dict(trouble.candidates)["number"]
    assert years(text, "number").value == number
    assert years(text, "date").value == text[:4]


def dates(text, answer=""):
    decisions = {"years": {"Since": answer}} if answer else {}
    conventions = Conventions(decisions=decisions, column="Since", day_first=True)
    return read(QuestionType.DATE, text, conventions=conventions)


@pytest.mark.parametrize("text", ["1905-06-18", "18/06/1905", "18 June 1905"])
def test_a_date_that_may_be_a_year_is_asked_however_it_is_written(text):
    (trouble,) = dates(text).troubles

    assert dates(text).value is None
    assert (trouble.kind, trouble.value) == ("years", "Since")
    assert "1996" in dict(trouble.candidates)["number"]
    assert dates(text, "number").value == "1996"
    assert dates(text, "date").value == "1905-06-18"
    assert years(text).troubles


@pytest.mark.parametrize("type", [QuestionType.YEAR, QuestionType.DATE])
def test_a_year_that_a_format_may_have_left_is_asked(type):
    (trouble,) = read(type, "1905").troubles
    decided = Conventions(decisions={"value": {"q": {"1905": "{text}"}}})

    assert read(type, "1905").value is None
    assert (trouble.kind, trouble.severity) == ("value", Severity.QUESTION)
    assert read(type, "1905", conventions=decided).value == "1905"


def test_a_year_with_the_fraction_of_a_data_frame_is_a_date():
    assert read(QuestionType.DATE, "2019.0").value == "2019"


@pytest.mark.parametrize("text", ["1910", "1996", "1996-06-18", "1900-01-01"])
def test_other_years_are_taken_as_they_are(text):
    assert years(text).value == text[:4]
    assert not years(text).troubles


def test_a_number_of_days_in_a_date_is_said_with_the_day_that_it_may_be():
    (trouble,) = read(QuestionType.DATE, "43556").troubles

    assert trouble.allowed == "2019-04-01"


def test_which_number_is_the_day_is_asked_unless_something_says_it():
    with pytest.raises(AmbiguousDate):
        read_date("3/4/2019")

    assert read_date("3/4/2019", day_first=True) == "2019-04-03"
    assert read_date("3/4/2019", day_first=False) == "2019-03-04"


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2018-13",
        "31/02/2018",
        "6/11/18",
        "1066",
        "May",
        "2017 or 2018",
        "2 3 4",
    ],
)
def test_what_is_no_date_is_not_made_one(text):
    with pytest.raises(ValueError, match=r"\S"):
        read_date(text)


def test_a_year_is_also_that_of_a_date():
    assert read_year("1990") == "1990"
    assert read_year("3/4/2019") == "2019"
    with pytest.raises(ValueError, match="19900"):
        read_year("19900")


@given(st.text(max_size=30))
def test_a_date_is_a_partial_date_or_none(text):
    try:
        date = read_date(text)
    except ValueError:
        return
    assert len(date) in (4, 7, 10)


def test_text_loses_what_nobody_sees_and_nothing_else():
    assert tidy("\ufeff  Re\u0301forma\u00a0 de la\r\nley \x0b") == "Réforma de la\nley"
    assert read(QuestionType.TEXT, "two\nlines ").value == "two lines"
    assert read(QuestionType.LONG_TEXT, " two \n\n lines").value == "two\n\nlines"


@pytest.mark.parametrize(
    ("text", "number"), [("12", "12"), ("12.0", "12"), ("-3", "-3")]
)
def test_whole_numbers_stand_without_the_decimals_of_a_spreadsheet(text, number):
    assert read(QuestionType.INTEGER, text).value == number


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (QuestionType.INTEGER, "1,234"),
        (QuestionType.INTEGER, "a dozen"),
        (QuestionType.YEAR, "c. 1990"),
        (QuestionType.YEAR, "1850"),
        (QuestionType.DATE, "in spring"),
    ],
)
def test_a_value_that_is_not_understood_is_left_out_and_said(type, text):
    reading = read(type, text)

    assert reading.value is None
    assert reading.reason == Unanswered.NOT_UNDERSTOOD
    assert code_of(reading) == Code.BAD_VALUE
    assert reading.troubles[0].allowed


def test_an_ambiguous_date_is_a_question():
    reading = read(QuestionType.DATE, "3/4/2019")

    assert code_of(reading) == Code.AMBIGUOUS_DATE
    assert reading.troubles[0].severity == Severity.QUESTION


@pytest.mark.parametrize("text", ["yes", "YES", "Oui", " sí "])
def test_a_choice_is_known_by_code_and_by_label_in_any_language(text):
    assert read(QuestionType.ONE, text, Options(YES_NO)).value == "yes"


def test_a_mapping_can_say_what_a_choice_means():
    options = Options(YES_NO, {"1": "yes", "2": "no"})

    assert read(QuestionType.ONE, "2", options).value == "no"


def test_a_choice_that_is_none_names_the_nearest():
    reading = read(QuestionType.ONE, "yess", Options(YES_NO))

    assert reading.value is None
    assert code_of(reading) == Code.UNKNOWN_OPTION
    assert reading.troubles[0].allowed.startswith("yes")


def test_another_answer_is_kept_where_the_tool_writes_it_there_but_no_slip():
    options, writes = Options(YES_NO), Conventions(writes_other=True)

    other = read(QuestionType.ONE, "It depends", options, writes, other=True)
    slip = read(QuestionType.ONE, "yess", options, writes, other=True)
    asked = read(QuestionType.ONE, "It depends", options, other=True)

    assert (other.value, other.other) == ("other", "It depends")
    assert slip.value is None
    assert asked.value is None
    assert code_of(asked) == Code.UNKNOWN_OPTION
    assert asked.troubles[0].severity == Severity.QUESTION


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("other", ""),
        ("-oth-", ""),
        ("Other (please specify)", ""),
        ("Other, please specify:", ""),
        ("Otro (especifique)", ""),
        ("Autre (précisez)", ""),
        ("Autre, veuillez préciser :", ""),
        ("Outro", ""),
        ("Other: a troika", "a troika"),
    ],
)
def test_the_label_of_something_else_is_known_with_its_request(text, beside):
    reading = read(QuestionType.ONE, text, Options(YES_NO), other=True)

    assert (reading.value, reading.other, reading.troubles) == ("other", beside, [])


def test_words_that_only_begin_like_something_else_are_asked():
    reading = read(QuestionType.ONE, "Other mechanisms", Options(YES_NO), other=True)

    assert code_of(reading) == Code.UNKNOWN_OPTION


BODIES = {
    "chair": ["Chair or presidency", "Présidence"],
    "secretariat": ["Secretariat", "Secrétariat"],
    "system": ["System, such as border systems"],
    "chair_group": ["Group of chairs"],
}


@pytest.mark.parametrize(
    "text",
    [
        "chair,secretariat",
        "chair, secretariat",
        "chair;secretariat",
        "chair | secretariat",
        "chair\nsecretariat",
        "chair secretariat",
        "Chair or presidency; Secretariat",
        "Chair or presidency,Secretariat",
        "Présidence | Secrétariat",
        "Chair or presidency Secretariat",
    ],
)
def test_several_choices_are_cut_at_the_separator_that_fits(text):
    reading = read(QuestionType.SEVERAL, text, Options(BODIES), other=True)

    assert (reading.value, reading.other) == (["chair", "secretariat"], "")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Chair or presidency", ["chair"]),
        ("System, such as border systems, Secretariat", ["system", "secretariat"]),
        ("chair chair_group", ["chair", "chair_group"]),
    ],
)
def test_a_whole_cell_and_whole_labels_go_before_separators(text, codes):
    assert read(QuestionType.SEVERAL, text, Options(BODIES)).value == codes


@pytest.mark.parametrize("text", ["chair,troika", "chair troika", "troika"])
def test_an_unknown_code_is_no_answer_of_ones_own_and_takes_the_cell_with_it(text):
    reading = read(QuestionType.SEVERAL, text, Options(BODIES), other=True)

    assert reading.value is None
    (trouble,) = reading.troubles
    assert (trouble.value, trouble.kind, trouble.holds) == ("troika", "value", True)
    assert [key for key, _label in trouble.candidates] == [*BODIES, "other"]


@pytest.mark.parametrize(
    ("decision", "value", "other"),
    [
        ("secretariat", ["chair", "secretariat"], ""),
        ("", ["chair"], ""),
        ("other", ["chair", "other"], "troika"),
    ],
)
def test_what_somebody_decided_on_a_value_counts(decision, value, other):
    conventions = Conventions(decisions={"value": {"q": {"troika": decision}}})

    reading = read(
        QuestionType.SEVERAL, "chair troika", Options(BODIES), conventions, other=True
    )

    assert (reading.value, reading.other, reading.troubles) == (value, other, [])


EVERY_TYPE = [QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.INTEGER]
EVERY_TYPE += [QuestionType.YEAR, QuestionType.DATE, QuestionType.ONE]
EVERY_TYPE += [QuestionType.SEVERAL]


@pytest.mark.parametrize("type", EVERY_TYPE)
@pytest.mark.parametrize(
    "text",
    [
        *("-99", "-98.0", "−88", "-999", "NA", "n/a", ".", "nan", "NaN", "None"),
        *("NULL", "NSP", "NR", "SD", "dk", "none of the choices", "Sin dato"),
        *("No contesta", "ne sait pas", "Sans réponse", "keine Angabe", "не знаю"),
        *("لا ينطبق", "#N/A"),
    ],
)
def test_a_code_for_no_answer_is_none_for_every_type_of_question(type, text):
    options = Options(YES_NO) if type in (QuestionType.ONE, EVERY_TYPE[-1]) else None

    reading = read(type, text, options)

    assert reading.value is None
    assert reading.reason in (
        Unanswered.LEFT_EMPTY,
        Unanswered.NOT_SHOWN,
        Unanswered.DOES_NOT_KNOW,
    )
    assert reading.troubles == []


@pytest.mark.parametrize("type", EVERY_TYPE)
@pytest.mark.parametrize("text", ["99", "999", "9999", "88.0", "-9"])
def test_a_code_that_is_a_number_as_well_is_asked(type, text):
    options = Options(YES_NO) if type in (QuestionType.ONE, EVERY_TYPE[-1]) else None

    reading = read(type, text, options)

    assert reading.value is None
    (trouble,) = reading.troubles
    assert (trouble.severity, trouble.holds) == (Severity.QUESTION, True)
    assert trouble.candidates


@pytest.mark.parametrize(("decision", "value"), [("{text}", "99"), ("", None)])
def test_a_number_is_an_answer_or_none_as_somebody_decides(decision, value):
    conventions = Conventions(decisions={"value": {"q": {"99": decision}}})

    reading = read(QuestionType.INTEGER, "99", None, conventions)

    assert (reading.value, reading.troubles) == (value, [])


def test_a_choice_that_is_called_like_a_code_for_no_answer_is_a_choice():
    options = Options({"none": ["None of these"], "99": ["Not yet"], "na": ["N/A"]})

    assert read(QuestionType.ONE, "none", options).value == "none"
    assert read(QuestionType.ONE, "99", options).value == "99"
    assert read(QuestionType.ONE, "N/A", options).value == "na"


def test_codes_are_cut_at_spaces():
    reading = read(QuestionType.SEVERAL, "panama usa", Options(THEMES))

    assert reading.value == ["panama", "usa"]


def test_labels_are_cut_only_where_one_cutting_covers_everything():
    options = Options(THEMES)

    whole = read(
        QuestionType.SEVERAL, "Panama United States of America", options, BY_LABEL
    )
    left = read(QuestionType.SEVERAL, "Panama and Vegan", options, BY_LABEL)

    assert whole.value == ["panama", "usa"]
    assert code_of(left) == Code.UNDECIDABLE_CHOICES


def test_labels_that_can_be_cut_in_two_ways_are_not_cut():
    options = Options(
        {"free": ["Gluten-free"], "both": ["Gluten-free Vegan"], **THEMES}
    )

    reading = read(QuestionType.SEVERAL, "Gluten-free Vegan Panama", options, BY_LABEL)

    assert code_of(reading) == Code.UNDECIDABLE_CHOICES


def test_labels_with_the_separator_in_them_are_not_torn():
    options = Options({"return": ["Return, readmission"], "labour": ["Labour"]})
    conventions = Conventions(splits_at=", ")

    reading = read(
        QuestionType.SEVERAL, "Return, readmission, Labour", options, conventions
    )

    assert reading.value == ["return", "labour"]


def test_a_trailing_separator_is_no_choice():
    conventions = Conventions(splits_at=";")

    reading = read(QuestionType.SEVERAL, "Panama;Vegan;", Options(THEMES), conventions)

    assert reading.value == ["panama", "vegan"]


def test_half_an_answer_is_none():
    reading = read(QuestionType.SEVERAL, "panama nowhere", Options(THEMES))

    assert reading.value is None
    assert code_of(reading) == Code.UNKNOWN_OPTION


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Unanswered.LEFT_EMPTY),
        (" \u00a0 ", Unanswered.LEFT_EMPTY),
        ("-", Unanswered.LEFT_EMPTY),
        ("N/A", Unanswered.NOT_SHOWN),
        ("DK", Unanswered.DOES_NOT_KNOW),
    ],
)
def test_a_question_without_an_answer_says_why(text, reason):
    conventions = Conventions(frozenset({"-"}), frozenset({"dk"}))

    for type in (QuestionType.TEXT, QuestionType.YEAR, QuestionType.ONE):
        reading = read(type, text, Options(YES_NO), conventions)
        assert (reading.value, reading.reason, reading.troubles) == (None, reason, [])


def test_a_choice_that_means_not_knowing_is_no_answer():
    options = Options({**YES_NO, "do_not_know": ["I cannot say"]})
    conventions = Conventions(does_not_know=frozenset({"do not know"}))

    for type in (QuestionType.ONE, QuestionType.SEVERAL):
        reading = read(type, "I cannot say", options, conventions)
        if type == QuestionType.ONE:
            assert reading.reason == Unanswered.DOES_NOT_KNOW


@given(
    st.sampled_from(QuestionType.values),
    st.text(max_size=60),
    st.sampled_from(["", " ", ";", ", "]),
    st.booleans(),
    st.booleans(),
)
def test_nothing_that_people_write_raises(type, text, separator, writes_other, other):
    conventions = Conventions(splits_at=separator, writes_other=writes_other)

    reading = read(type, text, Options(THEMES), conventions, other=other)

    if reading.value is None:
        assert reading.reason
