# tidemark: `make help` lists what there is.
SHELL := /bin/bash
export CGO_ENABLED := 0
export GOFLAGS := -buildvcs=false

GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOFUMPT  := go run mvdan.cc/gofumpt@v0.12.0
VULN     := go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
PACKAGES := ./... ./testdata/lab/... ./testdata/editor ./testdata/hostile ./testdata/needed

.DEFAULT_GOAL := help

.PHONY: help build demo test soak lint lint-go lint-scripts vuln bench lab-up lab-down reference fmt

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The build id: a digest of what the binary is made from, so that builds for two architectures count as one.
SOURCES = $(shell find cmd engine runbooks schema steps -type f -not -name '*_test.go' -not -path '*/testdata/*' | LC_ALL=C sort) go.mod go.sum
BUILD_ID = $(shell cat $(SOURCES) | sha256sum | cut -c1-16)

build: ## build bin/tidemark, one static binary
	go build -trimpath -ldflags '-s -w -X main.sourceID=$(BUILD_ID)' -o bin/tidemark ./cmd/tidemark

# SC1091: what a script of the lab reads lies on the lab's machines.
SCRIPTS = $(shell grep -rIlE --exclude='*.txtar' '^\#!.*[/ ](ba)?sh( -.*)?$$' testdata .ci)

bin/lab: $(shell find testdata/lab -name '*.go')
	go build -o bin/lab ./testdata/lab

demo: ## install what it needs, start the lab, back up, destroy, restore, be killed half-way, resume; show the result
	@testdata/demo.sh

test: ## install what it needs and run every test; what cannot be had here (the lab without root) is named at the end
	@testdata/test.sh

soak: build bin/lab ## the lab tests at all kill points, with more data; hours
	TIDEMARK_SOAK=1 testdata/test.sh

lint: lint-go lint-scripts ## formatting, vet, golangci-lint, shellcheck

lint-go:
	@bad=$$($(GOFUMPT) -l cmd engine runbooks schema steps testdata) && \
	test -z "$$bad" || { echo "not formatted; run: make fmt"; echo "$$bad"; exit 1; }
	go vet $(PACKAGES)
	$(GOLANGCI) run $(PACKAGES)

lint-scripts:
	@command -v shellcheck >/dev/null || { echo "shellcheck is missing: apt-get install shellcheck"; exit 1; }
	shellcheck -e SC1091 $(SCRIPTS)

vuln: ## known vulnerabilities in the dependencies, where the database is reachable
	$(VULN) ./...

bench: build bin/lab ## the benchmarks, as ratios in one run
	@testdata/bench.sh

lab-up: bin/lab ## start the lab (root, Debian 12)
	testdata/lab/install.sh
	bin/lab up

lab-down: bin/lab ## stop and remove the lab
	bin/lab destroy

reference: ## write the generated files anew: docs/reference, schema/*.schema.json
	go test ./cmd/tidemark -run TestReference -update

fmt: ## format the code
	$(GOFUMPT) -w cmd engine runbooks schema steps testdata
