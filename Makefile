# Two commands do all the set-up: `make demo` and `make test`. Each makes its own virtual
# environment in .venv with the first suitable Python it finds (or PYTHON=/path/to/python).

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin

# One more than there are processors: some tests wait for processes that they have started.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: demo test check lint docs clean

demo: .venv/installed
	$(BIN)/opensim-pelvis demo --out demo

test: .venv/developed lint
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term
	$(BIN)/python tests/benchmarks/reading.py --minutes 3

check: test

lint: .venv/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/developed
	for figure in docs/figures/*.py; do $(BIN)/python $$figure || exit 1; done

clean:
	rm -rf .venv demo

.venv/made:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; name one: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/made pyproject.toml
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/developed: .venv/installed pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
