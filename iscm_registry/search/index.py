"""The index: files derived from published records, one folder for each revision.

`VAR_DIR/search/<revision>/` is built in a temporary folder beside it and put in
place by a rename, so nobody ever opens half of one. The first search that meets a
new revision builds its index, under a lock file, and the others wait for it: what
was published is found by the next search in any process. When the folder cannot be
written to, or the lock cannot be had, a process searches in its own memory.
"""

import fcntl
import json
import logging
import os
import shutil
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy
from django.conf import settings

from iscm_registry import revision
from iscm_registry.search import words
from iscm_registry.search.documents import (
    NAMED_KINDS,
    Document,
    Passage,
    RegistryMoved,
    published_documents,
)

logger = logging.getLogger(__name__)

# Moves when what the index holds changes, so that old files are built anew.
FORMAT = 1

LOCK_PATIENCE = 30.0
"""Seconds to wait for another process that builds."""

_MOST_READINGS = 5
_WRITER_MEMORY = 50_000_000
_MANIFEST = "manifest.json"
_ENTRIES = "entries.json"


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
    """An index that can be searched. `spellings` maps known words to their look."""

    revision: str
    index: tantivy.Index
    searcher: tantivy.Searcher
    entries: list[Entry]
    spellings: dict[str, str]
    directory: Path
    folder: Path | None = None
    stamp: tuple[int, int] | None = None

    def passages(self, address: tantivy.DocAddress) -> list[Passage]:
        (stored,) = self.searcher.doc(address)["body"]
        return [Passage(*values) for values in json.loads(bytes(stored))]


_open: OpenIndex | None = None


def current(known_revision: str | None = None) -> OpenIndex:
    """Return the index of the current revision, built if need be.

    `known_revision` spares the query for those who have just read the revision.
    """
    global _open
    wanted = revision.current() if known_revision is None else known_revision
    opened = _open
    if opened is None or opened.revision != wanted or not _is_in_place(opened):
        # The request may know a revision that has passed meanwhile.
        wanted = revision.current()
        opened = _open
        if opened is None or opened.revision != wanted or not _is_in_place(opened):
            opened = _open = _obtain(wanted)
    return opened


def build() -> int:
    """Build the index of the current revision, and return how many documents it has.

    What stands in its place is replaced. Raises OSError when nothing can be written.
    """
    global _open
    with _lock():
        _open = _build_in_place()
    return len(_open.entries)


def schema() -> tantivy.Schema:
    """Return the fields. Texts come folded and parted by spaces: see `words`."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(
        "kind", fast=True, tokenizer_name="raw", index_option="basic"
    )
    # Whole acronyms and names, folded, and of well-known things both together.
    for name in ("acronym", "name", "start"):
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


def _is_in_place(opened: OpenIndex) -> bool:
    if opened.directory != _directory():
        return False
    # In memory it is right for as long as the revision stays.
    return opened.folder is None or _stamp(opened.folder) == opened.stamp


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        manifest = (folder / _MANIFEST).stat()
    except OSError:
        return None
    return manifest.st_ino, manifest.st_mtime_ns


def _obtain(wanted: str) -> OpenIndex:
    if opened := _try_to_open(wanted):
        return opened
    try:
        with _lock():
            wanted = revision.current()
            return _try_to_open(wanted) or _build_in_place()
    except OSError as error:
        logger.error(
            "The search index cannot be kept under %s (%s). This process searches "
            "in its own memory, which is slower after each publication. Make the "
            "folder writable for the registry.",
            _directory(),
            error,
        )
        return _build_in_memory()


@contextmanager
def _lock() -> Iterator[None]:
    """Hold the lock file; it also keeps threads of one process apart."""
    _directory().mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_PATIENCE
    with (_directory() / ".lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("another process holds the lock") from None
                time.sleep(0.02)
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
        folder,
        stamp,
    )


def _opened(
    made_from: str,
    index: tantivy.Index,
    entries: list[Entry],
    spellings: dict[str, str],
    folder: Path | None = None,
    stamp: tuple[int, int] | None = None,
) -> OpenIndex:
    searcher = index.searcher()
    return OpenIndex(
        made_from, index, searcher, entries, spellings, _directory(), folder, stamp
    )


def _build_in_place() -> OpenIndex:
    """Build, and put in the place of every other index. The lock is held."""
    made_from, documents = _read()
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=_directory()))
    try:
        index = tantivy.Index(schema(), path=str(building))
        _write(index, documents)
        _write_entries(building, documents)
        _write_manifest(building, made_from)
        target = _directory() / made_from
        if target.exists():
            target.rename(_directory() / f".old-{building.name}")
        building.rename(target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _remove_all_but(target)
    return _open_folder(target)


def _build_in_memory() -> OpenIndex:
    made_from, documents = _read()
    index = tantivy.Index(schema())
    _write(index, documents)
    return _opened(made_from, index, _entries(documents), _spellings(documents))


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
        for start in {**name_keys, **acronym_keys}:
            indexed.add_text("start", start)

    for text, language in document.names:
        folded = " ".join(words.folded_words(text))
        indexed.add_text("title", folded)
        if document.kind in NAMED_KINDS:
            indexed.add_text("called", folded)
        _add_text(indexed, text, language)
    for passage in document.passages:
        if passage.relation:
            indexed.add_text("related", " ".join(words.folded_words(passage.text)))
        else:
            _add_text(indexed, passage.text, passage.language)

    if document.when:
        indexed.add_text("text", " ".join(words.folded_words(document.when)))

    body = [(one.text, one.language, one.relation) for one in document.passages]
    body += [(name, language, "names") for name, language in document.names]
    indexed.add_bytes("body", json.dumps(body, ensure_ascii=False).encode())
    return indexed


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


def _remove_all_but(kept: Path) -> None:
    # The lock is held, so a folder that is being built was left by a crash.
    for path in _directory().iterdir():
        if path.is_dir() and path != kept:
            shutil.rmtree(path, ignore_errors=True)
