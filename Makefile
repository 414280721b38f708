# Two commands do all the set-up: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
DATA   ?= demo-data
PORT   ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo run test lint proof bench contract screenshots tables lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "BenchSight needs Python 3.11 or later; $(PYTHON) is older (try: make PYTHON=python3.12 ...)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.created requirements.txt
	@echo "Installing the service ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing the tools for tests ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## what the service needs, in .venv
install-dev: $(VENV)/.installed-dev ## what the tests need, in .venv

demo: $(VENV)/.installed ## a demo league, the API, a full ETL job with live progress (ONCE=1: exit after the summary; PORT=8000 DATA=demo-data)
	@$(PY) -m etl.demo.tour --data-dir $(DATA) --port $(PORT) $(if $(ONCE),--once)

run: $(VENV)/.installed ## start the API on the data directory `data`
	@$(PY) -m api.main

lint: $(VENV)/.installed-dev ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: lint ## everything that must hold: lint, types, import contracts, tests with coverage
	@$(PY) -m pytest --numprocesses 2 --cov --cov-report term

proof: $(VENV)/.installed-dev ## the long versions: hundreds of kills, full fuzz
	@$(PY) -m pytest --numprocesses 0 -m proof --capture no

bench: $(VENV)/.installed-dev ## speed, each as a ratio to a baseline of the same run
	@$(PY) -m benchmarks

contract: $(VENV)/.installed-dev ## how much of what the dashboard reads a demo league serves, table by table
	@$(PY) -m tests.contract

screenshots: $(VENV)/.installed-dev ## draw docs/portal/*.png anew, by the portal's tests
	@BENCHSIGHT_TEST_SCREENSHOTS=$(CURDIR)/docs/portal $(PY) -m pytest --numprocesses 0 --quiet tests/portal

tables: $(VENV)/.installed ## write docs/tables.md and docs/metrics.md from the declarations, docs/roles.md from the routes
	@$(PY) -m etl.dictionary
	@$(PY) -m etl.metrics
	@$(PY) -m api.roles_document

COMPILE = $(BIN)/pip-compile --quiet --strip-extras --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: $(VENV)/.installed-dev ## compile the pinned requirements from pyproject.toml
	@$(COMPILE) --output-file requirements.txt pyproject.toml
	@$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

clean: ## remove the environment, caches and the demo league
	@rm -rf $(VENV) $(DATA) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
