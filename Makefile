# make demo   the console on a simulated network
# make test   everything that the tests need, then the tests; TESTS="tests/unit -k optics" runs some of them
# make bench  the benchmarks
# make drills collectors lost, stores away, 30 operators at once, what is refused, 100,000 ONTs (14 minutes)
# make check  ruff, mypy, import contracts
# make audit  known vulnerabilities of the lock files, and dist/sbom.json
# make pictures   those of the README; INTO=FOLDER writes every screen at three sizes in three themes there

# Compiled modules are kept, whatever the caller's environment says: each program that the tests start needs them.
unexport PYTHONDONTWRITEBYTECODE

PYTHON  ?= python3
# Two more than two cores: the end-to-end tests mostly wait.
WORKERS ?= 4
VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
DEV     := $(VENV)/.ready-dev
PIP     := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo test bench drills check pictures audit services clean

demo: $(READY)
	@$(BIN)/noc-console demo $(DEMO)

test: $(DEV) services
	@NOC_TEST_SERVICES=$$(.ci/services --verdict) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

bench: $(DEV)
	@$(BIN)/python -m tests.bench $(BENCH)

drills: $(DEV) services
	@timeout 1200 $(BIN)/python -m tests.drills $(DRILLS)

check: $(DEV)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

pictures: $(DEV)
	@$(BIN)/python -m tests.console.pictures $(INTO)

audit: $(DEV)
	@.ci/audit

services:
	@.ci/services

$(READY): pyproject.toml .requirements.lock
	@.ci/venv $(PYTHON) $(VENV)
	@$(PIP) -r .requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

$(DEV): $(READY) .requirements-dev.lock
	@$(PIP) -r .requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis snapshot_report.html
