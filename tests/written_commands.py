"""The commands of docs/operations.md, typed in as they stand there."""

import re
import subprocess
import sys
from collections.abc import Mapping

from tests.serving import ROOT


def block(heading: str) -> str:
    """Return the commands that stand below a heading of docs/operations.md."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    _before, found, rest = text.partition(f"### {heading}\n")
    assert found, heading
    section = re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]
    lines = re.findall(r"^    (.+)$", section, flags=re.MULTILINE)
    assert lines, heading
    return "\n".join(lines)


def type_in(heading: str, environment: Mapping[str, str]) -> str:
    """Run the commands below a heading; return what they wrote."""
    commands = block(heading).replace(".venv/bin/python", f"'{sys.executable}'")
    done = subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
