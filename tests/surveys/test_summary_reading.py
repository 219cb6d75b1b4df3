import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings

from profiles.vocabularies import SectionHeading, SectionPart
from surveys.problems import Code, FileRefused
from surveys.summaries.files import read_document
from surveys.summaries.paragraphs import Paragraph
from surveys.summaries.reading import heading_of, name_and_acronym, sheet_of
from surveys.summaries.sentences import goes_on, sentences
from tests.surveys.sheets import (
    SHEET,
    as_open_document,
    as_text,
    as_word,
    open_document_table,
    word_table,
)

FILES = {
    "txt": as_text(),
    "utf-16": b"\xff\xfe" + SHEET.encode("utf-16-le"),
    "utf-16 without a mark": SHEET.encode("utf-16-be"),
    "utf-8 with a mark": b"\xef\xbb\xbf" + as_text(),
    "docx": as_word(),
    "docx, numbered by Word": as_word(numbered_by_word=True),
    "odt": as_open_document(),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_every_kind_of_file_gives_the_same_sheet(content):
    sheet = sheet_of(content)
    assert (sheet.name, sheet.acronym) == ("Lake Dialogue on Mobility", "LDM")
    assert list(sheet.headings) == list(SectionHeading)
    assert sheet.texts("regional") == sheet_of(FILES["txt"]).texts("regional")
    bold = [words for p in read_document(content).paragraphs for words in p.bold]
    assert bold == ["Lake Dialogue on Mobility (LDM)", "IGOs", "civil society"]
    assert not sheet.problems


def test_prose_stands_under_its_part_without_broken_lines_and_stars():
    texts = sheet_of(as_text()).texts("regional")
    assert list(texts) == [
        SectionPart.EVOLUTION,
        SectionPart.NATIONAL,
        SectionPart.REGIONAL,
        SectionPart.STRUCTURE,
        SectionPart.PARTNERSHIPS,
        SectionPart.STATES,
    ]
    assert texts[SectionPart.NATIONAL] == (
        "LDM helped to rewrite the laws on seasonal work of Arland, Borland and "
        "Corland. It also trained the officers who issue Lake (LP) passes."
    )
    assert "exchange with the Network of Fishers" in texts[SectionPart.PARTNERSHIPS]
    assert "*" not in "".join(texts.values())
    assert texts[SectionPart.EVOLUTION].count("\n\n") == 1


def test_both_regional_levels_stand_where_the_mechanism_belongs():
    sheet = sheet_of(as_text())
    assert SectionPart.REGIONAL in sheet.texts("regional")
    assert SectionPart.INTERREGIONAL in sheet.texts("interregional")
    assert SectionPart.REGIONAL not in sheet.texts("interregional")


def test_what_a_heading_promises_and_no_text_answers_is_unanswered():
    sheet = sheet_of(as_text())
    assert sheet.unanswered() == [SectionPart.GLOBAL, SectionPart.ORGANISATIONS]


def test_an_empty_section_is_unanswered_and_a_missing_one_is_told():
    sheet = sheet_of(b"3. Salient structures\n\n4. Partnership models\n\nWith A.")
    assert sheet.unanswered() == [SectionPart.STRUCTURE]
    missing = [p for p in sheet.problems if p.code == Code.MISSING_HEADING]
    assert len(missing) == 3


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("1. Evolution of programming and thematic focus", "evolution"),
        ("Evolution of programing and thematic focus", "evolution"),
        ("1) EVOLUTION OF PROGRAMMES AND THEMATIC FOCUS:", "evolution"),
        ("1. Evolucion of programing & thematc focus", "evolution"),
        ("2 . Contribution to migration governance", "contribution"),
        ("II. Contributions to Migration Governance (with examples)", "contribution"),
        ("3. Salient ISCM structures", "structure"),
        ("Salient structures of the mechanism", "structure"),
        ("4. Partnership models by the ISCM", "partnerships"),
        ("4. Partnershp model of the process", "partnerships"),
        ("5. Added value of Membership in the given ISCM", "added_value"),
        ("5. Added-value of membership for States", "added_value"),
        ("1. Évolution des programmes et des thématiques", "evolution"),
        ("2. Contribution à la gouvernance des migrations", "contribution"),
        ("3. Structures principales", "structure"),
        ("4. Modèles de partenariat", "partnerships"),
        ("5. Valeur ajoutée de la participation", "added_value"),
        ("1. Evolución de la programación y enfoque temático", "evolution"),
        ("2. Contribución a la gobernanza migratoria", "contribution"),
        ("3. Estructuras destacadas", "structure"),
        ("4. Modelos de asociación", "partnerships"),
        ("5. Valor agregado de la membresía", "added_value"),
    ],
)
def test_a_heading_is_known_however_it_is_worded(text, heading):
    assert heading_of(Paragraph(text, 1)) == heading


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The structure is simple.",
        "Partnership models were discussed at length in the meeting of the spring.",
        "The added value of it all is that States meet twice a year and agree.",
        "Its evolution led it to new programmes and themes, all States say.",
        "1. The first point of the agenda",
    ],
)
def test_a_sentence_is_no_heading(text):
    assert heading_of(Paragraph(text, 1)) is None


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ("National level:", SectionPart.NATIONAL),
        ("At the national level:", SectionPart.NATIONAL),
        ("NATIONAL LEVEL :", SectionPart.NATIONAL),
        ("Bilateral level:", SectionPart.BILATERAL),
        ("Regional level:", SectionPart.REGIONAL),
        ("Inter-regional level:", SectionPart.INTERREGIONAL),
        ("Interregional level:", SectionPart.INTERREGIONAL),
        ("Global level:", SectionPart.GLOBAL),
        ("International level:", SectionPart.GLOBAL),
        ("Niveau mondial :", SectionPart.GLOBAL),
        ("Nivel nacional:", SectionPart.NATIONAL),
    ],
)
@pytest.mark.parametrize("gap", [" ", "\n", "\n\n"])
def test_run_in_heads_open_a_level(head, part, gap):
    text = f"2. Contribution to migration governance\n\n{head}{gap}It wrote a law.\n"
    assert sheet_of(text.encode()).texts("regional") == {part: "It wrote a law."}


def test_a_head_of_another_kind_stays_in_the_text():
    text = "2. Contribution to migration governance\n\nNational law: it wrote one.\n"
    sheet = sheet_of(text.encode())
    assert sheet.texts("regional") == {
        SectionPart.REGIONAL: "National law: it wrote one."
    }
    assert [p.code for p in sheet.problems].count(Code.UNPLACED_TEXT) == 1
    (problem,) = [p for p in sheet.problems if p.code == Code.UNPLACED_TEXT]
    assert problem.row == 1


def test_what_organisations_gain_is_kept_apart():
    heading = "5. Added value of membership for States and Organizations\n\n"
    run_in = f"{heading}States: They meet.\n\nOrganizations: They learn.\n"
    mixed = f"{heading}States meet. International organizations learn. They stay.\n"
    assert sheet_of(run_in.encode()).texts("regional") == {
        SectionPart.STATES: "They meet.",
        SectionPart.ORGANISATIONS: "They learn.",
    }
    assert sheet_of(mixed.encode()).texts("regional") == {
        SectionPart.STATES: "States meet. They stay.",
        SectionPart.ORGANISATIONS: "International organizations learn.",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("***Lake Talks (LT)***", ("Lake Talks", "LT")),
        ("Lake Talks", ("Lake Talks", "")),
        ("Talks (of lakes) (LT)", ("Talks", "of lakes")),
        ("“Lake  Talks” (LT).", ("Lake Talks”", "LT")),
    ],
)
def test_name_and_acronym_are_taken_apart(text, name):
    assert name_and_acronym(text) == name


def test_a_name_is_found_on_the_cover_without_a_label():
    text = "Findings of 2017\n\nLake Talks (LT)\n\n3. Salient structures\n\nA chair.\n"
    sheet = sheet_of(text.encode())
    assert (sheet.name, sheet.acronym) == ("Lake Talks", "LT")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("It began. It went on.", ["It began.", "It went on."]),
        ("In the town of St. Lakes it met. All came.", 2),
        ("The U.S. joined. So did Arland.", 2),
        ('The "Charter of Lakes." It holds.', 2),
        ("It grew by 3.5 per cent. Good.", 2),
        ("Why? Nobody knows! Really.", 3),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences_are_whole(text, whole):
    found = sentences(text)
    assert found == whole if isinstance(whole, list) else len(found) == whole
    assert " ".join(found) == text


@pytest.mark.parametrize(
    ("text", "following", "goes"),
    [
        ("exchange with", "the fishers", True),
        ("Advance Passenger", "(API)", True),
        ("the States of", "Arland", True),
        ("It ended.", "the fishers", False),
        ("A list of things", "Another line", False),
    ],
)
def test_a_sentence_goes_on_where_it_plainly_does(text, following, goes):
    assert goes_on(text, following) == goes


# --- Signs that are no words -------------------------------------------------

MARKED = {
    "**IGOs**, such as __OFL__": "IGOs, such as OFL",
    "**Partners: **OFL and** the UOS**": "Partners: OFL and the UOS",
    "***Lake Talks*** and _the Hill Process_": "Lake Talks and the Hill Process",
    "the *Plan of the Lakes*, the **_Charter_**": "the Plan of the Lakes, the Charter",
    "It met in **2017": "It met in 2017",
    r"\*\*IGOs\*\* \- and NGOs \(LT\)": "IGOs - and NGOs (LT)",
    "R&amp;D of the Lakes&nbsp;Fund": "R&D of the Lakes Fund",
    "## The lakes ##": "The lakes",
    "> The lakes `met`, ~~once~~": "The lakes met, once",
    "[The lakes](https://example.org/a_b)": "The lakes (https://example.org/a_b)",
    "work\N{SOFT HYPHEN}plan": "workplan",
    "sub\N{NON-BREAKING HYPHEN}region": "sub-region",
    "Mali*, Niger* and Sudan**": "Mali*, Niger* and Sudan",
    "see https://example.org/_a/b_c, write to lake_talks@example.org": None,
    "5 * 3, a #1 priority, A_B": None,
}


@pytest.mark.parametrize("kind", ["txt", "docx", "odt"])
@pytest.mark.parametrize("written", MARKED)
def test_signs_of_markdown_are_no_words_in_any_kind_of_file(written, kind):
    read = MARKED[written] or written
    lines = ["3. Salient structures", written]
    content = {
        "txt": lambda: "\n\n".join(lines).encode(),
        "docx": lambda: word_table(lines, [["", ""]]),
        "odt": lambda: open_document_table(lines, [["", ""]]),
    }[kind]()
    assert sheet_of(content).texts("regional") == {SectionPart.STRUCTURE: read}


def test_signs_of_markdown_hide_neither_headings_nor_heads_nor_lists():
    text = (
        "## **1\\. Evolution of programming and thematic focus**\n\nIt grew.\n\n"
        "**2\\. Contribution to migration governance**\n\n"
        "***National level:*** It wrote a law.\n***\n"
        "__3. Salient structures__\n\n\\- A **chair**\n\\- A secretariat\n"
    )
    assert sheet_of(text.encode()).texts("regional") == {
        SectionPart.EVOLUTION: "It grew.",
        SectionPart.NATIONAL: "It wrote a law.",
        SectionPart.STRUCTURE: "A chair\n\nA secretariat",
    }


def test_bold_words_end_at_an_empty_line():
    lines = read_document(b"A **chair.\n\nA** secretariat and **organs**.").paragraphs
    assert [line.bold for line in lines] == [(), (), ("secretariat and",)]


def test_a_table_of_a_document_is_read_without_signs():
    content = word_table(
        ["3. Salient structures"],
        [["**Members**", "**Observers**"], ["_Mali_", "Fiji"]],
    )
    assert sheet_of(content).texts("regional") == {
        SectionPart.STRUCTURE: "Members: Mali.\n\nObservers: Fiji."
    }


def test_fields_and_hidden_words_of_word_are_read_as_word_shows_them():
    content = io.BytesIO()
    body = (
        b"<w:p><w:r><w:t>It met in </w:t></w:r>"
        b'<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        b'<w:r><w:instrText> DATE \\@ "yyyy" </w:instrText></w:r>'
        b'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2017</w:t></w:r>'
        b'<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        b'<w:fldSimple w:instr=" REF x "><w:r><w:t> by the lake</w:t></w:r>'
        b"</w:fldSimple>"
        b"<w:r><w:rPr><w:vanish/></w:rPr><w:t> secretly</w:t></w:r>"
        b"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r>"
        b"<w:t>Click here to enter text.</w:t></w:r></w:sdtContent></w:sdt>"
        b"<w:r><w:t>, sub</w:t><w:noBreakHyphen/><w:t>re</w:t><w:softHyphen/>"
        b"<w:t>gionally.</w:t></w:r></w:p><w:sectPr"
    )
    with (
        zipfile.ZipFile(io.BytesIO(as_word())) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for part in old.namelist():
            data = old.read(part)
            if part == "word/document.xml":
                data = data.replace(b"<w:sectPr", body, 1)
            new.writestr(part, data)
    texts = sheet_of(content.getvalue()).texts("regional")
    assert texts[SectionPart.STATES].endswith(
        "\n\nIt met in 2017 by the lake, sub-regionally."
    )


# --- Files that are none -----------------------------------------------------


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Code.UNREADABLE_FILE),
        (b" \n \n", Code.UNREADABLE_FILE),
        (b"%PDF-1.7 ...", Code.UNKNOWN_FORMAT),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Word", Code.UNKNOWN_FORMAT),
        (b"{\\rtf1 text}", Code.UNKNOWN_FORMAT),
        (b"Only a letter.", Code.UNKNOWN_FORMAT),
        (b"a\0b\1c\2" * 50, Code.UNKNOWN_FORMAT),
        (b"PK\x03\x04 damaged", Code.UNREADABLE_FILE),
        (archive(readme="x"), Code.UNKNOWN_FORMAT),
        (archive(word__document_xml="<no"), Code.UNREADABLE_FILE),
        (archive(content_xml="<no"), Code.UNREADABLE_FILE),
        (archive(content_xml="0" * 60_000_001), Code.TOO_LARGE),
        (b"x" * 10_000_001, Code.TOO_LARGE),
        (as_text() + b"\n\nmore of it" * 40_000, Code.TOO_LARGE),
        (as_text() + b"\n*x*" * 2_000_000, Code.TOO_LARGE),
    ],
    ids=range(15),
)
def test_a_file_that_is_no_sheet_is_refused_with_a_reason(content, code):
    with pytest.raises(FileRefused) as refused:
        sheet_of(content)
    assert refused.value.problem.code == code
    assert str(refused.value)


def test_entities_of_a_file_are_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("3. Salient structures")
    before = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>'
    body = "<text:p>4. Partnership models</text:p><text:p>It is &s; here.</text:p>"
    sheet = sheet_of(as_open_document(before=before, body=body))
    assert "Salient" not in str(sheet.texts("regional"))


def test_text_that_is_no_utf_8_is_read_and_told():
    sheet = sheet_of("3. Salient structures\n\nUn café.".encode("cp1252"))
    assert sheet.texts("regional")[SectionPart.STRUCTURE] == "Un café."
    assert Code.ENCODING_GUESSED in [p.code for p in sheet.problems]


def test_struck_out_text_of_word_is_left_out_and_added_text_is_read():
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_word())) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for part in old.namelist():
            data = old.read(part)
            if part == "word/document.xml":
                data = data.replace(
                    b"<w:sectPr",
                    b"<w:p><w:del><w:r><w:delText>Gone.</w:delText></w:r></w:del>"
                    b"<w:ins><w:r><w:t>Come.</w:t></w:r></w:ins></w:p><w:sectPr",
                    1,
                )
            new.writestr(part, data)
    texts = sheet_of(content.getvalue()).texts("regional")
    assert texts[SectionPart.STATES].endswith("\n\nCome.")
    assert "Gone" not in str(texts)


@hypothesis_settings(max_examples=80)
@given(
    strategies.sampled_from(list(FILES.values())),
    strategies.integers(0, 40_000),
    strategies.binary(max_size=3),
)
def test_a_damaged_file_is_read_or_refused_and_never_fails(content, at, bytes_):
    at %= len(content)
    for damaged in (content[:at], content[:at] + bytes_ + content[at + len(bytes_) :]):
        with suppress(FileRefused):
            sheet_of(damaged)
