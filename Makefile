# Each target does its own set-up. `make demo` and `make test` are the two that matter.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
DATA ?= var/demo
PORT ?= 8000
JOBS ?= 2
SIZES ?= 10000 100000
SIZE ?= 100000
INBOX ?= 10000 100000
HANDOFFS ?= 500
KILLS ?= 20
MINUTES ?= 30
export MAILLAGE_BENCH_DATA ?= $(abspath ../shared/data)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help demo test check format bench bench-large drill chaos degraded lock sbom clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/runtime: requirements.lock pyproject.toml
	@test -x $(BIN)/python || { $(PYTHON) -m venv $(VENV) || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }; }
	@echo "Installing the locked dependencies…"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.lock
	@echo "Installing the locked tools of development…"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/runtime ## load the demonstration and serve it on 127.0.0.1:$(PORT)
	@MAILLAGE_DATA_DIR="$(DATA)" $(BIN)/maillage demo --port $(PORT)

test: $(VENV)/dev ## every test: SQLite, PostgreSQL, Redis, OpenSearch, ClamAV, nginx, Chromium
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup

check: $(VENV)/dev ## format, lint, types, import contracts, templates, migrations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 12
	@$(BIN)/djlint templates --check --quiet --profile jinja || true
	@$(BIN)/python -m pytest -q tests/guards

format: $(VENV)/dev ## apply the house format
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

bench: $(VENV)/dev ## the benchmarks, each beside its baseline; results in var/bench
	@$(BIN)/python -m pytest -q -s tests/bench -p no:cacheprovider --import-mode=importlib

bench-large: $(VENV)/dev ## search as the directory grows (SIZES="10000 1000000"), the inbox as referrals do (INBOX="10000 10000000")
	@SIZES="$(SIZES)" INBOX="$(INBOX)" $(BIN)/python -m pytest -q -s tests/bench/large.py tests/bench/large_inbox.py -p no:cacheprovider --import-mode=importlib

drill: $(VENV)/dev ## save an instance of SIZE referrals, lose it, put it back and prove it, on both databases
	@SIZE="$(SIZE)" $(BIN)/python -m pytest -q -s tests/bench/drill.py -p no:cacheprovider --import-mode=importlib

chaos: $(VENV)/dev ## HANDOFFS handoffs while every part is killed KILLS times; how soon a mail leaves after a crash
	@HANDOFFS="$(HANDOFFS)" KILLS="$(KILLS)" $(BIN)/python -m pytest -q -s tests/bench/chaos.py -p no:cacheprovider --import-mode=importlib

degraded: $(VENV)/dev ## MINUTES with every server late and cut off now and then, five requests a second
	@MINUTES="$(MINUTES)" $(BIN)/python -m pytest -q -s tests/bench/degraded.py -p no:cacheprovider --import-mode=importlib

lock: $(VENV)/dev ## write the hashed locks again
	@$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra build -o requirements.lock pyproject.toml
	@$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

sbom: $(VENV)/runtime ## the inventory of components (CycloneDX) in var/sbom.json
	@mkdir -p var && $(BIN)/python deploy/sbom.py > var/sbom.json

clean:
	@rm -rf $(VENV) var .*_cache
