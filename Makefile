# `make` prints what there is. Everything builds in .build; builds that are instrumented or optimised for tests have a
# folder of their own beneath it, so that they do not undo the ordinary one.

.DEFAULT_GOAL := help
SHELL := /bin/bash

# Tests that are not part of `make test`: they need a real broker to be worth their time, or kill processes for minutes.
SLOW := --skip CrashTests
# What the sanitizers leave out: other processes and other people's brokers.
UNSANITIZED := --skip MillraceKafkaTests --skip CrashTests
# What ThreadSanitizer cannot do: it crashes itself in a child between fork and exec; and the simulator has one thread.
UNTHREADED := --skip ProcessTests --skip QuickstartTests --skip SimulationTests

ONLY ?=
KAFKA ?=
TOPIC ?=
ROUNDS ?= 20
SEEDS ?= 1000
FROM ?= 1
KIND ?=
TRACE ?= 0
SECONDS ?= 60
RECORDS ?= 2000000

SOURCES := $(wildcard Package.swift Sources Tests connectors examples Benchmarks .ci)

.PHONY: help
help: ## print this
	@echo 'make TARGET [NAME=value ...]'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

.PHONY: deps
deps: ## install the C libraries that are missing (Debian; done by the others when needed)
	@.ci/deps

.PHONY: quickstart
quickstart: deps ## run the example event-enrichment on an embedded Kafka broker, and see its records arrive
	swift build -c release --product event-enrichment
	.build/release/event-enrichment --quickstart

.PHONY: build
build: deps ## build everything, tests and examples too, for debugging
	swift build --build-tests

.PHONY: test
test: build ## run all tests but those that need a real broker or kill processes
	.ci/swift-test --skip-build $(SLOW)

.PHONY: test-kafka
test-kafka: build ## run the Kafka tests on a real broker: KAFKA=host:port, or one of its own
	MILLRACE_KAFKA=$(KAFKA) .ci/with-kafka .ci/swift-test --skip-build --filter '^MillraceKafkaTests\.'

.PHONY: crash
crash: build ## kill -9 a process under load and audit it: ROUNDS=20 [KAFKA=host:port, else an embedded broker]
	MILLRACE_CRASH_ROUNDS=$(ROUNDS) MILLRACE_KAFKA=$(KAFKA) .ci/swift-test --skip-build --filter '^CrashTests\.'

.PHONY: soak
soak: deps ## run the simulator over many seeds, optimised, on all cores: SEEDS=1000 [FROM=1] [KIND=records|scripts] [TRACE=lines]
	swift run --configuration release millrace-soak --seeds $(SEEDS) --from $(FROM) --trace $(TRACE) $(if $(KIND),--kind $(KIND))

.PHONY: test-thread
test-thread: deps ## run the tests under ThreadSanitizer
	mkdir -p .build/thread
	cc -shared -fPIC -O1 -o .build/thread/locks.so .ci/thread-locks.c -ldl
	MILLRACE_ALLOCATOR=system TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread-suppressions.txt:halt_on_error=0:exitcode=66 \
	LD_PRELOAD=$(CURDIR)/.build/thread/locks.so \
	    .ci/swift-test --sanitize thread --scratch-path .build/thread $(UNSANITIZED) $(UNTHREADED)

# The simulator computes for minutes without a pause, and then tests beside it meet their time limits: it runs alone.
.PHONY: test-address
test-address: deps ## run the tests under AddressSanitizer, which looks for leaks too
	export MILLRACE_ALLOCATOR=system LSAN_OPTIONS=suppressions=$(CURDIR)/.ci/leak-suppressions.txt:print_suppressions=0; \
	.ci/swift-test --sanitize address --scratch-path .build/address $(UNSANITIZED) --skip SimulationTests && \
	.ci/swift-test --sanitize address --scratch-path .build/address --skip-build --filter SimulationTests

.PHONY: fuzz
fuzz: deps ## run each fuzz target under libFuzzer and AddressSanitizer: SECONDS=60 [ONLY=name,...]
	.ci/fuzz $(SECONDS) $(ONLY)

.PHONY: bench
bench: deps ## run the benchmarks: [ONLY=name,...] [KAFKA=host:port TOPIC=name: its records instead of ones from memory]
	swift run --configuration release millrace-bench \
	    $(if $(ONLY),--only $(ONLY)) $(if $(KAFKA),--kafka $(KAFKA)) $(if $(TOPIC),--topic $(TOPIC))

.PHONY: bench-peers
bench-peers: deps ## compare with Kafka Streams on the same topics: [ONLY=name,...] [RECORDS=2000000]
	Benchmarks/bench-peers --records $(RECORDS) $(if $(ONLY),--only $(ONLY))

.PHONY: format
format: ## format the Swift sources in place
	swift format format --in-place --recursive --parallel $(SOURCES)

.PHONY: lint
lint: ## check the format of the Swift sources, and their imports
	swift format lint --strict --recursive --parallel $(SOURCES)
	.ci/check-imports
