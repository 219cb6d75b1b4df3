"""Measures an import of many submissions against just reading its file.

    python -m benchmarks.survey_import
    python -m benchmarks.survey_import --submissions 2000 --runs 1 --files agreeing
    python -m benchmarks.survey_import --database PostgreSQL

Every run is a process of its own, on a database of its own that holds the registry and
nothing else.
Time counts from the first byte of the file that is read to the end of the transaction,
without the start of Python; memory is the most that the process had, Python and Django
included.

Three files answer our questionnaire for mechanisms. `kept`: by respondents that the
registry does not know, so that submissions are kept and no draft is opened. `agreeing`:
by the registry's mechanisms, hundreds of times each, whose answers differ in their
texts and in one of a hundred other answers. `by-lot`: every answer is drawn by lot, so
that most of them contradict each other and become alternative values.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.servers import DATABASES, ROOT, database_of, environment_of

READING = """
import json, resource, sys, time
from python_calamine import CalamineWorkbook
start, cpu = time.perf_counter(), time.process_time()
workbook = CalamineWorkbook.from_path(sys.argv[1])
rows = [workbook.get_sheet_by_name(n).to_python() for n in workbook.sheet_names]
print(json.dumps({
    "read": time.perf_counter() - start,
    "total": time.perf_counter() - start,
    "cpu": time.process_time() - cpu,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
STAGES = {
    "read": "read",
    "choose": "choose the mapping",
    "Names": "load names",
    "normalise": "normalise",
    "plan_import": "plan",
    "make ready": "make ready to write",
    "write": "write, holding SQLite",
}
MEMBERS = 10


def main() -> None:
    options = arguments()
    with (
        tempfile.TemporaryDirectory(prefix="iscm-bench-") as folder,
        database_of(options.database) as variables,
    ):
        environment = environment_of(Path(folder), **variables)
        for kind in options.files:
            file = Path(folder, f"{kind}.xlsx")
            run(environment, "make", file, options.submissions, options.questions, kind)
            size = file.stat().st_size / 1e6
            print(f"\n{kind}: {options.submissions} submissions, {size:.1f} MB")
            reading = [
                json.loads(
                    execute([sys.executable, "-c", READING, str(file)], environment)
                )
                for _number in range(options.runs)
            ]
            imports = []
            for _number in range(options.runs):
                run(environment, "empty")
                imports.append(json.loads(run(environment, "import", file)))
            show(reading, imports)


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks.survey_import")
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--database", default="SQLite", choices=DATABASES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--files",
        nargs="+",
        choices=["kept", "agreeing", "by-lot"],
        default=["kept", "agreeing", "by-lot"],
    )
    return parser.parse_args()


def run(environment: dict[str, str], step: str, *arguments: object) -> str:
    """Run a step of this module in a process of its own; return what it prints."""
    command = [sys.executable, "-m", "benchmarks.survey_import", "--step", step]
    return execute([*command, *map(str, arguments)], environment)


def execute(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode()


def show(reading: list[dict], imports: list[dict]) -> None:
    base = {
        name: statistics.median(one[name] for one in reading) for name in reading[0]
    }
    print(f"{'':24}{'seconds':>9}{'× reading':>11}")
    print(f"{'calamine alone':24}{base['total']:>9.2f}{1:>11.1f}")
    for name in (*STAGES, "rest", "total"):
        seconds = statistics.median(one[name] for one in imports)
        label = STAGES.get(name, name)
        print(f"{label:24}{seconds:>9.2f}{seconds / base['total']:>11.1f}")
    cpu = statistics.median(one["cpu"] for one in imports)
    print(f"{'processor':24}{cpu:>9.2f}{cpu / base['cpu']:>11.1f}")
    memory = statistics.median(one["memory"] for one in imports)
    print(
        f"{'memory, MB':24}{memory:>9.0f}{memory / base['memory']:>11.1f}"
        f"  (calamine alone: {base['memory']:.0f})"
    )
    print(imports[0]["counts"])


# --- The steps, each in a process of its own -------------------------------------


def make(file: str, submissions: str, questions: str, kind: str) -> None:
    """Write a KoboToolbox export that answers our questionnaire for mechanisms."""
    from surveys.questionnaires.definitions import read_definitions
    from tests.surveys.export_files import kobo_xlsx

    definition = next(d for d in read_definitions() if d.questionnaire.code == KIND)
    asked = [q for q in definition.questions if q.type != "repeat" and not q.repeat]
    asked = asked[: int(questions)]
    columns = [definition.path_of(question) for question in asked]
    known = _slugs("profiles.csv", "mechanism")
    slugs = ["Nobody’s mechanism"] if kind == "kept" else known
    chance = random.Random(1)
    answering = _Answering(definition, chance)
    agreed = {slug: [answering.answer(q, slug) for q in asked] for slug in slugs}
    rows = []
    for _number in range(int(submissions)):
        slug = chance.choice(slugs)
        rows.append(
            [
                answering.answer(question, slug)
                if kind == "by-lot"
                or question.type == "long_text"
                or chance.random() < 0.01
                else usual
                for question, usual in zip(asked, agreed[slug], strict=True)
            ]
        )
    Path(file).write_bytes(kobo_xlsx(columns, rows))


KIND = "mechanism-1"
WORDS = (
    "migration",
    "labour",
    "border",
    "return",
    "rights",
    "data",
    "meeting",
    "policy",
    "States",
    "region",
)


class _Answering:
    """Answers questions, always in the same way for the same chance."""

    def __init__(self, definition, chance: random.Random):
        self.chance = chance
        self.choices = {
            name: [choice.code for choice in choices]
            for name, choices in definition.choices.items()
        }
        self.records = {
            "state": _slugs("states.csv", "iso3"),
            "theme": _slugs("themes.csv", "slug"),
            "organisation": _slugs("organisations.csv", "slug"),
            "mechanism": _slugs("profiles.csv", "mechanism"),
        }

    def answer(self, question, slug: str):
        chance = self.chance
        if question.code == "mechanism":
            return slug
        if question.code == "may_publish":
            return "yes"
        if chance.random() < 0.1:
            return ""
        pool = (
            self.choices.get(question.choice_list)
            or self.records.get(question.registry_list)
            or []
        )
        match question.type:
            case "one":
                return chance.choice(pool)
            case "several":
                number = MEMBERS if question.code == "members" else 3
                return " ".join(chance.sample(pool, min(len(pool), number)))
            case "year" | "integer":
                return chance.randint(1985, 2018)
            case "date":
                return f"{chance.randint(2010, 2018)}-0{chance.randint(1, 9)}"
            case "long_text":
                return " ".join(chance.choices(WORDS, k=chance.randint(5, 60)))
        return " ".join(chance.choices(WORDS, k=4))


def _slugs(file: str, column: str) -> list[str]:
    import csv

    with (ROOT / "fixtures/registry" / file).open(encoding="utf-8") as lines:
        return sorted({row[column] for row in csv.DictReader(lines)})


def bring_in(file: str) -> None:
    """Import a file as the command does, and print how long each stage took."""
    import resource
    import time

    from surveys import applying, pipeline
    from surveys.models import Round

    spent = dict.fromkeys(STAGES, 0.0)

    def timed(name, function):
        def measured(*arguments, **options):
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                spent[name] += time.perf_counter() - start

        return measured

    for name in ("read", "choose", "Names", "normalise", "plan_import"):
        setattr(pipeline, name, timed(name, getattr(pipeline, name)))
    Applying = applying.Applying
    Applying.__init__ = timed("make ready", Applying.__init__)  # type: ignore[method-assign]
    Applying.write = timed("write", Applying.write)  # type: ignore[method-assign]

    round = Round.objects.get(slug="2019")
    start, cpu = time.perf_counter(), time.process_time()
    content = Path(file).read_bytes()
    preparation = pipeline.prepare(content, file, round)
    applying.stage_and_apply(content, preparation, round)
    total = time.perf_counter() - start
    result = {
        **spent,
        "rest": total - sum(spent.values()),
        "total": total,
        "cpu": time.process_time() - cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "counts": preparation.counts,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        import django

        django.setup()

        from benchmarks.prepare import load_afresh

        steps = {"make": make, "empty": load_afresh, "import": bring_in}
        steps[sys.argv[2]](*sys.argv[3:])
    else:
        main()
