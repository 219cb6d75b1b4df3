"""The index: files derived from published records, one folder for each revision.

`VAR_DIR/search/<revision>/` is built in a temporary folder beside it and put in
place by a rename, so nobody ever opens half of one. One process of a machine builds it,
under a lock file, in a thread beside its requests: `keeper` has it built when something
is published, and a search that comes before that waits for it. What was published is
found by the next search in any process.

An index of another revision never answers, not even for a moment: it may hold what
was withdrawn or redacted, and is removed before another is built. When the folder
cannot be written to (the disk is full), or the process that holds the lock hangs, a
process searches in its own memory. Nobody waits longer than some seconds: see NotReady.
"""

import fcntl
import json
import logging
import os
import shutil
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import tantivy
from django.conf import settings
from django.db import connection, connections

from iscm_registry import revision
from iscm_registry.freshness import fails_on_the_way, newest_reads
from iscm_registry.outages import DATABASE_ERRORS
from iscm_registry.search import equivalents, words
from iscm_registry.search.documents import (
    NAMED_KINDS,
    Document,
    Passage,
    RegistryMoved,
    published_documents,
)

logger = logging.getLogger(__name__)

# Moves when what the index holds changes, so that old files are built anew.
FORMAT = f"2-{equivalents.VERSION}"

PATIENCE = 5.0
"""Seconds that a search waits for the index to be built."""

PATIENCE_TO_BUILD = 30.0
"""Seconds that waits who wants to build and nothing else."""

HANGING_AFTER = 60.0
"""Seconds after which a process that still holds the lock is taken to hang."""

_MOST_READINGS = 5
_WRITER_MEMORY = 50_000_000
_MANIFEST = "manifest.json"
_ENTRIES = "entries.json"
_BUILDING = ".building-"
_REPLACED = ".old-"


class NotReady(Exception):
    """Raised when the index is still being built after as long as a reader waits."""


class IndexDamaged(Exception):
    """Raised when the files of an index are not those that were written."""


@dataclass(frozen=True)
class Entry:
    """What a hit needs to be shown, apart from its text."""

    kind: str
    key: str
    titles: dict[str, str]
    acronyms: dict[str, str]
    mechanism: str
    detail: dict[str, str]
    when: str


@dataclass(frozen=True)
class OpenIndex:
    """An index that can be searched. `spellings` maps known words to their look.

    `stamp` is of the manifest in its folder. An index in memory has none, or that of
    files that cannot be used.
    """

    revision: str
    index: tantivy.Index
    searcher: tantivy.Searcher
    entries: list[Entry]
    spellings: dict[str, str]
    directory: Path
    stamp: tuple[int, int] | None
    is_in_memory: bool = False

    def passages(self, address: tantivy.DocAddress) -> list[Passage]:
        (stored,) = self.searcher.doc(address)["body"]
        return [Passage(*values) for values in json.loads(bytes(stored))]


_open: OpenIndex | None = None

# A build takes its time and its memory once, whoever waits for it.
_obtaining = threading.Lock()
_beside_requests = ThreadPoolExecutor(1, "search-index")


def current(known_revision: str | None = None) -> OpenIndex:
    """Return the index of the current revision, built if need be.

    Raises NotReady. `known_revision` spares the query for those who have just read
    the revision.
    """
    wanted = revision.current() if known_revision is None else known_revision
    if opened := _opened_for(wanted):
        return opened
    if connection.in_atomic_block:
        # Nobody else sees what this transaction has written.
        return _obtain()
    obtaining = _beside_requests.submit(obtain)
    wait([obtaining], PATIENCE)
    if not obtaining.done():
        obtaining.cancel()  # if it has not begun, since another one builds
        raise NotReady
    return obtaining.result()


def obtain() -> OpenIndex:
    """Do the same without a bound on time, in a thread that answers no request.

    Raises NotReady when another process builds.
    """
    try:
        with _obtaining:
            with newest_reads():
                try:
                    return _obtain()
                except DATABASE_ERRORS as error:
                    # Not for the request to find out, which reads elsewhere.
                    if not fails_on_the_way(error):
                        raise
            with newest_reads():
                return _obtain()
    finally:
        connections.close_all()


def is_in_memory() -> bool:
    """Tell whether this process could not use files when it last needed an index."""
    opened = _open
    return (
        opened is not None and opened.is_in_memory and opened.directory == _directory()
    )


def build() -> int:
    """Build the index of the current revision, and return how many documents it has.

    What stands in its place is replaced. Raises OSError when nothing can be written.
    """
    global _open
    with _lock(PATIENCE_TO_BUILD):
        _open = _build_in_place()
    return len(_open.entries)


def schema() -> tantivy.Schema:
    """Return the fields. Texts come folded and parted by spaces: see `words`."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(
        "kind", fast=True, tokenizer_name="raw", index_option="basic"
    )
    # Whole acronyms and names, folded, of well-known things both together, and what
    # stands in addresses.
    for name in ("acronym", "name", "start", "key"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    # Words of names, of titles, of the own text, and quoted from related records.
    for name in ("called", "title", "text", "related"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for language in words.STEMMERS:
        builder.add_text_field(f"text_{language}", tokenizer_name="whitespace")
    builder.add_unsigned_field("place", fast=True)
    builder.add_bytes_field("body", stored=True)
    return builder.build()


def _directory() -> Path:
    return Path(settings.VAR_DIR) / "search"


def _opened_for(wanted: str) -> OpenIndex | None:
    """Return the open index if it is of this revision, and its files are the same."""
    opened = _open
    if opened is None or opened.revision != wanted:
        return None
    if (
        opened.directory != _directory()
        or _stamp(_directory() / wanted) != opened.stamp
    ):
        return None
    return opened


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        manifest = (folder / _MANIFEST).stat()
    except OSError:
        return None
    return manifest.st_ino, manifest.st_mtime_ns


def _obtain() -> OpenIndex:
    global _open
    # The request may know a revision that has passed meanwhile.
    wanted = revision.current()
    _open = _opened_for(wanted) or _open_or_build(wanted)
    return _open


def _open_or_build(wanted: str) -> OpenIndex:
    if opened := _try_to_open(wanted):
        return opened
    _remove_outdated()
    try:
        with _lock(PATIENCE):
            wanted = revision.current()
            return _try_to_open(wanted) or _build_in_place()
    except OSError as error:
        logger.error(
            "The search index cannot be kept under %s (%s). This process searches "
            "in its own memory, which is slower after each publication. Make the "
            "folder writable for the registry, with room for the index.",
            _directory(),
            error,
        )
        return _build_in_memory()


@contextmanager
def _lock(patience: float) -> Iterator[None]:
    """Hold the lock file.

    Raises NotReady when others still hold it after `patience` seconds, and
    TimeoutError, at once, when somebody has held it for so long that they hang.
    """
    _directory().mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    # Opened without emptying it: its time says since when it is held.
    with (_directory() / ".lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.time() - os.fstat(file.fileno()).st_mtime > HANGING_AFTER:
                    raise TimeoutError("a process that hangs holds the lock") from None
                if time.monotonic() > deadline:
                    raise NotReady from None
                time.sleep(0.02)
        os.utime(file.fileno())
        yield


def _try_to_open(wanted: str) -> OpenIndex | None:
    folder = _directory() / wanted
    if not folder.is_dir():
        return None
    try:
        return _open_folder(folder)
    except (OSError, ValueError, KeyError, TypeError, IndexDamaged) as error:
        logger.warning("The search index in %s is built anew: %s", folder, error)
        return None


def _open_folder(folder: Path) -> OpenIndex:
    stamp = _stamp(folder)
    manifest = json.loads((folder / _MANIFEST).read_text())
    if manifest["format"] != FORMAT:
        raise IndexDamaged("it has another format")
    if manifest["revision"] != folder.name:
        raise IndexDamaged("it is of another revision")
    for name, checksum in manifest["checksums"].items():
        if zlib.crc32((folder / name).read_bytes()) != checksum:
            raise IndexDamaged(f"{name} was changed")
    listed = json.loads((folder / _ENTRIES).read_text())
    index = tantivy.Index.open(str(folder))
    return _opened(
        folder.name,
        index,
        [Entry(*values) for values in listed["entries"]],
        listed["spellings"],
        stamp,
    )


def _opened(
    made_from: str,
    index: tantivy.Index,
    entries: list[Entry],
    spellings: dict[str, str],
    stamp: tuple[int, int] | None,
    is_in_memory: bool = False,
) -> OpenIndex:
    # A finished index never moves. Otherwise a thread of tantivy looks for changes, and
    # puts a lock file into a folder that is being removed.
    index.config_reader("manual")
    searcher = index.searcher()
    return OpenIndex(
        made_from,
        index,
        searcher,
        entries,
        spellings,
        _directory(),
        stamp,
        is_in_memory,
    )


def _build_in_place() -> OpenIndex:
    """Build, and put in the place of every other index. The lock is held."""
    _remove_all_but()  # what crashed builds left, before there is more
    made_from, documents = _read()
    target = _directory() / made_from
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=_directory()))
    try:
        index = tantivy.Index(schema(), path=str(building))
        _write(index, documents)
        _write_entries(building, documents)
        _write_manifest(building, made_from)
        if target.exists():
            target.rename(_directory() / f"{_REPLACED}{building.name}")
        building.rename(target)
        _remove_all_but(target)
        return _open_folder(target)
    except (ValueError, IndexDamaged) as error:
        # What tantivy says of a full disk.
        raise OSError(str(error)) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _build_in_memory() -> OpenIndex:
    made_from, documents = _read()
    stamp = _stamp(_directory() / made_from)
    index = tantivy.Index(schema())
    _write(index, documents)
    return _opened(
        made_from,
        index,
        _entries(documents),
        _spellings(documents),
        stamp,
        is_in_memory=True,
    )


def _read() -> tuple[str, list[Document]]:
    """Return the published documents and the revision that they are of.

    If something is published on the way they are read again. In a registry that
    never rests they carry the revision from before they were read, which the next
    search finds to be old.
    """
    attempt = 1
    while True:
        made_from = revision.current()
        try:
            documents = published_documents()
        except RegistryMoved:
            if attempt == _MOST_READINGS:
                raise
        else:
            if revision.current() == made_from or attempt == _MOST_READINGS:
                return made_from, documents
        attempt += 1


def _write(index: tantivy.Index, documents: list[Document]) -> None:
    # One thread, so that equally good hits come in the order of the documents.
    writer = index.writer(_WRITER_MEMORY, 1)
    for place, document in enumerate(documents):
        writer.add_document(_indexed(place, document))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def _indexed(place: int, document: Document) -> tantivy.Document:
    indexed = tantivy.Document()
    indexed.add_unsigned("place", place)
    indexed.add_text("kind", document.kind)

    names = [*document.titles.values(), *document.other_names]
    acronyms = [*document.acronyms.values(), *document.other_acronyms]
    name_keys = dict.fromkeys(filter(None, map(words.key, names)))
    acronym_keys = dict.fromkeys(filter(None, map(words.acronym_key, acronyms)))
    for name in name_keys:
        indexed.add_text("name", name)
    for acronym in acronym_keys:
        indexed.add_text("acronym", acronym)
    if document.kind in NAMED_KINDS:
        indexed.add_text("key", words.key(document.key))
        for start in {**name_keys, **acronym_keys}:
            indexed.add_text("start", start)

    for text, language in document.names:
        folded = _folded_name(text)
        indexed.add_text("title", folded)
        if document.kind in NAMED_KINDS:
            indexed.add_text("called", folded)
        _add_text(indexed, text, language)
    for passage in document.passages:
        if passage.relation:
            indexed.add_text("related", _folded_name(passage.text))
        else:
            _add_text(indexed, passage.text, passage.language)

    if document.when:
        indexed.add_text("text", " ".join(words.folded_words(document.when)))

    body = [(one.text, one.language, one.relation) for one in document.passages]
    body += [(name, language, "names") for name, language in document.names]
    indexed.add_bytes("body", json.dumps(body, ensure_ascii=False).encode())
    return indexed


@lru_cache(maxsize=20_000)
def _folded_name(name: str) -> str:
    # A mechanism's name is quoted in each of its facts.
    return " ".join(words.folded_words(name))


def _add_text(indexed: tantivy.Document, text: str, language: str) -> None:
    folded = words.folded_words(text)
    indexed.add_text("text", " ".join(folded))
    stems = (words.stem(word, language) for word in folded)
    indexed.add_text(f"text_{language}", " ".join(stems))


def _entries(documents: list[Document]) -> list[Entry]:
    return [
        Entry(
            document.kind,
            document.key,
            document.titles,
            document.acronyms,
            document.mechanism,
            document.detail,
            document.when,
        )
        for document in documents
    ]


def _spellings(documents: list[Document]) -> dict[str, str]:
    """Return every word that a correction may propose, as it is mostly written."""
    seen: Counter[str] = Counter()
    for document in documents:
        own = [one.text for one in document.passages if not one.relation]
        for text in (*document.titles.values(), *document.other_names, *own):
            seen.update(words.written_words(text))
    spellings: dict[str, str] = {}
    for written, _times in seen.most_common():
        if words.tolerance(folded := words.fold(written)):
            spellings.setdefault(folded, written)
    return spellings


def _write_entries(folder: Path, documents: list[Document]) -> None:
    listed = {
        "entries": [
            [
                one.kind,
                one.key,
                one.titles,
                one.acronyms,
                one.mechanism,
                one.detail,
                one.when,
            ]
            for one in _entries(documents)
        ],
        "spellings": _spellings(documents),
    }
    (folder / _ENTRIES).write_text(json.dumps(listed, ensure_ascii=False))


def _write_manifest(folder: Path, made_from: str) -> None:
    checksums = {
        path.name: zlib.crc32(path.read_bytes())
        for path in folder.iterdir()
        if not path.name.startswith(".")
    }
    manifest = {"format": FORMAT, "revision": made_from, "checksums": checksums}
    with (folder / _MANIFEST).open("w") as file:
        json.dump(manifest, file)
        file.flush()
        os.fsync(file.fileno())


def _remove_all_but(kept: Path | None = None) -> None:
    """Remove other indexes; without one to keep, only what builds have left.

    The lock is held, so a folder that is being built was left by a crash.
    """
    left = (_BUILDING, _REPLACED)
    for path in _directory().iterdir():
        is_left = path.name.startswith(left)
        if path.is_dir() and path != kept and (kept or is_left):
            shutil.rmtree(path, ignore_errors=True)


def _remove_outdated() -> None:
    """Remove the indexes of other revisions, before there is another one.

    They never answer again, and may hold what was redacted. That must not wait for a
    build, which a full disk or a process that hangs can put off for days. It takes no
    lock: what is listed before the revision is read is not newer.
    """
    try:
        found = list(_directory().iterdir())
    except OSError:
        return
    current_folder = _directory() / revision.current()
    for path in found:
        is_index = path.is_dir() and not path.name.startswith(".")
        if is_index and path != current_folder:
            shutil.rmtree(path, ignore_errors=True)
