# Two commands do everything: `make demo` and `make test`. Both set themselves up.
# Needs Python 3.11 or newer; see tools/setup.sh for what else, and what happens without it.

VENV := .venv
JIEBAN := $(VENV)/bin/jieban

.PHONY: demo test test-sqlite test-pg lint types contracts messages bench serve clean help

help:
	@echo 'make demo       an invented district of 26 streets and 440 communities, at http://127.0.0.1:8000'
	@echo 'make test       everything that CI runs: lint, types, contracts, tests on SQLite and PostgreSQL, pages'
	@echo 'make lint types contracts test-sqlite test-pg bench     its parts'

demo: $(VENV)/runtime
	$(JIEBAN) --home var/demo demo

serve: $(VENV)/runtime
	$(JIEBAN) serve

test: $(VENV)/develop lint types contracts test-sqlite test-pg

lint: $(VENV)/develop
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/develop
	$(VENV)/bin/mypy

contracts: $(VENV)/develop
	$(VENV)/bin/lint-imports

test-sqlite: $(VENV)/develop
	$(VENV)/bin/pytest -n auto --dist loadgroup tests

test-pg: $(VENV)/develop
	$(VENV)/bin/python tools/with_postgres.py $(VENV)/bin/pytest -n auto -m "not browser" tests/apps tests/journeys

messages: $(VENV)/develop
	$(VENV)/bin/python tools/messages.py

bench: $(VENV)/develop
	@for file in benchmarks/*.py; do echo "== $$file"; $(VENV)/bin/python $$file; done

$(VENV)/runtime: requirements.lock pyproject.toml
	sh tools/setup.sh $(VENV) requirements.lock
	touch $@

$(VENV)/develop: requirements-dev.lock pyproject.toml
	sh tools/setup.sh $(VENV) requirements-dev.lock
	touch $(VENV)/runtime $@

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .import_linter_cache
