# Needs Python 3.11 or newer with venv, and make. `make` alone says what there is.
#
# Two sets of packages, both locked with hashes: what the registry runs on, and that
# plus what tests and checks it. A stamp in .venv named after the checksum of the list
# makes a second call install nothing, and a changed list install again.

SHELL = /bin/sh
VENV_PYTHON = .venv/bin/python
RUN_STAMP := .venv/.run-$(shell cksum < requirements.txt | tr ' ' '-')
DEV_STAMP := .venv/.dev-$(shell cksum < requirements-dev.txt | tr ' ' '-')

# Prefers the newest Python that the tests know. A name on PATH proves nothing (pyenv
# puts one there for every version it has heard of), so each is tried.
define find_python
python=; too_old=; incomplete=; \
for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
  "$$candidate" -c '' 2>/dev/null || continue; \
  if ! "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
    too_old=$$("$$candidate" --version 2>&1); \
  elif ! "$$candidate" -c 'import ensurepip, venv' 2>/dev/null; then \
    incomplete=$$candidate; \
  else \
    python=$$candidate; break; \
  fi; \
done; \
if [ -z "$$python" ]; then \
  if [ -n "$$incomplete" ]; then \
    echo "$$incomplete cannot make virtual environments: its venv or ensurepip is missing." >&2; \
    echo "On Debian or Ubuntu: apt install python3-venv" >&2; \
  else \
    echo "The registry needs Python 3.11 or newer; found: $${too_old:-no Python at all}." >&2; \
    echo "If it is installed elsewhere, name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
  fi; \
  exit 1; \
fi
endef

# $(1) the list to install, $(2) the stamps that it earns, $(3) the stamps that it voids.
define install
@if ! $(VENV_PYTHON) -m pip --version >/dev/null 2>&1; then \
  $(find_python); \
  echo "Making a virtual environment in .venv with $$("$$python" --version) ..."; \
  "$$python" -m venv --clear .venv || exit 1; \
fi; \
echo "Installing $(1) into .venv, which takes about a minute the first time ..."; \
$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check --no-input \
  --require-hashes --only-binary :all: --requirement $(1) && \
rm -f $(3) && touch $(2)
endef

.PHONY: help
help:
	@echo "make run      start the registry on http://127.0.0.1:8000/ (PORT=8001 make run for another port)"
	@echo "make test     run every test: on SQLite, on PostgreSQL, in a browser and on several machines, as far as they are installed"
	@echo "              (PYTEST_ARGS=\"-k search\" narrows it, REQUIRE_ALL=1 makes a part that cannot run a failure)"
	@echo "make lint     check style, types, imports, templates, migrations, settings and locked requirements"
	@echo "make format   put Python files and templates into the one style that lint accepts"
	@echo "make bench    measure pages beside Datasette and an empty view, at 1 and 100 times the data"
	@echo "make cluster-drill   kill one machine of several after the other while people read and publish"
	@echo "make restore-drill   back up, wipe and restore a registry of its own, and compare every public page"
	@echo "make screenshots   take the pictures of README and staff guide again (needs Chromium)"
	@echo "make vendor   fetch the front-end files that are committed under static/vendor (needs Node)"
	@echo "make lock     lock the requirements again after a change in pyproject.toml (needs uv; UPGRADE=1 renews all)"

# A virtual environment whose Python is gone (the system was upgraded, the folder was
# copied from another machine) is made again in spite of its stamp.
ifneq ($(shell $(VENV_PYTHON) -c 'print(1)' 2>/dev/null),1)
.PHONY: $(RUN_STAMP) $(DEV_STAMP)
endif

$(RUN_STAMP):
	$(call install,requirements.txt,$(RUN_STAMP),.venv/.run-*)

# The second list contains the first.
$(DEV_STAMP):
	$(call install,requirements-dev.txt,$(DEV_STAMP) $(RUN_STAMP),.venv/.run-* .venv/.dev-*)

.PHONY: run
run: $(RUN_STAMP)
	@DEMO="$${DEMO:-1}" exec $(VENV_PYTHON) manage.py serve

.PHONY: test
test: $(DEV_STAMP)
	@$(VENV_PYTHON) -m tests.run

.PHONY: lint
lint: $(DEV_STAMP)
	@$(VENV_PYTHON) tests/lint.py

.PHONY: format
format: $(DEV_STAMP)
	@$(VENV_PYTHON) tests/lint.py --fix

.PHONY: bench
bench: $(DEV_STAMP)
	@$(VENV_PYTHON) -m benchmarks $(BENCH_ARGS)

.PHONY: cluster-drill
cluster-drill: $(DEV_STAMP)
	@$(VENV_PYTHON) -m tests.drills.cluster_drill $(DRILL_ARGS)

.PHONY: restore-drill
restore-drill: $(DEV_STAMP)
	@$(VENV_PYTHON) -m tests.drills.restore_drill $(DRILL_ARGS)

.PHONY: screenshots
screenshots: $(DEV_STAMP)
	@$(VENV_PYTHON) -m tests.browser.screenshots

.PHONY: vendor
vendor:
	@command -v npm >/dev/null || { echo "make vendor needs Node with npm. Nothing else does." >&2; exit 1; }
	npm ci --ignore-scripts
	node assets/vendor.mjs

.PHONY: lock
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --quiet $(if $(UPGRADE),--upgrade) --output-file requirements-dev.txt --group dev
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --quiet --constraint requirements-dev.txt --output-file requirements.txt
