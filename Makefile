# Two commands are enough: `make run` and `make test`. Nothing but python3, git and make is needed.
.DEFAULT_GOAL := help
SHELL := /bin/sh
DEVSTACK := .venv/bin/python -m tutorme.devstack

# Who wants no bytecode beside the source has it inside .venv; without any, every process would
# compile three thousand files before it does something.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/.venv/bytecode
endif

.PHONY: help setup run stop shell manage test check e2e bench audit clients lock clean

help: ## Show these lines
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /  make \1	/' | expand -t 16

setup: ## Prepare .venv and the libraries of PDF (run and test do it by themselves)
	@sh tutorme/devstack/bootstrap.sh
	@sh tutorme/devstack/native.sh pdf

run: setup ## Start everything, load the demo, print the address (PORT=8000; WITHOUT="worker beat")
	@exec $(DEVSTACK) up

stop: ## Stop a running `make run` of this checkout
	@test ! -x .venv/bin/python || $(DEVSTACK) stop

shell: setup ## A Django shell on the data of `make run`
	@exec $(DEVSTACK) manage shell

manage: setup ## manage.py on the data of `make run`: make manage ARGS="doctor"
	@exec $(DEVSTACK) manage $(ARGS)

test: setup ## Everything: the checks, the suite, the slow, process and browser tests (ARGS= for pytest)
	@sh tutorme/devstack/native.sh chromium
	@exec $(DEVSTACK) test $(ARGS)

check: setup ## Lint, format, types, layers, templates, migrations, schema, house rules
	@exec $(DEVSTACK) check

e2e: setup ## The browser tests alone; fetches a Chromium where none is found
	@sh tutorme/devstack/native.sh chromium-anyhow
	@exec $(DEVSTACK) test --only browser $(ARGS)

bench: setup ## Measure everything beside its floor (SCALE=0.1; WRITE=1 puts the figures into docs/bench.md)
	@exec .venv/bin/python -m bench.everything

audit: setup ## Known weaknesses of what production installs (asks pypi.org)
	@exec $(DEVSTACK) audit

clients: setup ## Clients in Python and TypeScript from the contract, checked and walked (needs Node 20)
	@exec $(DEVSTACK) clients

lock: ## Resolve pyproject.toml anew into requirements/*.txt (needs uv)
	@sh tutorme/devstack/lock.sh

clean: ## Remove the environment, caches and the data of `make run`
	@test ! -x .venv/bin/python || $(DEVSTACK) clean
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov
