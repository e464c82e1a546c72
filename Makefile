# What the README names, and nothing it does not. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
CARGO ?= cargo
TOOLS := target/tools
TARPAULIN := $(TOOLS)/bin/cargo-tarpaulin
TARPAULIN_VERSION := 0.37.5
FUNCTION := target/release/secure-pause

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

.PHONY: release
release: ## build the function as it is deployed: target/release/secure-pause
	@echo "building the function (the first time takes a few minutes)" >&2
	$(CARGO) build --locked --release -p secure-pause

.PHONY: demo
demo: release ## play a shift with the real binary in the simulated world; EVENT=events/….json replays one file
	$(CARGO) run --locked --quiet -p world --bin demo -- --function $(FUNCTION) $(if $(EVENT),--event $(EVENT))

.PHONY: test
test: ## run every test, and the demo with the debug binary
	$(CARGO) test --locked --workspace
	$(CARGO) run --locked --quiet -p world --bin demo -- --function target/debug/secure-pause

.PHONY: check
check: ## what CI runs: format, lints, docs, tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps
	$(MAKE) --no-print-directory test

.PHONY: coverage
coverage: $(TARPAULIN) ## measure the lines of src that the tests run
	$(TARPAULIN) tarpaulin --locked --engine llvm --follow-exec --skip-clean --target-dir target/coverage \
		--packages secure-pause --include-files 'src/*' --out stdout

$(TARPAULIN):
	$(CARGO) install cargo-tarpaulin --version $(TARPAULIN_VERSION) --locked --root $(TOOLS)
