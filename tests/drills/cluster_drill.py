"""Kills one machine after the other while people read and publish, and counts.

    make cluster-drill
    make cluster-drill DRILL_ARGS="--seconds 20 --readers 8"

Starts PostgreSQL with a streaming replica, Redis, two nodes of gunicorn and nginx with
deploy/nginx.conf from Debian's packages, all on this machine and at free ports, loads
the registry, and lets readers and one editor at it, who publishes at the desk. Then it
kills, in turn, a node, Redis, the replica and the primary, and promotes the replica.

It ends with status 1 when a public page failed in any phase, when staff were not
told clearly that the registry takes nothing in while the primary was away, when an
edition is gone whose publication was confirmed, or when something did not recover.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.drills.machines import Machines, machines
from tests.drills.packages import missing
from tests.drills.programs import end_as_after_an_interrupt, wait_until
from tests.drills.visitors import (
    ASKS_A_SECOND,
    Editor,
    Phase,
    Reader,
    Record,
    Visitor,
)


@dataclass(frozen=True)
class Act:
    """A blow, and what is done about it; the text of the command is shown."""

    name: str
    blow: Callable[[Machines], None]
    mend: Callable[[Machines], None] = lambda machines: None
    command: str = ""
    is_without_primary: bool = False


# Requests without which a phase says nothing.
ENOUGH = 10


def restart_replica(there: Machines) -> None:
    there.replica.start()
    there.primary.wait_for_replica()


def wait_until_well(there: Machines) -> None:
    """Wait until each node has noticed that all it needs is there again."""
    for node in there.nodes:
        wait_until(lambda node=node: node.health() == "ok", f"{node.name} to say ok")


ACTS = (
    Act("all are there", lambda there: None),
    Act(
        "a node is killed",
        lambda there: there.nodes[0].kill(),
        lambda there: there.nodes[0].start(),
        "systemctl start iscm-web (systemd does it by itself)",
    ),
    Act(
        "Redis is killed",
        lambda there: there.redis.kill(),
        lambda there: there.redis.start(),
        "systemctl start redis-server",
    ),
    Act(
        "the replica is killed",
        lambda there: there.replica.kill(),
        restart_replica,
        "pg_ctlcluster 15 main start, on the replica",
    ),
    Act(
        "the primary is killed",
        lambda there: there.primary.kill(),
        is_without_primary=True,
    ),
    Act(
        "the replica is promoted",
        lambda there: there.replica.promote(),
        command="pg_ctlcluster 15 main promote, on the replica",
    ),
)


def main() -> int:
    options = arguments()
    if lacking := missing():
        print(f"The drill needs more programs. {lacking}", file=sys.stderr)
        return 2
    end_as_after_an_interrupt()
    print(
        "Starting PostgreSQL, its replica, Redis, two nodes and nginx ...", flush=True
    )
    began = time.monotonic()
    try:
        with machines() as there:
            print(f"They run after {time.monotonic() - began:.0f} s.\n", flush=True)
            record, problems = drill(there, options.readers, options.seconds)
    except KeyboardInterrupt:
        print("\nInterrupted; all that was started has ended.", file=sys.stderr)
        return 130
    print()
    for line in [*problems, *failures(record)]:
        print(line)
    if problems:
        return 1
    print("No public page failed, and nothing published was lost.")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make cluster-drill", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each phase")
    parser.add_argument("--readers", type=int, default=4, help="at the same time")
    return parser.parse_args()


def drill(there: Machines, readers: int, seconds: float) -> tuple[Record, list[str]]:
    """Play all acts; return what was seen and what was wrong with it."""
    record = Record()
    problems = []
    print(HEAD)
    with visited(there, readers, record) as editor:
        for act in ACTS:
            phase = record.begin(act.name)
            act.blow(there)
            time.sleep(seconds)
            act.mend(there)
            try:
                wait_until(
                    works(phase, act), f"readers and the editor, while {act.name}"
                )
                if not act.is_without_primary:
                    wait_until_well(there)
            except RuntimeError as error:
                problems.append(str(error))
            print(line(phase), flush=True)
            if act.command:
                print(f"    put right by: {act.command}")
            problems += wrong_with(phase, act)
    problems += lost(there, editor)
    if problems:
        for node in there.nodes:
            print(f"\nThe log of {node.name} ends:\n{node.end_of_log()}")
    return record, problems


@contextmanager
def visited(there: Machines, readers: int, record: Record) -> Iterator[Editor]:
    editor = Editor(there, record)
    editor.sign_in()
    visitors = [editor, *(Reader(there, record, n + 1) for n in range(readers))]
    for visitor in visitors:
        visitor.start()
    try:
        yield editor
    finally:
        for visitor in visitors:
            visitor.ends.set()
        for visitor in visitors:
            visitor.join()


def works(phase: Phase, act: Act) -> Callable[[], bool]:
    """Return the question whether a phase has shown how readers and editor fare."""

    def has_shown() -> bool:
        told = phase.told_read_only if act.is_without_primary else phase.published
        return told > 0 and phase.requests >= ENOUGH

    return has_shown


def wrong_with(phase: Phase, act: Act) -> list[str]:
    """Say what went otherwise than it should in a phase."""
    failed, not_done = phase.failures.total(), phase.failures_of_staff.total()
    is_told = phase.told_read_only > 0
    wrong = {
        "nobody read": not phase.requests,
        f"{failed} of {phase.requests} public pages failed": failed,
        # The one that was under way when the blow came.
        f"{not_done} steps of the editor failed": not_done > 1,
        "the editor was not told that the registry is read-only": (
            act.is_without_primary and not is_told
        ),
        "the registry was read-only": is_told and not act.is_without_primary,
        "the editor could not publish": (
            not act.is_without_primary and not phase.published
        ),
    }
    return [f"{phase.name}: {what}." for what, is_so in wrong.items() if is_so]


def lost(there: Machines, editor: Editor) -> list[str]:
    """Name the editions whose publication was confirmed, and that are not there."""
    visitor = Visitor(there, "127.0.3.1")
    gone = []
    for slug, edition in editor.published:
        time.sleep(1 / ASKS_A_SECOND)
        answer = visitor.ask(f"/mechanisms/{slug}/editions/{edition}/")
        if answer.status != 200 or f"Edition {edition}, published" not in answer.text:
            gone.append(f"Lost: edition {edition} of {slug}.")
    visitor.close()
    return gone


HEAD = (
    f"{'phase':<26}{'requests':>9}{'again':>7}{'failed':>8}{'stale':>7}{'longest':>10}"
    f"{'published':>11}{'read-only':>11}{'failed':>8}{'longest':>10}"
)


def line(phase: Phase) -> str:
    return (
        f"{phase.name:<26}{phase.requests:>9}{phase.asked_again:>7}"
        f"{phase.failures.total():>8}"
        f"{phase.stale:>7}{phase.longest:>8.2f} s"
        f"{phase.published:>11}{phase.told_read_only:>11}"
        f"{phase.failures_of_staff.total():>8}{phase.longest_of_staff:>8.2f} s"
    )


def failures(record: Record) -> Iterator[str]:
    """Tell what failed, and how often, phase by phase."""
    for phase in record.phases:
        for what in (phase.failures, phase.failures_of_staff):
            for failure, times in what.most_common(5):
                yield f"  {phase.name}: {times} × {failure}"


if __name__ == "__main__":
    sys.exit(main())
