# The commands of every day. `make help` lists them; what they do in detail stands in tools/ and
# CMakePresets.json.
.NOTPARALLEL:
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

INPUT ?=
TEXT ?=
PREFIX ?= /usr/local
SECONDS_EACH ?= 60
RELEASE := build/release/bin/insightflow

help: ## Shows this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: ## Installs the packages that are missing (Debian 12; asks for root where needed)
	@tools/setup build

build: setup ## Builds the command: build/release/bin/insightflow
	@tools/build release
	@echo "The command is $(RELEASE)"

demo: build ## Walks the main job; on your own file with INPUT=file.csv TEXT=column
	@examples/demo.sh "$(RELEASE)" "$(INPUT)" "$(TEXT)"

test: setup ## Builds and runs all tests
	@tools/build dev
	@tools/test dev

check: ## Format, include direction, headers, warnings, clang, sanitizers, a short fuzz run
	@tools/setup build check
	@tools/check

serve: build ## Runs the HTTP server on a database of its own, build/serve/insightflow.db
	@mkdir -p build/serve
	@export INSIGHTFLOW_DB=build/serve/insightflow.db; \
	[[ -e $$INSIGHTFLOW_DB ]] || $(RELEASE) init; \
	exec $(RELEASE) serve

bench: build ## Runs the benchmarks; prints tables and JSON
	@for program in build/release/bin/bench_*; do echo "== $${program##*/bench_}"; "$$program"; done
	@bench/include_cost

fuzz: ## Runs every fuzz target for SECONDS_EACH (60) seconds
	@tools/setup build check
	@tools/build asan
	@tools/fuzz $(SECONDS_EACH)

contract: setup ## Tries every operation of the API by its OpenAPI document (schemathesis)
	@command -v schemathesis >/dev/null || [[ -x build/contract/bin/schemathesis ]] || \
	  { python3 -m venv build/contract && build/contract/bin/pip install --quiet 'schemathesis>=4,<5'; }
	@tools/build dev insightflow_cli
	@tools/contract dev

format: ## Formats all C++ files in place
	@tools/setup check
	@tools/format

install: build ## Installs library, headers and command under PREFIX (/usr/local)
	@cmake --install build/release --prefix "$(PREFIX)"

clean: ## Removes everything that was built
	@rm -rf build

.PHONY: help setup build demo test check serve bench fuzz contract format install clean
