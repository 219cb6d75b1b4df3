"""What a browser downloads: small, complete, and from here only."""

import json
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage

STATIC = Path(settings.BASE_DIR, "static")
# Files that every public page asks for on a first visit, beside its own HTML.
FIRST_VISIT = [
    "css/registry.css",
    "css/tokens.css",
    "img/favicon.svg",
    "img/icons.svg",
    "js/filters.js",
    "js/search.js",
    "js/theme.js",
    "vendor/htmx.min.js",
    "vendor/fonts/source-sans-3-latin.woff2",
    "vendor/fonts/source-serif-4-600-latin.woff2",
]
TEXT_FILES = [
    path
    for path in STATIC.rglob("*")
    if path.suffix in {".css", ".js", ".svg"} and path.parent.name != "LICENCES"
]


@pytest.mark.parametrize("bootstrap", ["bootstrap.min.css", "bootstrap.rtl.min.css"])
def test_first_visit_leaves_room_for_the_page_within_104_kb(bootstrap):
    files = [STATIC / name for name in [*FIRST_VISIT, f"vendor/{bootstrap}"]]

    weight = sum(len(brotli.compress(file.read_bytes())) for file in files)

    assert weight < 84_000  # of 104 KB; the rest is left for the HTML of a list


# How the names of Bootstrap's classes begin.
LIKE_BOOTSTRAP = re.compile(
    r"(?:[mp][tbsexy]?|d|text|bg|fw|fs|col|row|g|gap|btn|form|input|alert|badge|card|nav"
    r"|visually|w|h|float|border|rounded|align|justify|flex|order|position|list|table"
    r"|modal|dropdown|container|sticky|overflow)(-|$)"
)


def test_every_class_of_bootstrap_that_a_page_uses_was_kept():
    sheets = [*STATIC.glob("css/*.css"), STATIC / "vendor/bootstrap.min.css"]
    css = "\n".join(sheet.read_text() for sheet in sheets)
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    pages = [path for path in TEMPLATES if "admin" not in path.parts]

    unknown = {}
    for path in [*pages, *STATIC.glob("js/*.js")]:
        # A class that a value completes, such as map-{{ number }}, is not to be read.
        text = re.sub(r"{#.*?#}|[\w-]*{{.*?}}|{%.*?%}", " ", path.read_text())
        for names in re.findall(r'class(?:Name)? ?= ?"([^"]*)"', text):
            for name in filter(LIKE_BOOTSTRAP.match, set(names.split()) - known):
                unknown.setdefault(name, path.name)

    # A further one has to be named in assets/vendor.mjs, and `make vendor` run.
    assert unknown == {}


def test_every_address_inside_a_static_file_resolves(tmp_path, settings):
    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    source = FileSystemStorage(location=STATIC)
    names = [
        path.relative_to(STATIC).as_posix()
        for path in STATIC.rglob("*")
        if path.is_file()
    ]
    for name in names:
        with source.open(name) as file:
            storage.save(name, file)

    results = list(storage.post_process({name: (source, name) for name in names}))

    assert results
    assert [result for *_, result in results if isinstance(result, Exception)] == []


@pytest.mark.parametrize("file", TEXT_FILES, ids=lambda file: file.name)
def test_no_style_script_or_picture_asks_another_host(file):
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL)
    text = re.sub(r"(?m)^\s*//.*$", "", text)

    addresses = set(re.findall(r"https?://[\w./-]+", text))

    # The name of SVG itself, which nobody fetches.
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_bootstrap_lies_in_the_lowest_layer():
    for name in ("bootstrap.min.css", "bootstrap.rtl.min.css"):
        css = (STATIC / "vendor" / name).read_text()
        rules = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
        assert rules.startswith('@charset "UTF-8";@layer vendor{')
    layers = re.search(r"@layer ([\w, ]+);", (STATIC / "css/registry.css").read_text())
    assert layers is not None
    assert layers[1].split(", ")[0] == "vendor"


@pytest.mark.parametrize("bootstrap", ["bootstrap.min.css", "bootstrap.rtl.min.css"])
def test_what_a_script_hides_is_hidden_whatever_its_look(bootstrap):
    css = (STATIC / "vendor" / bootstrap).read_text()

    assert "[hidden]{display:none!important}" in css


def test_vendored_files_carry_their_licences():
    licences = {file.stem for file in (STATIC / "vendor/LICENCES").iterdir()}

    assert licences >= {"bootstrap", "htmx", "source-sans-3", "source-serif-4"}


def test_versions_of_front_end_packages_are_exact_and_the_lock_names_no_host():
    package = json.loads(Path(settings.BASE_DIR, "package.json").read_text())
    lock = Path(settings.BASE_DIR, "package-lock.json").read_text()

    versions = package["devDependencies"].values()

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
    assert '"resolved"' not in lock


# A script that holds JSON runs nothing, and the policy lets it stand.
SCRIPTS_AND_STYLES = re.compile(
    r"<script(?![^>]*(\bsrc=|application/json))|<style|\sstyle=|\son[a-z]+=|javascript:",
    re.IGNORECASE,
)
TEMPLATES = list(Path(settings.BASE_DIR, "templates").rglob("*.html"))
FOR_STAFF = {"account", "admin", "allauth", "mfa", "socialaccount", "usersessions"}
KEPT_BY_NOBODY = {"report.html"}
"""Pages for everybody with a token, below NOT_PUBLIC_PATHS."""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_has_no_inline_script_or_style(template):
    assert not SCRIPTS_AND_STYLES.search(template.read_text())


@pytest.mark.parametrize(
    "template",
    [
        path
        for path in TEMPLATES
        if not FOR_STAFF & set(path.parts) and path.name not in KEPT_BY_NOBODY
    ],
    ids=lambda path: path.name,
)
def test_public_template_holds_nothing_personal(template):
    assert not re.search(
        r"csrf_token|request\.user|\buser\.|request\.session", template.read_text()
    )
