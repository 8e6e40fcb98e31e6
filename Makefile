# `make demo` and `make test` need Python 3.11 or newer, git and make; everything else they fetch themselves.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DEMO_ARGS ?=
SCALE_ARGS ?=
TEST_ARGS ?=
# Whatever is started many times is compiled once.
export PYTHONDONTWRITEBYTECODE :=
PLUGINS := $(wildcard plugins/*/pyproject.toml)

.PHONY: help setup tools demo demo-large test test-wheels wheels check lint types contracts docs bench bench-scale fuzz mutants screens test-remedies coverage lock messages clean test-processes

help:
	@echo "make demo    a permit from catalogue to verified PDF, then the portal over a city (DEMO_ARGS=\"--no-serve --no-city\")"
	@echo "make demo-large  the same permit through PostgreSQL, S3, SMTP, a signing service and the portal"
	@echo "make test    every test: core, plugins, examples, documentation"
	@echo "make check   lint, types, import contracts, tests"
	@echo "make test-processes  500 rounds of opposite decisions and of double submissions from 4 processes (ROUNDS=100)"
	@echo "make wheels  the core and the plugins as wheels, in dist/"
	@echo "make test-wheels  every test against built wheels, on each Python that is here"
	@echo "make bench   measurements beside their peers, into build/bench.json"
	@echo "make bench-scale  lists, searches and queues with up to 100,000 cases (SCALE_ARGS=\"--sizes 1000 10000\")"
	@echo "make screens  every page of the portal as a picture, in build/screens"
	@echo "make test-remedies  what refused uploads are told to do, done with real programs"
	@echo "make fuzz    an hour of changed files through verification (MINUTES=5)"
	@echo "make mutants  the rules of permits broken one at a time: does a test notice? (MINUTES=5)"

$(STAMP): requirements.lock pyproject.toml $(PLUGINS) scripts/setup.sh
	@sh scripts/setup.sh $(VENV)
	@touch $@

setup: $(STAMP)

tools: $(STAMP)
	@sh scripts/tools.sh $(VENV)

demo: $(STAMP)
	@$(BIN)/perizinan demo $(DEMO_ARGS)

demo-large: $(STAMP)
	@$(BIN)/python scripts/demo_large.py $(DEMO_ARGS)

test: tools
	@mkdir -p build
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(TEST_ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/mypy -p perizinan_kota_blitar -p perizinan_kota_bontang -p perizinan_portal -p perizinan_verify

contracts: $(STAMP)
	$(BIN)/lint-imports

check: lint types contracts test

coverage: tools
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --cov --cov-report=term-missing:skip-covered $(TEST_ARGS)

bench: $(STAMP)
	@mkdir -p build
	$(BIN)/python benchmarks/run.py --out build/bench.json

bench-scale: $(STAMP)
	@mkdir -p build
	$(BIN)/python benchmarks/scale.py --out build/bench-scale.json $(SCALE_ARGS)
	$(BIN)/python benchmarks/scale_throughput.py --out build/bench-scale-throughput.json

# What it finds is kept in build/fuzz.
fuzz: $(STAMP)
	$(BIN)/python scripts/fuzz_verification.py $(or $(MINUTES),60)
	$(BIN)/python scripts/verification_agreement.py 10000

# Cosmic-ray is installed apart from what the library and its tests need. What survives is in build/mutants.
mutants: $(STAMP)
	$(BIN)/uv run --quiet --no-project --python $(BIN)/python --with cosmic-ray==8.7.0 --with coverage==7.17.4 \
		python scripts/mutants.py --minutes $(or $(MINUTES),60)

# The core and our plugins as wheels, in dist/.
wheels: $(STAMP)
	@rm -rf dist
	@for project in . $(patsubst %/pyproject.toml,%,$(PLUGINS)); do \
		$(BIN)/python -m build --wheel --no-isolation --outdir dist $$project >/dev/null || exit 1; \
	done
	@ls dist

# Every test on each Python that is here (PYTHONS="/path/to/python3.14 …"), against built wheels.
test-wheels: tools
	$(BIN)/python scripts/test_wheels.py $(PYTHONS) -- $(TEST_ARGS)

# Treats refused samples as their sentences say, with the programs that people have.
test-remedies: $(STAMP)
	@sh scripts/remedy_tools.sh $(VENV)
	$(BIN)/python tests/remedies/run.py $(FILES)

# Writes requirements.lock anew; its head names the command and no index.
lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --group dev --extra office --extra postgresql \
		pyproject.toml -o requirements.lock

# `make test` makes fewer rounds of the same.
test-processes: $(STAMP)
	PERIZINAN_ROUNDS=$(or $(ROUNDS),500) $(BIN)/python -m pytest -q -n 0 \
		plugins/perizinan-procrastinate/tests/test_four_processes.py

# Every page of the portal as a picture, in build/screens.
screens: tools
	$(BIN)/python -m pytest -q -n 0 plugins/perizinan-portal/tests/screens.py

# Pages that are made from the code; a test fails when they are not current.
docs: $(STAMP)
	$(BIN)/python docs/generate.py

messages: $(STAMP)
	$(BIN)/python scripts/messages.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
