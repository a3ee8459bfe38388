# Needs make and a Python of 3.11 or later; the rest is installed into .venv, once, and again when setup.cfg changes.

PYTHON ?= $(shell for python in python3 python python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip --disable-pip-version-check --quiet install
KGRAPH := $(BIN)/kgraph
EXAMPLE := kgraph/data/example/papers.jsonl
GOLD ?= ../shared/gold/dev.jsonl

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# ---------------------------------------------------------------------------------------------- to use it

.PHONY: demo
demo: $(VENV)/installed ## Build the bundled example: a database, a page and a GraphML file under build/
	@mkdir -p build
	$(KGRAPH) build $(EXAMPLE) --db build/kgraph.db
	$(KGRAPH) export build/landscape.html --db build/kgraph.db
	$(KGRAPH) export build/landscape.graphml --db build/kgraph.db
	$(KGRAPH) neighbors Mamba --db build/kgraph.db

# ------------------------------------------------------------------------------------------- to change it

.PHONY: install
install: $(VENV)/installed-dev ## Install into .venv all that the other targets need

SPLIT := -n 2 --dist loadfile # a file's tests share what is slow to make: a store, a browser
.PHONY: test
test: $(VENV)/installed-dev ## Run the tests (ARGS="-k mamba" chooses)
	@$(BIN)/python -m pytest $(or $(ARGS),$(SPLIT))

.PHONY: test-slow
test-slow: $(VENV)/installed-dev ## Run the tests that `make test` leaves out: large graphs, notebooks
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

.PHONY: test-all
test-all: $(VENV)/installed-dev ## Run all tests, the slow ones too
	@$(BIN)/python -m pytest $(SPLIT) -m ""

.PHONY: check
check: lint types test ## All that must pass: lint, types, tests (these look at the documents, too)

.PHONY: lint
lint: $(VENV)/installed-dev ## Check style and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: $(VENV)/installed-dev ## Check types
	$(BIN)/mypy

.PHONY: format
format: $(VENV)/installed-dev ## Rewrite the code in house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

COG := $(BIN)/cog -P -I docs -n utf-8
DOCS := README.md docs/commands.md docs/correcting.md pipelines/README.md

.PHONY: docs
docs: $(VENV)/installed-dev ## Rewrite what the documents quote: commands, their output, figures
	$(COG) -r $(DOCS)

.PHONY: docs-check
docs-check: $(VENV)/installed-dev ## Check that the documents quote what the code says now
	$(COG) --check $(DOCS)

# The map for large graphs: sigma.js from the npm registry, as web/package-lock.json pins it. Without node the
# package works, and its page shows at most 1,500 nodes.
BUNDLE := kgraph/views/sigma.js
.PHONY: bundle
bundle: $(BUNDLE) ## Bundle the map for large graphs (needs node and npm)

$(BUNDLE): web/sigma.js web/bundle.mjs web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund --silent
	node web/bundle.mjs $(CURDIR)/$@

.PHONY: bundle-if-node
bundle-if-node: ## Bundle it where npm is
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory bundle; \
	else echo "no npm here: the page will show at most 1,500 nodes" >&2; fi

.PHONY: picture
picture: demo ## Take the pictures in the README from the real page (needs Chromium)
	$(BIN)/python -m pipelines.picture build/landscape.html docs/landscape.png docs/landscape-dark.png

.PHONY: notebooks
notebooks: $(VENV)/installed-dev ## Run the notebooks and keep what they show
	$(BIN)/python -m pipelines.notebooks

.PHONY: readers
readers: tests/readers/node_modules ## Install what reads exports in JavaScript (needs npm), for the tests

tests/readers/node_modules: tests/readers/package-lock.json
	npm --prefix tests/readers ci --silent --no-fund --no-audit
	@touch $@

# --------------------------------------------------------------------------------------------- to judge it

.PHONY: eval
eval: $(VENV)/installed-dev ## Score the extractor on annotated papers (GOLD=file)
	$(KGRAPH) eval $(GOLD)

.PHONY: bench
bench: $(VENV)/installed-dev ## Measure speed and memory (ARGS=--full: on all papers)
	$(BIN)/python -m pipelines.bench $(ARGS)

.PHONY: card
card: $(VENV)/installed-dev ## Measure the shipped extractor anew and write its model card
	$(BIN)/python -m pipelines.card

.PHONY: lexicon
lexicon: $(VENV)/installed-dev ## Write what was judged of mined names into the lexicon, and mine further ones
	$(BIN)/python -m pipelines.lexicon

.PHONY: train
train: $(VENV)/installed-train ## Train the extractor again, by the steps of project.yml that are not up to date
	$(BIN)/python -m weasel run all . $(ARGS)

# --------------------------------------------------------------------------------------------- to ship it

.PHONY: dist
dist: bundle-if-node | $(BIN)/python ## Build the wheel, and try it in an environment of its own
	rm -rf build/lib build/bdist.* dist build/clean
	$(BIN)/python -m pip --disable-pip-version-check --quiet wheel --no-deps --wheel-dir dist .
	$(BIN)/python -m venv build/clean
	build/clean/$(notdir $(BIN))/python -m pip --disable-pip-version-check --quiet install dist/*.whl
	build/clean/$(notdir $(BIN))/kgraph --help
	build/clean/$(notdir $(BIN))/kgraph build $(EXAMPLE) --db build/clean/kgraph.db
	build/clean/$(notdir $(BIN))/kgraph neighbors Mamba --db build/clean/kgraph.db

.PHONY: clean
clean: ## Remove what was built, all but .venv
	rm -rf build dist web/node_modules $(BUNDLE) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find kgraph pipelines tests docs -name __pycache__ -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------- environments

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "kgraph needs Python 3.11 or later: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/installed-dev: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) --editable ".[dev]"
	@touch $@ $(VENV)/installed

$(VENV)/installed-train: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) --editable ".[dev,train]"
	@touch $@ $(VENV)/installed $(VENV)/installed-dev
