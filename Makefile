# Meltica. `make help` lists the targets.
SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
GOLANGCI    := v2.15.0
BIN         := $(CURDIR)/bin
VET         := go run ./cmd/meltica-vet
export MELTICA_CAPTURES ?= $(abspath $(CURDIR)/../shared/captures)

.DEFAULT_GOAL := help
.PHONY: help run generate check test test-race test-pooldebug test-plain test-tools bench imports lint prove-ban fuzz nightly ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## run the pipeline against the simulator until interrupted
	go run ./cmd/meltica-run

generate: ## regenerate everything from the schemas
	go generate ./...

check: ## fail if a generated file is missing, stale, edited or orphaned
	go run ./cmd/meltica-gen check

test: check test-race test-pooldebug test-plain ## everything that must pass before a commit

# The tools are the generator and the analyzers: one goroutine each, and slow under the race
# detector, so make test runs them plain and CI runs them with it.
TOOLS := ./gen/... ./cmd/meltica-gen ./cmd/meltica-vet

test-race: ## vet, then the tests under the race detector, shuffled; those of the tools are test-tools
	go vet ./...
	go test -race -shuffle=on ./cmd/internal/... ./cmd/meltica-run ./generated/... ./runtime/... ./schemas
	cd runtime/bench && go vet ./... && go test -shuffle=on ./...

test-pooldebug: ## the tests of all that holds leases, with quarantine and stacks
	go test -tags pooldebug -shuffle=on ./generated/... ./runtime/lib/pool ./runtime/dispatcher ./runtime/orchestrator \
		./runtime/pipeline ./runtime/provider

test-plain: ## the tools, and what the race detector would change or make slow: counts of allocations, long recordings
	go test -shuffle=on ./generated/... $(TOOLS)
	go test -run 'Alloc|Replay|Record' ./runtime/...

test-tools: ## the tools under the race detector, for CI
	go test -race -shuffle=on $(TOOLS)

bench: ## ours beside the non-pooled baseline, as ratios
	cd runtime/bench && go run .

imports: ## read the imports of every file; needs no build of the module and no other tool
	$(VET) imports

lint: ## meltica-vet, also with the tag pooldebug, then golangci-lint at the pinned version
	$(VET) ./...
	$(VET) --tags pooldebug ./generated/... ./runtime/...
	@test -x $(BIN)/golangci-lint-$(GOLANGCI) || { \
		GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI) && \
		mv $(BIN)/golangci-lint $(BIN)/golangci-lint-$(GOLANGCI); }
	$(BIN)/golangci-lint-$(GOLANGCI) run ./...

prove-ban: ## plant every form of a banned import in a copy and prove that each fails CI
	$(VET) prove-ban

FUZZTIME ?= 60s
fuzz: ## each fuzz target for FUZZTIME
	@go list -f '{{.Dir}} {{.ImportPath}}' ./... | while read -r dir pkg; do \
		{ grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null || true; } | sed 's/^func //' | while read -r f; do \
			echo "== $$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; done

nightly: fuzz ## what takes long: fuzzing, and the tests of the runtime five times
	go test -race -count=5 -shuffle=on ./runtime/...

ci: ## what CI runs
	bash .ci/run

clean: ## remove what make built
	rm -rf $(BIN)
