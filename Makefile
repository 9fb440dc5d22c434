# Everything a newcomer needs: `make demo` and `make test`. Each target sets up what it uses, once.
# Needs: GNU make, git, Python 3.11 or later with venv. No root. Node.js comes from PyPI where it is absent.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
QUANHENG_HOME ?= $(CURDIR)/var
export QUANHENG_HOME
VENV := .venv
STAMPS := $(VENV)/stamps
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
SUITE := $(BIN)/python tools/run_suite.py
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --python-version 3.11
CATALOGUES := $(shell find src/quanheng -name '*.po' 2>/dev/null)
PLAIN := not browser and not postgres and not fuzz and not faults
# The ground floor and the repository's own tests touch no database; running them on PostgreSQL says nothing new.
NO_DATABASE := law norms science evidence lake documents house published browser faults

.PHONY: help setup setup-dev demo serve test check format bench test-postgres test-browser fuzz faults lock docs clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/package $(STAMPS)/assets $(STAMPS)/catalogues ## everything that running needs, into .venv/ (fast when nothing changed)
	@tools/setup_report.sh $(VENV)

setup-dev: setup $(STAMPS)/dev ## … and everything that testing needs

demo: setup ## seed a site, run the main job, print the tonne, its uncertainty and its chain
	@$(BIN)/quanheng demo

serve: setup ## serve the data of QUANHENG_HOME (default var/) on a free loopback port
	@$(BIN)/quanheng serve

test: setup-dev ## every test that needs no root; says which suites were left out
	$(SUITE) tests -m "$(PLAIN)"
	@$(SUITE) --left-out

check: setup-dev ## lint, format, types, import contracts, house rules
	@tools/check.sh $(BIN)

format: setup-dev ## lay the code out as `check` wants it
	@$(BIN)/ruff check --quiet --fix src tests tools benchmarks && $(BIN)/ruff format --quiet src tests tools benchmarks

bench: setup-dev ## each benchmark beside its named peer, in one run, as ratios
	$(BIN)/python tools/run_benchmarks.py

test-postgres: setup-dev ## the same suite against a throw-away PostgreSQL server
	tools/with_postgres.sh $(SUITE) tests -m "not browser and not fuzz and not faults" \
	  $(foreach room,$(NO_DATABASE),--ignore=tests/$(room))

test-browser: setup-dev ## pages in Debian's Chromium
	$(SUITE) tests -m browser

fuzz: setup-dev ## schemathesis against the running API
	$(SUITE) tests -m fuzz

faults: setup-dev ## killed processes, mutated stores
	$(SUITE) tests -m faults --dist worksteal

lock: setup-dev ## resolve the requirements anew, with hashes and without index addresses
	cd requirements && for name in runtime node dev; do \
	  ../$(LOCK) --upgrade $$name.in --output-file $$name.txt; done

docs: setup-dev ## draw the generated pictures of docs/ again
	$(BIN)/python tools/draw_floors.py

clean: ## remove what make made (the data in QUANHENG_HOME stay)
	rm -rf $(VENV) node_modules build src/quanheng/web/static/vendor src/*.egg-info
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name '__pycache__' -prune -exec rm -rf {} +
	find src -name '*.mo' -delete

$(STAMPS)/venv:
	@tools/make_venv.sh "$(PYTHON)" $(VENV)
	@touch $@

$(STAMPS)/runtime: $(STAMPS)/venv requirements/runtime.txt
	@echo "setup: Python packages"
	@$(PIP) -r requirements/runtime.txt
	@touch $@

$(STAMPS)/package: $(STAMPS)/runtime pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/package requirements/dev.txt
	@echo "setup: packages for tests and checks"
	@$(PIP) -r requirements/dev.txt
	@touch $@

$(STAMPS)/node: $(STAMPS)/venv package.json package-lock.json .npmrc requirements/node.txt
	@echo "setup: front-end files"
	@tools/npm_ci.sh $(BIN)
	@touch $@

$(STAMPS)/assets: $(STAMPS)/node $(STAMPS)/package src/quanheng/web/assets.py
	@$(BIN)/python -m quanheng.web.assets
	@touch $@

$(STAMPS)/catalogues: $(STAMPS)/package $(CATALOGUES)
	@$(BIN)/python -m quanheng.web.catalogs compile
	@touch $@
