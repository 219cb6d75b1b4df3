"""Columns of personal details are told by headings in many languages and by shape."""

import pytest

from surveys.readers.personal import is_personal
from surveys.readers.shapes import is_address, is_name, mentions_person
from surveys.readers.tables import Role
from tests.surveys.export_files import csv_file
from tests.surveys.readers.in_this_process import read

ADDRESSES = [
    "uno@example.org",
    "Ana Núñez <ana.nunez@correo.example>",
    "mailto:a@b.example",
    "a@b.example; c@d.example",
    "имя@пример.рф",
    "+33 6 12 34 56 78",
    "0033612345678",
    "(02) 555 0100",
    "06 12 34 56 78",
    "0612345678",
    "555-0100-22",
    "Tel.: +44 20 7946 0018 ext. 12",
    "٠٠٩٦٢٧٩١٢٣٤٥٦٧",
    "490154203237518",
    "8931440400000000000",
    "203.0.113.177",
    "2001:db8::ff00:42:8329",
    "00:1B:44:11:3A:B7",
    "collect:Xj3kd93kdk3",
    "13.75630, 100.50180",
    "13.7563 100.5018 0 0",
]
NO_ADDRESSES = [
    "1996",
    "2019-04-01",
    "2019-04-01 08:30:00",
    "01/04/2019",
    "1.4.2019",
    "1996-2000",
    "1996, 2004",
    "12.500.000",
    "1 200 000",
    "12500000",
    "3.14",
    "12:30",
    "12:30:45",
    "www.example.org",
    "https://example.org/a/123456789",
    "Write to us at office@example.org about it",
    "RCM",
    "190401",
    "123456789012345",
    "",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_what_leads_to_a_person_is_known_by_its_shape(text):
    assert is_address(text)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_other_texts_and_numbers_have_another_shape(text):
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("Ask office@example.org for it.", True),
        ("Call +33 6 12 34 56 78, please.", True),
        ("It was sent from 203.0.113.177.", True),
        ("In 2019 + 1 200 000 people, 3.5 per cent.", False),
        ("Established in 1996. It meets. Yearly.", False),
    ],
)
def test_a_text_that_mentions_an_address_is_told(text, does):
    assert mentions_person(text) is does


@pytest.mark.parametrize("text", ["Ana Núñez", "李明", "محمد العلي", "J. van der Berg"])
def test_names_have_a_shape_too(text):
    assert is_name(text)


@pytest.mark.parametrize("text", ["the members meet", "2 members", "A, B and C", ""])
def test_other_words_are_no_names(text):
    assert not is_name(text)


@pytest.mark.parametrize(
    "heading",
    [
        *("Электронная почта", "Ваш телефон", "ФИО", "Имя и фамилия"),
        *("البريد الإلكتروني", "رقم الهاتف", "الاسم الكامل", "عنوان IP"),
        *("电子邮件", "您的姓名", "手机号码", "メールアドレス", "이메일 주소"),
        *("E-Mail-Adresse", "Telefonnummer", "Vor- und Nachname", "Correio eletrônico"),
        *("E-posta", "Ad Soyad", "Imię i nazwisko", "Τηλέφωνο", "Número de celular"),
        *("devicephonenum", "simid", "IMEI", "GPS coordinates", "Latitude"),
    ],
)
def test_headings_are_known_in_many_languages(heading):
    assert is_personal(heading)


def roles(*rows):
    export = read(csv_file(rows), "f.csv")
    return {column.header: column.role for column in export.main.columns}


def test_most_cells_decide_and_not_one():
    found = roles(
        ["k", "一", "二", "story"],
        ["1", "a@example.org", "Open", "Long text"],
        ["2", "", "b@example.org", "Ask c@example.org about it"],
        ["3", "d@example.org", "Closed", "d@example.org"],
        ["4", "unknown", "Open now", "Another text"],
    )
    assert found["一"] == Role.PERSONAL
    assert found["二"] == Role.ANSWER
    assert found["story"] == Role.ANSWER


def test_long_numbers_and_halves_of_places_go_apart_in_doubt():
    found = roles(
        ["k", "一", "二", "三", "budget", "founded"],
        ["1", "33612345678", "13.75630", "100.50180", "1200000", "1996"],
        ["2", "33612345679", "-8.40951", "115.18891", "3.5", "2001"],
    )
    assert {found[each] for each in "一二三"} == {Role.PERSONAL}
    assert {found[each] for each in ("budget", "founded")} == {Role.ANSWER}


def test_names_beside_an_address_go_apart_with_it():
    found = roles(
        ["k", "Voornom", "Achternom", "X", "Themes", "Founded"],
        ["1", "Ana", "Núñez", "a@example.org", "Asylum, labour", "1996"],
        ["2", "Kofi", "Mensah", "k@example.org", "Return of 3", "2001"],
    )
    assert {found[each] for each in ("Voornom", "Achternom", "X")} == {Role.PERSONAL}
    assert {found[each] for each in ("Themes", "Founded")} == {Role.ANSWER}
