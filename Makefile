# make demo   the console on a simulated network
# make test   everything that the tests need, then the tests
# make bench  the benchmarks
# make check  ruff, mypy, import contracts

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test bench check services clean

demo: $(READY)
	@$(BIN)/noc-console demo $(DEMO)

test: $(READY) services
	@NOC_TEST_SERVICES=$$(.ci/services --verdict) $(BIN)/python -m pytest $(TESTS)

bench: $(READY)
	@$(BIN)/python -m tests.bench $(BENCH)

check: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

services:
	@.ci/services

$(READY): pyproject.toml .requirements.lock
	@.ci/venv $(PYTHON) $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r .requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis snapshot_report.html
