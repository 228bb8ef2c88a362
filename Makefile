# The few things that a person does here. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
COMPILE := $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --universal
FLAGS ?=
ON_CGROUP2 := -k 'test_cgroup or namespaces and (test_limits_hold or makes_users or usage_says or enough_memory)
ON_CGROUP2 += or test_limits_hold and not neighbour and not docker or test_apparmor or test_cores'
ON_CGROUP2 += $(addprefix tests/sandbox/,test_cgroup.py test_cores.py test_limits_hold.py test_sessions.py docker/test_apparmor.py)
# All at once, before any test runs: what of it is for tests as another user or in a virtual machine, too.
TESTED_WITH := gcc g++ x86_64-linux-gnu-as aarch64-linux-gnu-as node runc crun runsc dockerd busybox psql redis-server chromium newuidmap setpriv unshare
TESTED_WITH += $(if $(wildcard /sys/fs/cgroup/cgroup.controllers),,qemu-system-x86_64 cpio modprobe)
SUITE ?= sid
ON_NEWER_DOCKER := $(addprefix tests/sandbox/,test_tree.py test_limits_hold.py test_conformance.py test_sessions.py docker)
LIGHTLY := --timeout 600 -o faulthandler_timeout=900 -p no:schemathesis -p no:hypothesispytest -p no:anyio --noconftest -p tests.sandbox.fixtures
LIGHTLY += -p tests.sandbox.docker.private_engine

.PHONY: help
help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make .venv from the locks; again only where they changed

$(READY): requirements/dev.txt pyproject.toml scripts/setup scripts/find-python
	@scripts/setup $(VENV)
	@touch $@

.PHONY: up
up: setup ## Start Crucible here with its console, run a first program, and stay until Ctrl-C (FLAGS="--port 8000")
	@scripts/build-console --optional
	@$(BIN)/python scripts/up.py $(FLAGS)

.PHONY: console
console: setup ## Build the web console, where web/ changed since it was built
	@scripts/build-console

.PHONY: up-scaled
up-scaled: setup ## Start the scaled-out form here: PostgreSQL, Redis and each role a process, until Ctrl-C
	@scripts/system-packages psql redis-server
	@$(BIN)/python scripts/up_scaled.py $(FLAGS)

.PHONY: screenshots
screenshots: setup ## Take the console's pages anew for docs/screenshots
	@scripts/system-packages chromium
	@scripts/build-console
	scripts/with-node npm --prefix web run --silent screenshots

.PHONY: lighthouse
lighthouse: setup ## What Lighthouse says of the console's pages in Chromium; fails below 95 (FLAGS="--form mobile")
	@scripts/system-packages chromium
	@scripts/build-console
	@scripts/with-node npm --prefix web/lighthouse ci --silent --no-progress
	@scripts/with-node env -C web/lighthouse node run.mjs $(FLAGS)

.PHONY: console-speed
console-speed: setup ## Measure a first output, typing beside a stream, and scrolling through 100,000 rows
	@scripts/system-packages chromium
	@scripts/build-console
	@scripts/with-node npm --prefix web run --silent latency

.PHONY: test
test: setup ## Run every test on the real kernel, with coverage (FLAGS="-k name"); leaves nothing behind
	@scripts/system-packages $(TESTED_WITH)
	@scripts/build-console
	@$(BIN)/python scripts/run_tests.py $(FLAGS)

.PHONY: chaos
chaos: setup ## Kill roles and servers under load for minutes, then count (FLAGS="--seconds 60 --seed 7")
	@scripts/system-packages psql redis-server
	@PYTHONPATH=scripts $(BIN)/python -m tests.chaos $(FLAGS)

.PHONY: test-cgroup2
test-cgroup2: setup ## Run tests of limits, and of Docker under AppArmor, in a virtual machine with cgroup v2 (Debian; some minutes)
	@CRUCIBLE_TEST_ENGINES=namespaces,crun,docker scripts/cgroup2-vm $(LIGHTLY) $(or $(FLAGS),$(ON_CGROUP2))

.PHONY: test-docker
test-docker: setup ## Run tests of the engine docker with a newer Docker, of another of Debian's suites (SUITE=trixie; minutes)
	@CRUCIBLE_TEST_ENGINES=docker scripts/with-docker-of $(SUITE) $(BIN)/python -m pytest $(or $(FLAGS),$(ON_NEWER_DOCKER))

.PHONY: check
check: setup ## Lint, format, types, import rules, documents that are generated
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-types check-the-rest

.PHONY: check-types
check-types: # takes as long as all the rest, which runs beside it
	$(BIN)/mypy

.PHONY: check-the-rest
check-the-rest:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m crucible.api.openapi --check
	$(BIN)/python -m tests.security.catalogue --check
	$(BIN)/python scripts/check_tree.py
	@# Tests borrow each other's claims, of which most are run by some tiers alone.
	@found=$$($(BIN)/python -m pytest --collect-only --quiet) || { echo "$$found"; exit 1; }
	@scripts/build-console --packages-only
	scripts/with-node npm --prefix web run --silent check

.PHONY: bench
bench: setup ## Measure speed and memory beside bare Python, some minutes (FLAGS="--json FILE --markdown README.md")
	@PYTHONPATH=scripts $(BIN)/python -m benchmarks $(FLAGS)

.PHONY: bench-scaled
bench-scaled: setup ## Measure the scaled-out form, up to a million evaluations in its table (some minutes)
	@scripts/system-packages psql redis-server
	@PYTHONPATH=scripts $(BIN)/python -m benchmarks.scaled $(FLAGS)

.PHONY: soak
soak: setup ## Run 20,000 evaluations and see that nothing of them stays (FLAGS="--evaluations 5000")
	@$(BIN)/python -m benchmarks.soak $(FLAGS)

.PHONY: lock
lock: setup ## Write the locks anew from pyproject.toml (FLAGS="--upgrade" for the newest versions)
	$(COMPILE) $(FLAGS) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) $(FLAGS) --all-extras --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) $(FLAGS) --group node -o requirements/node.txt

.PHONY: clean
clean: ## Remove what was made here: .venv, caches, build output
	rm -rf $(VENV) web/node_modules web/lighthouse/node_modules web/test-results crucible/api/static build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
