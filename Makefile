# The commands of the repo. `make run` and `make test` are each enough on a machine with Python 3.11+, make and a network.
# What they need they make first, once: stamps tell what is there already.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$each"; break; }; done)
PY := .venv/bin/python
AMENDS := $(PY) -m amends
WORKERS ?= 3
PYTEST ?=
PG15 ?= /usr/lib/postgresql/15/bin
LOCK := $(PY) -m piptools compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help setup assets run test test-pg15 check format proof bench pictures chaos lock clean wipe

help:  ## what there is
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

setup: .venv/.project assets  ## environment, packages and assets

run: setup  ## Amends with a demo marketplace, until Ctrl-C (AMENDS_HOME, AMENDS_PORT place it)
	@exec $(AMENDS) up

test: setup  ## the whole suite (PYTEST="-k word" narrows it)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(PYTEST)

test-pg15: setup  ## the database part once more, on Debian's PostgreSQL 15
	PG_BIN=$(PG15) $(PY) -m pytest -n $(WORKERS) $(wildcard tests/verbs tests/stories) $(PYTEST)

check: setup  ## ruff, mypy, import order, migrations, both languages
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(AMENDS) makemigrations --check --dry-run
	$(AMENDS) check_texts
	$(AMENDS) lifecycle --check
	$(AMENDS) notices table --check
	$(AMENDS) openapi --check

format: setup  ## let ruff mend what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

proof: setup  ## the proofs at full size
	PROOF_SCALE=20 $(PY) -m pytest -n $(WORKERS) $(wildcard tests/proofs) tests/verbs/test_embedded_database.py $(PYTEST)

bench: setup  ## how fast, against the limit of plain SQL; prints JSON
	$(PY) -m bench

pictures: setup  ## docs/pictures: each main page, two widths, two languages
	$(PY) -m tools.pictures

chaos: setup  ## kills processes while the demo runs, then verifies
	$(PY) -m bench.chaos

lock: .venv/.project  ## resolve all packages anew
	$(LOCK) --output-file requirements/base.lock pyproject.toml
	$(LOCK) --extra demo --extra dev --output-file requirements/dev.lock pyproject.toml requirements/build.in
	$(LOCK) --output-file requirements/node.lock requirements/node.in
	@! grep -nE '(https?|file)://' requirements/*.lock

clean:  ## remove environment, assets and caches; data stays
	rm -rf .venv amends/static/vendor staticfiles dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

wipe:  ## remove all data of AMENDS_HOME, for good
	$(AMENDS) database destroy --yes
	rm -rf "$${AMENDS_HOME:-.amends}"

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or later is missing: install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { rm -rf .venv; \
		echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.packages: requirements/dev.lock | .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

.venv/.project: pyproject.toml .venv/.packages
	$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

assets: amends/static/vendor/.stamp

amends/static/vendor/.stamp: package-lock.json amends/plumbing/assets.py .npmrc | .venv/.project
	$(PY) -m amends.plumbing.assets
	@touch $@
