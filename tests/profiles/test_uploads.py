"""What a parser may take that runs apart from the server, and what comes of more."""

import datetime
import resource

import pytest
from django.utils import translation

from profiles.uploads import Reason, Refused, apart, read_apart

HERE = "tests.profiles.greedy_parsers"


def refusal(*args, **options) -> Refused:
    with pytest.raises(Refused) as refused:
        read_apart(*args, **options)
    return refused.value


def own_peak() -> int:
    """Return the most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_parser_gets_bytes_and_options_and_gives_plain_values_back():
    told = read_apart(f"{HERE}:echo", b"a\nb\0", b"", word="é")

    assert told["sizes"] == [4, 0]
    assert told["word"] == "é"
    assert told["cells"] == [1, 1.5, True, None, "\ud800", datetime.date(2019, 5, 3)]
    assert told["times"] == [datetime.time(1, 2), datetime.datetime(2019, 5, 3, 1, 2)]  # noqa: DTZ001


@pytest.mark.attack("A small file takes all memory or time")
def test_more_memory_than_a_file_may_take_is_refused_and_not_the_servers():
    before = own_peak()

    refused = refusal(f"{HERE}:take_memory", b"")

    assert refused.reason == Reason.TOO_LARGE
    assert "at most 1024 MB and 30 seconds" in str(refused)
    assert own_peak() - before < 50 * apart.MEGABYTE


@pytest.mark.attack("A small file takes all memory or time")
def test_more_processor_time_than_a_file_may_take_is_refused(monkeypatch):
    monkeypatch.setattr(apart, "PROCESSOR_SECONDS", 1)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    assert refusal(f"{HERE}:never_end", b"").reason == Reason.TOO_LARGE

    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - spent < 10


def test_a_parser_that_waits_for_ever_is_ended_by_the_clock(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 3)

    assert refusal(f"{HERE}:wait", b"x" * 1_000_000).reason == Reason.TOO_LARGE


@pytest.mark.parametrize("parser", ["answer_too_much", "die", "die_in_its_answer"])
def test_an_answer_that_is_too_long_or_broken_off_is_refused(parser):
    before = own_peak()

    assert refusal(f"{HERE}:{parser}", b"x").reason == Reason.TOO_LARGE

    assert own_peak() - before < 250 * apart.MEGABYTE


def test_a_parser_that_fails_is_logged_without_what_the_file_says(caplog):
    refused = refusal(f"{HERE}:fail", b"secret")

    assert refused.reason == Reason.UNREADABLE_FILE
    assert "KeyError" in caplog.text
    assert "greedy_parsers.py" in caplog.text
    assert "secret" not in caplog.text


def test_a_parser_knows_no_secret_and_writes_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "a secret")

    told = read_apart(f"{HERE}:look_around", b"", folder=str(tmp_path))

    assert told["secrets"] == []
    assert told["folder"] == "/"
    assert not told["wrote"]


def test_messages_come_in_the_language_of_who_waits():
    with translation.override("fr"):
        assert read_apart(f"{HERE}:speak", b"") == "Janvier".lower()


def test_files_are_read_one_after_the_other(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 1)
    with apart._one_at_a_time:
        assert "reading other files" in str(refusal(f"{HERE}:echo", b"", word=""))
