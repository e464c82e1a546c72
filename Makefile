# The project's commands. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
CARGO ?= cargo
# Python 3.11 to 3.13, for which the tools' versions are pinned.
PYTHON ?= python3
# x86_64 or arm64; the latter needs `rustup target add aarch64-unknown-linux-gnu`.
ARCHITECTURE ?= x86_64
TOOLS := target/tools
SAM := $(TOOLS)/sam
EMULATOR := $(TOOLS)/emulator
CHECKOV := $(TOOLS)/checkov
BROWSER := $(TOOLS)/browser
GENESYS := $(TOOLS)/genesys
RECORDINGS := $(TOOLS)/recordings
HAS_CHROMIUM := test -x /usr/bin/chromium -a -x /usr/bin/chromedriver
TARPAULIN := $(TOOLS)/bin/cargo-tarpaulin
TARPAULIN_VERSION := 0.37.5
CYCLONEDX := $(TOOLS)/bin/cargo-cyclonedx
CYCLONEDX_VERSION := 0.5.9
DENY := $(TOOLS)/bin/cargo-deny
DENY_VERSION := 0.20.2
MUTANTS := $(TOOLS)/bin/cargo-mutants
MUTANTS_VERSION := 27.1.0
FUNCTION := target/release/secure-pause
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1
# The same job in other languages, for `make bench`: Node 20 and the Python above.
NODE ?= node
NODE_JOB := $(TOOLS)/node-job
PYTHON_JOB := $(TOOLS)/python-job

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-15s %s\n", $$1, $$2 }'

.PHONY: release
release: ## build the function as it is deployed: target/release/secure-pause
	@echo "building the function (the first time takes a few minutes)" >&2
	$(CARGO) build --locked --release -p secure-pause

DEMO_LOG := target/demo/log.jsonl
.PHONY: demo
demo: release ## play a shift with the real binary in the simulated world; EVENT=events/….json replays one file
	$(CARGO) run --locked --quiet -p world --bin demo -- --function $(FUNCTION) \
		$(if $(EVENT),--event $(EVENT),--log $(DEMO_LOG))
	@# A replay is one event, and no shift to report on.
	$(if $(EVENT),,@echo; $(CARGO) run --locked --quiet -p evidence -- \
		--html target/demo/evidence.html --csv target/demo/evidence.csv $(DEMO_LOG))

.PHONY: evidence
evidence: ## write the evidence report of LOGS="files or directories": target/evidence/evidence.html and .csv; FROM=, TO=
	@test -n "$(LOGS)" || { echo 'name the exported log files or their directory: make evidence LOGS="shift.json"' >&2; \
		exit 2; }
	@echo "building the evidence tool (the first time takes a minute or two)" >&2
	$(CARGO) build --locked --quiet --release -p evidence
	target/release/evidence --html target/evidence/evidence.html --csv target/evidence/evidence.csv \
		$(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO)) $(LOGS)

# SEEDS=1 FIRST=seed replays one schedule; VERBOSE=1 prints what happens in it whether or not it breaks a promise.
# WITHOUT=… takes a protection away: `target/storm/storm machine --help` lists them.
.PHONY: storm
storm: ## play 1,000,000 seeded schedules of everything that can go wrong, in virtual time; SEEDS=, FIRST=
	@echo "building the storm (the first time takes some minutes)" >&2
	$(CARGO) run --locked --quiet --profile storm -p storm -- machine --seeds $(or $(SEEDS),1000000) \
		--first $(or $(FIRST),1) $(if $(WITHOUT),--without $(WITHOUT)) $(if $(VERBOSE),--verbose)

.PHONY: small-storm
small-storm: ## play 1,000 schedules against the real handler, ten times as fast as life; SEEDS=, FIRST=, WITHOUT=
	@echo "building the storm (the first time takes some minutes)" >&2
	$(CARGO) run --locked --quiet --profile storm -p storm -- small --seeds $(or $(SEEDS),1000) \
		--first $(or $(FIRST),1) $(if $(WITHOUT),--without $(WITHOUT))

# COMPARE= leaves out the same job in Node and Python; `make -s bench JSON=1` prints JSON and nothing else.
COMPARE ?= 1
.PHONY: bench
bench: release $(if $(COMPARE),rivals) ## measure cold, warm and thawed against their bars; STARTS=, RTT_MS=, COMPARE=
	@echo "building the bare program and the bench (the first time takes a minute or two)" >&2
	$(CARGO) build --locked --quiet --release -p bare
	@# A rival that could not be installed is left out: the bench says which bars it could not judge.
	rivals=(); \
	if [ -n "$(COMPARE)" ] && [ -e $(NODE_JOB)/.installed ]; then \
		rivals+=(--node "$$(command -v $(NODE))" $(NODE_JOB)/job.mjs); fi; \
	if [ -n "$(COMPARE)" ] && [ -e $(PYTHON_JOB)/.installed ]; then \
		rivals+=(--python $(PYTHON_JOB)/bin/python3 tests/world/bench/job.py); fi; \
	$(CARGO) run --locked --quiet --profile storm -p world --bin bench -- --function $(FUNCTION) \
		--starts $(or $(STARTS),30) --rtt-ms $(or $(RTT_MS),20) $(if $(JSON),--json) "$${rivals[@]}"

# `make -s surge JSON=1` prints JSON and nothing else. Nothing else should run meanwhile.
.PHONY: surge
surge: release ## play many secure pauses a minute under Genesys' limits (25 min); RATES=60,300 MINUTES= ARRIVALS= SEED=
	@echo "building the plain program and the surge (the first time takes some minutes)" >&2
	$(CARGO) build --locked --quiet --release -p plain
	$(CARGO) run --locked --quiet --profile storm -p world --bin surge -- --function $(FUNCTION) \
		$(if $(RATES),--rates $(RATES)) $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(ARRIVALS),--arrivals $(ARRIVALS)) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json)

.PHONY: rivals
rivals:
	@$(MAKE) --no-print-directory $(NODE_JOB)/.installed || echo "Node and its packages cannot be installed" >&2
	@$(MAKE) --no-print-directory $(PYTHON_JOB)/.installed || echo "Python and its packages cannot be installed" >&2

$(NODE_JOB)/.installed: tests/world/bench/job.mjs tests/world/bench/package.json tests/world/bench/package-lock.json
	@echo "installing the AWS SDK for Node into $(NODE_JOB)" >&2
	$(NODE) --version
	mkdir -p $(NODE_JOB)
	cp $^ $(NODE_JOB)
	npm ci --prefix $(NODE_JOB) --silent --no-audit --no-fund
	@touch $@

$(PYTHON_JOB)/.installed: tests/world/bench/requirements.txt
	@echo "installing boto3 and requests into $(PYTHON_JOB)" >&2
	$(PYTHON) -m venv --clear $(PYTHON_JOB)
	$(PYTHON_JOB)/bin/pip install --quiet --no-deps -r $<
	@touch $@

# The parts, the slowest first; each writes target/test/<part>.log and stands on its own: `make stack-test`.
TEST_PARTS := stack-test unit-test demo-test sam-local-test evidence-test doctor-test recordings-test genesys-test \
	lint-template

.PHONY: test
test: ## run every test, two parts at a time: Rust, demo, page, doctor, desk tools, flow, stack, SAM local, templates
	@printf '%s\n' 'On two cores, in minutes: building 1 to 8, then side by side' \
		'  stack-test      5  the template in a local AWS emulator' \
		'  unit-test       5  the function, its decision, both storms, the simulated world' \
		'  demo-test       3  a shift with the debug binary' \
		'  sam-local-test  1  `sam local invoke`, in Docker' \
		'  evidence-test   1  the evidence report, in Chromium' \
		'  doctor-test     2  the doctor on a terminal, against simulated organizations' \
		'  recordings-test 1  the desk tools that read and delete recordings' \
		'  genesys-test    1  data actions, secure flow, Terraform' \
		'  lint-template   1  cfn-lint and Checkov on every template'
	@rm -rf target/test && mkdir -p target/test
	@$(MAKE) --no-print-directory -j2 test-tools
	@$(MAKE) --no-print-directory build
	@echo "building the tests (the first time takes some minutes)" >&2
	@$(CARGO) test --locked --quiet --workspace --no-run
	@$(MAKE) --no-print-directory -j2 -k $(TEST_PARTS:%=target/test/%.log)
	@echo "every part has passed"
	@grep -hE '^(SKIPPED|not run)' target/test/*.log || true

.PHONY: test-tools
test-tools: chromium $(BROWSER)/.installed $(GENESYS)/.installed $(RECORDINGS)/.installed $(SAM)/.installed \
	$(EMULATOR)/.installed $(CHECKOV)/.installed

# Both build the package that they test.
target/test/sam-local-test.log: target/test/stack-test.log

target/test/%.log:
	@echo "$*: begun"; start=$$SECONDS; \
	if $(MAKE) --no-print-directory $* >$@ 2>&1; then echo "$*: passed after $$((SECONDS - start)) s"; \
	else cat $@; echo "$*: FAILED after $$((SECONDS - start)) s"; mv $@ target/test/$*.failed; exit 1; fi

.PHONY: unit-test
unit-test: ## the tests that need Rust only
	$(CARGO) test --locked --workspace

.PHONY: demo-test
demo-test: ## the demo, with the debug binary
	$(CARGO) build --locked --quiet -p secure-pause -p world
	target/debug/demo --function target/debug/secure-pause

.PHONY: evidence-test
evidence-test: chromium $(BROWSER)/.installed ## open the evidence report in a headless Chromium and recompute its figures
	@echo "building the function, the simulated world and the evidence tool" >&2
	$(CARGO) build --locked --quiet -p secure-pause -p world
	$(CARGO) build --locked --quiet -p evidence --bins --examples
	if $(HAS_CHROMIUM); then $(BROWSER)/bin/python3 -m pytest -q -p no:cacheprovider tests/evidence; \
	else echo "not run: evidence-test, because /usr/bin/chromium or /usr/bin/chromedriver is missing"; fi

.PHONY: picture
picture: chromium $(BROWSER)/.installed ## take the picture of the evidence report that docs/evidence.md shows
	$(CARGO) build --locked --quiet -p evidence --bins --examples
	$(BROWSER)/bin/python3 tests/evidence/picture.py docs/evidence.png

# Debian's packages: no other Chromium is tested with.
.PHONY: chromium
chromium:
	@if $(HAS_CHROMIUM); then exit 0; fi; \
	if ! command -v apt-get >/dev/null || test "$$(id -u)" != 0; then \
		echo "/usr/bin/chromium or /usr/bin/chromedriver is missing, and only root with apt-get can install them here:" \
			"run 'apt-get install chromium chromium-driver' as root, or install both there by other means" >&2; \
		test "$${CI:-}" != true; exit; \
	fi; \
	echo "installing Chromium and its driver (a minute or two)" >&2; \
	apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		chromium chromium-driver fonts-liberation >/dev/null

$(BROWSER)/.installed: tests/evidence/requirements.txt
	@echo "installing Selenium and pytest into $(BROWSER)" >&2
	$(PYTHON) -m venv --clear $(BROWSER)
	$(BROWSER)/bin/pip install --quiet --no-deps -r $<
	@touch $@

.PHONY: genesys-test
genesys-test: $(GENESYS)/.installed ## test what is imported into Genesys Cloud: data actions, secure flow, Terraform
	@echo "building the function and the simulated world" >&2
	$(CARGO) build --locked --quiet -p secure-pause -p world
	$(GENESYS)/bin/python3 -m pytest -q -rs -p no:cacheprovider tests/genesys

$(GENESYS)/.installed: tests/genesys/requirements.txt
	@echo "installing pytest, Velocity and parsers of JSON Schema, YAML and HCL into $(GENESYS)" >&2
	$(PYTHON) -m venv --clear $(GENESYS)
	$(GENESYS)/bin/pip install --quiet --no-deps -r $<
	@touch $@

.PHONY: doctor-test
doctor-test: $(RECORDINGS)/.installed ## run the doctor as a person does, against simulated organizations
	@echo "building the function and the simulated world" >&2
	$(CARGO) build --locked --quiet --workspace --bin secure-pause --bin world
	$(RECORDINGS)/bin/python3 -m pytest -q -p no:cacheprovider tests/doctor

.PHONY: recordings-test
recordings-test: $(RECORDINGS)/.installed verdicts ## test the desk tools that read and delete recordings
	$(CARGO) build --locked --quiet --workspace --bin world
	$(RECORDINGS)/bin/python3 -m pytest -q -p no:cacheprovider tests/recordings

$(RECORDINGS)/.installed: tests/recordings/requirements.txt
	@echo "installing pytest into $(RECORDINGS)" >&2
	$(PYTHON) -m venv --clear $(RECORDINGS)
	$(RECORDINGS)/bin/pip install --quiet --no-deps -r $<
	@touch $@

# ---- The inner loop: `make fmt lint quick` before each commit, `make check` before a push.

.PHONY: fmt
fmt: ## format the Rust code
	$(CARGO) fmt --all

.PHONY: lint
lint: ## what the code must pass before its tests: format, lints, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps

# The tests that wait for nothing: of `it`, those of its modules that start no process.
.PHONY: quick
quick: ## the tests of the decision and of what needs no process: two minutes at most, once built
	$(CARGO) test --locked --quiet -p secure-pause --lib --test decide
	$(CARGO) test --locked --quiet -p secure-pause --test it -- config:: ids:: retry::

.PHONY: check
check: lint test ## what CI runs: format, lints, documentation, tests

.PHONY: coverage
coverage: $(TARPAULIN) ## measure the lines of src that the tests run
	$(TARPAULIN) tarpaulin --locked --engine llvm --follow-exec --skip-clean --target-dir target/coverage \
		--packages secure-pause --include-files 'src/*' --out stdout

$(TARPAULIN):
	$(CARGO) install cargo-tarpaulin --version $(TARPAULIN_VERSION) --locked --root $(TOOLS)

# The bar for the share of viable mutants that must be caught, in per cent.
MUTANTS_BAR := 95
# Small and quick to link, random runs that are the same each time, and none of them shrunk: some seconds a mutant.
MUTANTS_ENV := CARGO_TARGET_DIR=$(CURDIR)/target/mutants/build CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0 \
	PROPTEST_CASES=500 PROPTEST_RNG_SEED=1 PROPTEST_MAX_SHRINK_ITERS=0 RUST_BACKTRACE=0

# FILES= names fewer files; SHARD=0/4 takes the first quarter, so that one run fits an hour.
.PHONY: mutants
mutants: $(MUTANTS) ## change the decision, one change at a time, and count what its tests notice; SHARD=0/4, FILES=
	@mkdir -p target/mutants
	@# It ends with 2 where a mutant was missed, with 3 where one ran out of time, which is as good as caught.
	$(MUTANTS_ENV) $(MUTANTS) mutants -f '$(or $(FILES),src/decide/**)' --no-shuffle --timeout 60 --colors never \
		--output target/mutants $(if $(SHARD),--shard $(SHARD)) -C=--locked -C=--test=decide \
		|| { status=$$?; test $$status -eq 2 -o $$status -eq 3; }
	@cd target/mutants/mutants.out; cat missed.txt; \
	awk -v bar=$(MUTANTS_BAR) -v missed="$$(wc -l < missed.txt)" -v caught="$$(cat caught.txt timeout.txt | wc -l)" \
		'BEGIN { all = caught + missed; share = all ? 100 * caught / all : 100; \
		printf "%d of %d viable mutants caught: %.1f %%\n", caught, all, share; exit share < bar }'

$(MUTANTS):
	@echo "building cargo-mutants into $(TOOLS) (some minutes)" >&2
	$(CARGO) install cargo-mutants --version $(MUTANTS_VERSION) --locked --debug --root $(TOOLS)

# ---- What the function is made of. See docs/security.md for when to run these.

.PHONY: sbom
sbom: $(CYCLONEDX) ## list all that is compiled into the function: target/sbom/secure-pause.cdx.json (CycloneDX)
	@# It writes a list beside every manifest of the workspace; only the function's is of use.
	trap 'rm -f *_bin.cdx.json tests/*/*_bin.cdx.json tools/*/*_bin.cdx.json' EXIT; \
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(CYCLONEDX) cyclonedx --quiet --format json --spec-version 1.5 \
		--describe binaries --target $(ARCHITECTURE:arm64=aarch64)-unknown-linux-gnu; \
	mkdir -p target/sbom; \
	mv secure-pause_bin.cdx.json target/sbom/secure-pause.cdx.json

.PHONY: deny
deny: $(DENY) ## check licences, bans and sources of all that is used against deny.toml
	$(DENY) --locked check bans licenses sources

# Unoptimized: they run for a second either way, and are built in half the time.
$(CYCLONEDX):
	@echo "building cargo-cyclonedx into $(TOOLS) (some minutes)" >&2
	$(CARGO) install cargo-cyclonedx --version $(CYCLONEDX_VERSION) --locked --debug --root $(TOOLS)

$(DENY):
	@echo "building cargo-deny into $(TOOLS) (some minutes)" >&2
	$(CARGO) install cargo-deny --version $(DENY_VERSION) --locked --debug --root $(TOOLS)

# ---- Deployment. Needs Python 3.11 to 3.13 besides Rust; the tools go into virtual environments under target/tools.

export SAM_CLI_TELEMETRY := 0
# `sam build` finds cargo-lambda on the path; the stack test and local replay run the tools by their paths.
WITH_TOOLS := PATH="$(CURDIR)/$(SAM)/bin:$$PATH"

$(SAM)/.installed: tests/stack/requirements-sam.txt
	@echo "installing SAM CLI, cargo-lambda and cfn-lint into $(SAM) (about a minute)" >&2
	$(PYTHON) -m venv --clear $(SAM)
	$(SAM)/bin/pip install --quiet --no-deps -r $<
	@touch $@

# The emulator pins its own botocore, so it lives apart.
$(EMULATOR)/.installed: tests/stack/requirements-emulator.txt
	@echo "installing the AWS emulator into $(EMULATOR)" >&2
	$(PYTHON) -m venv --clear $(EMULATOR)
	$(EMULATOR)/bin/pip install --quiet --no-deps -r $<
	@touch $@

.PHONY: validate
validate: $(SAM)/.installed ## check the template as SAM and CloudFormation would
	AWS_DEFAULT_REGION=us-east-1 $(WITH_TOOLS) sam validate --lint

$(CHECKOV)/.installed: tests/stack/requirements-checkov.txt
	@echo "installing Checkov into $(CHECKOV) (about a minute)" >&2
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/pip install --quiet --no-deps -r $<
	@touch $@

.PHONY: lint-template
lint-template: validate $(CHECKOV)/.installed ## lint every template with cfn-lint and Checkov; tools/stack/accepted-findings.yaml
	$(SAM)/bin/python3 tools/stack/lint.py

.PHONY: build
build: $(SAM)/.installed ## build for Lambda: target/lambda/secure-pause/bootstrap and .zip; CA_BUNDLE=
	@test -z "$(CA_BUNDLE)" || test -r "$(CA_BUNDLE)" || { echo 'CA_BUNDLE=$(CA_BUNDLE) cannot be read' >&2; exit 2; }
	@echo "building for Amazon Linux 2023 (the first time takes some minutes)" >&2
	$(WITH_TOOLS) sam build --parameter-overrides Architecture=$(ARCHITECTURE)
	$(WITH_TOOLS) cargo lambda build --release --bin secure-pause --output-format zip \
		$(if $(filter arm64,$(ARCHITECTURE)),--arm64,--x86-64)
	cp .aws-sam/build/Function/bootstrap target/lambda/secure-pause/bootstrap
	$(if $(CA_BUNDLE),cp "$(CA_BUNDLE)" .aws-sam/build/Function/ca.pem)

.PHONY: invoke
invoke: $(SAM)/.installed ## replay EVENT=events/….json under cargo-lambda's emulator, no Docker
	@echo "building the function and the simulated world (debug; the first time takes a minute or two)" >&2
	$(CARGO) build --locked --quiet --workspace
	tests/local/invoke $(SAM)/bin target/debug/world $(or $(EVENT),events/secure_pause/started.json)

.PHONY: sam-local
sam-local: $(SAM)/.installed ## replay EVENT=events/….json in Docker, with events/env.json or WORLD=1
	$(if $(WORLD),@$(CARGO) build --locked --quiet -p world --bin world)
	@WORLD=$(WORLD) tests/local/sam-local $(SAM)/bin $(or $(EVENT),events/secure_pause/started.json) \
		--parameter-overrides Architecture=$(ARCHITECTURE)

# The engine is Docker's that answers; without one, root with apt-get gets one for the time of the test.
.PHONY: sam-local-test
sam-local-test: build ## replay events by `sam local invoke`, in Lambda's base image or a stand-in
	$(CARGO) build --locked --quiet -p world --bin world
	$(SAM)/bin/python3 -m pytest -q -rs --capture=sys -p no:cacheprovider tests/local

.PHONY: stack-test
stack-test: build $(EMULATOR)/.installed ## deploy the template to a local AWS emulator and test the stack
	$(CARGO) build --locked --quiet --workspace
	$(SAM)/bin/python3 -m pytest -q -rs --capture=sys -p no:cacheprovider tests/stack

# Answers are kept in the section of samconfig.toml that ENV names.
.PHONY: deploy
deploy: $(SAM)/.installed ## build and deploy ENV=dev|prod of samconfig.toml; asks the first time only; CA_BUNDLE=
	@test -n "$(ENV)" || { echo 'name the environment: make deploy ENV=dev, or ENV=prod' >&2; exit 2; }
	@$(WITH_TOOLS) python3 tools/stack/deploy.py --env "$(ENV)" $(if $(CA_BUNDLE),--ca-bundle "$(CA_BUNDLE)")

.PHONY: mode
mode: $(SAM)/.installed ## change the mode of STACK= in seconds: MODE=observe|act|pause-only; without MODE=, show it
	@test -n "$(STACK)" || { echo 'name the stack: make mode MODE=pause-only STACK=secure-pause' >&2; exit 2; }
	@$(SAM)/bin/python3 tools/stack/mode.py --stack "$(STACK)" $(if $(MODE),--mode "$(MODE)")

.PHONY: preflight
preflight: $(SAM)/.installed ## ask the function of STACK=name what it could do, without doing it; JSON=1
	@$(SAM)/bin/python3 tools/stack/preflight.py --stack $(or $(STACK),secure-pause) $(if $(JSON),--json)

.PHONY: redrive
redrive: $(SAM)/.installed ## invoke ALIAS=arn with every event kept in QUEUE=url
	$(SAM)/bin/python3 tools/stack/redrive.py --queue-url "$(QUEUE)" --function "$(ALIAS)"

# ---- On a desk, against a real organization, by an OAuth client of its own: CLIENT=client.json, or typed in without echo.

# Debug: it runs for a second, and is built in half the time. `make` itself ends with 2 whether it says 1 or 2. The
# workspace's features are those that the tests are built with.
.PHONY: doctor
doctor: ## before anything is deployed: can secure pauses be handled in REGION=domain? Reads only; CLIENT=, JSON=1
	@test -n "$(REGION)" || { echo 'name the region: make doctor REGION=mypurecloud.ie' >&2; exit 2; }
	@$(PYTHON) tools/doctor/doctor.py --region "$(REGION)"
	@echo "building the function (the first time takes a minute or two)" >&2
	@$(CARGO) build --locked --quiet --workspace --bin secure-pause
	@$(PYTHON) tools/doctor/doctor.py --region "$(REGION)" $(if $(CLIENT),--client "$(CLIENT)") $(if $(JSON),--json) \
		--function target/debug/secure-pause

DESK = --region "$(REGION)" $(if $(CLIENT),--client "$(CLIENT)") --conversation "$(CONVERSATION)" \
	$(if $(PROOF_TOLERANCE_MS),--tolerance-ms "$(PROOF_TOLERANCE_MS)")

.PHONY: calibrate
calibrate: $(if $(CONVERSATION),verdicts) ## show what the recordings of CONVERSATION=id say of PAUSED_SCREEN; reads only; REGION=, CLIENT=, JSON=1
	@test -n "$(CONVERSATION)" || { echo 'name the test call: make calibrate REGION=mypurecloud.ie CONVERSATION=id' >&2; \
		exit 2; }
	@$(PYTHON) tools/recordings/calibrate.py $(DESK) $(if $(JSON),--json)

# Who has a proof record, or has looked, needs no figures.
.PHONY: purge
purge: $(if $(RECORDING),$(if $(LOG)$(filter 1,$(SEEN)),,verdicts)) ## delete the exposed screen recording RECORDING=id of CONVERSATION=id: a dry run without APPLY=1; LOG=, SEEN=1, OUT=
	@test -n "$(CONVERSATION)" -a -n "$(RECORDING)" || { \
		echo 'name it: make purge REGION=mypurecloud.ie CONVERSATION=id RECORDING=id LOG=proof.jsonl' >&2; exit 2; }
	@$(PYTHON) tools/recordings/purge.py $(DESK) --recording "$(RECORDING)" $(if $(LOG),--log "$(LOG)") \
		$(if $(PAUSED_SCREEN),--paused-screen "$(PAUSED_SCREEN)") $(if $(OUT),--out "$(OUT)") \
		$(if $(FOLLOW_MINUTES),--follow-minutes "$(FOLLOW_MINUTES)") $(if $(filter 1,$(SEEN)),--seen) \
		$(if $(filter 1,$(APPLY)),--apply)

.PHONY: verdicts
verdicts:
	@echo "building the function's table for the desk (debug; the first time takes some minutes)" >&2
	@# With the features of the whole workspace, as the other tests build: the dependencies are built once.
	@$(CARGO) build --locked --quiet --workspace --bin verdicts
