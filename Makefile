# The two commands that do everything: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo down test lint bench clean

help:  ## Say what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

demo: $(BIN)/obsdash  ## Install, start what can be started, build, diff, sync, verify, say where to look
	@stack/demo.sh $(BIN)

down: $(BIN)/obsdash  ## Stop what `make demo` started
	@$(BIN)/obsdash stack down

test: $(VENV)/dev  ## Install what the tests need, then lint, type-check and test
	@stack/packages.sh || true
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile

bench: $(VENV)/dev  ## Print the benchmarks' tables
	$(BIN)/python -m benchmarks

clean:  ## Remove what make made
	rm -rf $(VENV) build .obsdash

$(BIN)/python:
	@stack/venv.sh $(PYTHON) $(VENV)

$(BIN)/obsdash: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(VENV)/dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
