"""Exports as the survey tools write them, made from headings and rows.

Every maker takes the headings of the questions and rows of answers, adds what the
tool adds, and returns the bytes of the file. Answers of several choices stand as the
tool writes them: give a heading per choice where it splits them.
"""

import csv
import datetime
import io
import json
import uuid
from collections.abc import Mapping, Sequence

import xlsxwriter

Cells = Sequence[object]
Rows = Sequence[Cells]

KOBO_COLUMNS = (
    "_id",
    "_uuid",
    "_submission_time",
    "_validation_status",
    "_status",
    "_submitted_by",
    "__version__",
    "meta/rootUuid",
    "_index",
)
_SUBMITTED = datetime.datetime(2019, 4, 1, 16, 12)  # noqa: DTZ001 - as in files
_SPACE = uuid.UUID("6513270e-269e-4d37-b2a7-4de452e6b438")


def submission_uuid(number: int) -> str:
    """Return the identifier that the makers give to submission `number`, from one."""
    return str(uuid.uuid5(_SPACE, str(number)))


def csv_file(
    rows: Rows,
    *,
    delimiter: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
    line_end: str = "\n",
    encoding: str = "utf-8",
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(
        text, delimiter=delimiter, quoting=quoting, lineterminator=line_end
    )
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = ()) -> bytes:
    """Return a workbook. Cells are typed as Python has them; "" and None stay empty."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_urls": False,
        "strings_to_formulas": False,
    }
    workbook = xlsxwriter.Workbook(content, options)
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        else:
            sheet.activate()
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if isinstance(cell, datetime.datetime):
                    sheet.write_datetime(number, position, cell, moment)
                elif isinstance(cell, datetime.date):
                    sheet.write_datetime(number, position, cell, day)
                elif cell not in ("", None):
                    sheet.write(number, position, cell)
    workbook.close()
    return content.getvalue()


def _kobo_cells(
    number: int, status: str, identifier: str, moment: object
) -> list[object]:
    return [
        1000 + number,
        identifier,
        moment,
        status,
        "submitted_via_web",
        "",
        "v1",
        f"uuid:{identifier}",
        number,
    ]


def _kobo_main(
    columns: Sequence[str],
    rows: Rows,
    *,
    statuses: Sequence[str],
    identifiers: Sequence[str],
    as_text: bool,
) -> list[list[object]]:
    table: list[list[object]] = [[*columns, *KOBO_COLUMNS]]
    for number, row in enumerate(rows, start=1):
        status = statuses[number - 1] if number <= len(statuses) else ""
        identifier = (
            identifiers[number - 1]
            if number <= len(identifiers)
            else submission_uuid(number)
        )
        moment = _SUBMITTED + datetime.timedelta(days=number - 1)
        own = _kobo_cells(
            number, status, identifier, str(moment) if as_text else moment
        )
        table.append([*row, *own])
    return table


def kobo_xlsx(
    columns: Sequence[str],
    rows: Rows,
    *,
    repeats: Mapping[str, tuple[Sequence[str], Sequence[tuple[int, Cells]]]]
    | None = None,
    statuses: Sequence[str] = (),
    identifiers: Sequence[str] = (),
    title: str = "Survey of mechanisms",
    tags: Sequence[str] = (),
) -> bytes:
    """Return KoboToolbox's workbook.

    `repeats` has, by name of the sheet, the headings of a repeated group and its
    rows as (number of the submission, from one, cells). `tags` are HXL tags that
    stand under the headings.
    """
    main = _kobo_main(
        columns, rows, statuses=statuses, identifiers=identifiers, as_text=False
    )
    own = [row[len(columns) :] for row in main]
    if tags:
        main.insert(1, [*tags, *[""] * len(KOBO_COLUMNS)])
    sheets: dict[str, Rows] = {title: main}
    for name, (headings, members) in (repeats or {}).items():
        links = ["_index", "_parent_table_name", "_parent_index"]
        copied = [f"_submission_{each}" for each in KOBO_COLUMNS[:-1]]
        table: list[Cells] = [[*headings, *links, *copied]]
        for index, (parent, cells) in enumerate(members, start=1):
            table.append([*cells, index, title, parent, *own[parent][:-1]])
        sheets[name] = table
    return xlsx_file(sheets)


def kobo_csv(
    columns: Sequence[str],
    rows: Rows,
    *,
    statuses: Sequence[str] = (),
    identifiers: Sequence[str] = (),
) -> bytes:
    """Return KoboToolbox's CSV of the main table."""
    main = _kobo_main(
        columns, rows, statuses=statuses, identifiers=identifiers, as_text=True
    )
    return csv_file(main, delimiter=";", quoting=csv.QUOTE_ALL, line_end="\r\n")


def kobo_json(
    submissions: Sequence[Mapping[str, object]], *, statuses: Sequence[str] = ()
) -> bytes:
    """Return an answer of KoboToolbox's API; each submission as flat paths."""
    results = []
    for number, answers in enumerate(submissions, start=1):
        moment = _SUBMITTED + datetime.timedelta(days=number - 1)
        results.append(
            {
                "_id": 1000 + number,
                **answers,
                "_uuid": submission_uuid(number),
                "meta/rootUuid": f"uuid:{submission_uuid(number)}",
                "_submission_time": moment.isoformat(),
                "_validation_status": (
                    {"uid": statuses[number - 1]} if number <= len(statuses) else {}
                ),
                "_submitted_by": None,
                "_attachments": [],
                "_geolocation": [None, None],
            }
        )
    envelope = {"count": len(results), "next": None, "previous": None}
    return json.dumps({**envelope, "results": results}).encode()


def odk_csv(columns: Sequence[str], rows: Rows) -> bytes:
    """Return the root table of ODK Central's CSV. Groups stand before "-"."""
    first = ["SubmissionDate"]
    last = [
        "KEY",
        "SubmitterID",
        "SubmitterName",
        "AttachmentsPresent",
        "AttachmentsExpected",
        "Status",
        "ReviewState",
        "DeviceID",
        "Edits",
        "FormVersion",
    ]
    table: list[Cells] = [[*first, *columns, *last]]
    for number, row in enumerate(rows, start=1):
        moment = _SUBMITTED + datetime.timedelta(days=number - 1)
        key = f"uuid:{submission_uuid(number)}"
        own = [key, 5, "Ana Example", 0, 0, "", "", "device-1", 0, 1]
        table.append([f"{moment.isoformat()}.481Z", *row, *own])
    return csv_file(table)


def odk_repeat_csv(
    name: str, columns: Sequence[str], rows: Sequence[tuple[int, Cells]]
) -> bytes:
    """Return a repeated group of ODK Central; rows as (submission, cells)."""
    table: list[Cells] = [[*columns, "PARENT_KEY", "KEY"]]
    for index, (parent, cells) in enumerate(rows, start=1):
        key = f"uuid:{submission_uuid(parent)}"
        table.append([*cells, key, f"{key}/{name}[{index}]"])
    return csv_file(table)


def limesurvey_rows(
    columns: Sequence[str],
    rows: Rows,
    *,
    unfinished: Sequence[int] = (),
    with_texts: bool = False,
) -> list[Cells]:
    own = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate"]
    texts = [
        "Response ID",
        "Date submitted",
        "Last page",
        "Start language",
        "Seed",
        "Date started",
    ]
    if with_texts:
        own = [f"{code}. {text}" for code, text in zip(own, texts, strict=True)]
    table: list[Cells] = [[*own, *columns]]
    for number, row in enumerate(rows, start=1):
        moment = _SUBMITTED + datetime.timedelta(days=number - 1)
        submitted = "" if number in unfinished else str(moment)
        table.append([number, submitted, 5, "en", 807684636, str(moment), *row])
    return table


def limesurvey_csv(
    columns: Sequence[str],
    rows: Rows,
    *,
    unfinished: Sequence[int] = (),
    with_texts: bool = False,
    delimiter: str = ";",
) -> bytes:
    """Return LimeSurvey's CSV; `unfinished` are numbers of rows, from one."""
    table = limesurvey_rows(columns, rows, unfinished=unfinished, with_texts=with_texts)
    return (
        csv_file(
            table,
            delimiter=delimiter,
            quoting=csv.QUOTE_ALL,
            line_end="\r\n",
            encoding="utf-8-sig",
        )
        + b"\r\n"
    )


def surveymonkey_rows(questions: Sequence[tuple[str, Sequence[str]]], rows: Rows):
    """`questions` are texts with the second row's cells below them."""
    own = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "IP Address",
        "Email Address",
        "First Name",
        "Last Name",
        "Custom Data 1",
    ]
    first: list[object] = [*own]
    second: list[object] = [""] * len(own)
    for text, below in questions:
        first += [text, *[""] * (len(below) - 1)]
        second += below
    table: list[Cells] = [first, second]
    for number, row in enumerate(rows, start=1):
        moment = _SUBMITTED + datetime.timedelta(days=number - 1)
        when = moment.strftime("%m/%d/%Y %H:%M:%S")
        person = ["192.0.2.1", f"a{number}@example.org", "Ana", "Example", ""]
        table.append([10_000_000 + number, 300, when, when, *person, *row])
    return table


def surveymonkey_csv(
    questions: Sequence[tuple[str, Sequence[str]]],
    rows: Rows,
    *,
    encoding: str = "utf-8",
) -> bytes:
    return csv_file(surveymonkey_rows(questions, rows), encoding=encoding)


def surveymonkey_xlsx(
    questions: Sequence[tuple[str, Sequence[str]]], rows: Rows
) -> bytes:
    return xlsx_file({"Sheet": surveymonkey_rows(questions, rows)})


MS_FORMS_COLUMNS = {
    "en": ["ID", "Start time", "Completion time", "Email", "Name"],
    "fr": [
        "ID",
        "Heure de début",
        "Heure de fin",
        "Adresse de messagerie",
        "Nom",
    ],
    "es": [
        "ID",
        "Hora de inicio",
        "Hora de finalización",
        "Correo electrónico",
        "Nombre",
    ],
}


def msforms_xlsx(columns: Sequence[str], rows: Rows, *, language: str = "en") -> bytes:
    """Return Microsoft Forms' workbook; several choices stand as `a;b;`."""
    table: list[Cells] = [[*MS_FORMS_COLUMNS[language], *columns]]
    for number, row in enumerate(rows, start=1):
        start = _SUBMITTED + datetime.timedelta(days=number - 1)
        own = [number, start, start + datetime.timedelta(minutes=9), "anonymous", ""]
        table.append([*own, *row])
    return xlsx_file({"Sheet1": table})


def googleforms_csv(
    columns: Sequence[str], rows: Rows, *, moments: Sequence[str] = ()
) -> bytes:
    """Return Google Forms' CSV; several choices stand as `a, b`."""
    table: list[Cells] = [["Timestamp", "Email Address", *columns]]
    for number, row in enumerate(rows, start=1):
        moment = moments[number - 1] if moments else f"6/{number + 12}/2019 1:37:35"
        table.append([moment, f"a{number}@example.org", *row])
    return csv_file(table, line_end="\r\n").removesuffix(b"\r\n")


def qualtrics_csv(
    columns: Sequence[tuple[str, str]],
    rows: Rows,
    *,
    previews: Sequence[int] = (),
    unfinished: Sequence[int] = (),
    with_import_ids: bool = True,
) -> bytes:
    """Return Qualtrics' CSV; `columns` are (code, text of the question)."""
    own = [
        ("StartDate", "Start Date", "startDate"),
        ("EndDate", "End Date", "endDate"),
        ("Status", "Response Type", "status"),
        ("IPAddress", "IP Address", "ipAddress"),
        ("Progress", "Progress", "progress"),
        ("Finished", "Finished", "finished"),
        ("RecordedDate", "Recorded Date", "recordedDate"),
        ("ResponseId", "Response ID", "_recordId"),
        ("RecipientEmail", "Recipient Email", "recipientEmail"),
        ("UserLanguage", "User Language", "userLanguage"),
    ]
    ids = [
        json.dumps(
            {"ImportId": each, "timeZone": "America/Denver"}, separators=(",", ":")
        )
        for each in (
            *(third for *_, third in own),
            *(f"QID{code}" for code, _ in columns),
        )
    ]
    table: list[Cells] = [
        [*(code for code, *_ in own), *(code for code, _ in columns)],
        [*(text for _, text, _ in own), *(text for _, text in columns)],
    ]
    if with_import_ids:
        table.append(ids)
    for number, row in enumerate(rows, start=1):
        when = str(_SUBMITTED + datetime.timedelta(days=number - 1))
        status = 1 if number in previews else 0
        finished = 0 if number in unfinished else 1
        table.append(
            [
                when,
                when,
                status,
                "192.0.2.1",
                100 if finished else 40,
                finished,
                when,
                f"R_{number:015d}",
                "",
                "EN",
                *row,
            ]
        )
    return csv_file(table)


def plain_rows(columns: Sequence[str], rows: Rows, **metadata: Sequence[str]):
    """Rows of our own table: `metadata` has more columns before the questions."""
    table: list[Cells] = [["submission_id", *metadata, *columns]]
    for number, row in enumerate(rows, start=1):
        values = [column[number - 1] for column in metadata.values()]
        table.append([submission_uuid(number), *values, *row])
    return table


def plain_csv(columns: Sequence[str], rows: Rows, **metadata: Sequence[str]) -> bytes:
    return csv_file(plain_rows(columns, rows, **metadata))


def plain_xlsx(
    columns: Sequence[str],
    rows: Rows,
    *,
    repeats: Mapping[str, tuple[Sequence[str], Sequence[tuple[int, Cells]]]]
    | None = None,
    **metadata: Sequence[str],
) -> bytes:
    sheets: dict[str, Rows] = {"answers": plain_rows(columns, rows, **metadata)}
    for name, (headings, members) in (repeats or {}).items():
        sheets[name] = [
            ["submission_id", *headings],
            *([submission_uuid(parent), *cells] for parent, cells in members),
        ]
    return xlsx_file(sheets)
