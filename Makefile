# The same few commands for people, hooks and CI. Each sets up what it needs by itself: Python 3.11 or later and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench

.PHONY: help demo test check chaos bench format lock clean

help:
	@echo "make demo    train, validate and test networks on real data, and write a report (about 5 minutes)"
	@echo "make test    the whole test suite, by two processes (about 7 minutes on 2 cores)"
	@echo "make check   lint, types, layers, documentation"
	@echo "make chaos   kill drivers and workers at 40 random moments, and compare what comes of it"
	@echo "make bench   measure against the peers"
	@echo "make format  format the code"
	@echo "make lock    pin the newest versions that the ranges allow"

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(BENCH)/installed: requirements.lock benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --requirement requirements.lock
	$(BENCH)/bin/python -m pip install --quiet --requirement benchmarks/requirements.txt --constraint requirements.lock
	$(BENCH)/bin/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(VENV)/installed
	$(BIN)/studium run all --budget quick

test: $(VENV)/installed
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/commands.py --check
	$(BIN)/python tools/tree.py --check

chaos: $(VENV)/installed
	$(BIN)/python -m tests.execution.chaos $(CHAOS_ARGS)

bench: $(BENCH)/installed
	$(BENCH)/bin/python -m benchmarks $(BENCH_ARGS)

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	$(PYTHON) tools/lock.py requirements.lock

clean:
	rm -rf $(VENV) $(BENCH) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
