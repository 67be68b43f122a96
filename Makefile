# Everything a newcomer needs: `make demo` and `make test` set up what is missing, then run.

TOOL = .build/release/widthwise
PYTHON = $$(python3 -c 'import numpy' 2>/dev/null && echo python3 || echo .venv/bin/python)
SWIFT = Sources Tests Package.swift Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Performance
ACCUMULATORS = 32:saturate 20:saturate 18:saturate 16:saturate 14:saturate

# A failing test run stays a failure behind the pipe that keeps its log.
SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c

.PHONY: setup demo reports test conformance validate bench performance seeds lint format clean

setup:
	@Scripts/setup.sh

demo: setup
	swift build -c release --product widthwise
	$(TOOL) simulate digits --device edge-npu --output reports/demo
	$(TOOL) compare digits --device edge-npu $(addprefix --accumulator ,$(ACCUMULATORS))

# The report that README quotes; `make test` fails when it is out of date.
reports: setup
	swift build -c release --product widthwise
	$(TOOL) compare digits --device edge-npu $(addprefix --accumulator ,$(ACCUMULATORS)) --output reports/digits
	$(PYTHON) Scripts/plot_comparison.py reports/digits/comparison.csv accumulator > reports/digits/comparison.svg

# The Swift tests come last, so that their summary ends the output.
test: setup lint
	@Scripts/onnx/onnxruntime.sh
	swift build --build-tests -c release
	$(PYTHON) Scripts/check_vectors.py --self-test
	Scripts/end_to_end.sh $(TOOL)
	.build/release/validate --output reports/validation.md --readme README.md --check
	swift test -c release --skip-build 2>&1 | tee .build/test.log
	@Scripts/conformance.sh --check .build/test.log

# One line a suite of recorded vectors: cases, equal, differing, skipped.
conformance: setup
	@Scripts/onnx/onnxruntime.sh
	Scripts/conformance.sh
	python3 Scripts/onnx/compare_export.py $(TOOL)

# Our figures beside published ones; says so when the figures are not there.
validate: setup
	swift build -c release --product validate
	.build/release/validate --output reports/validation.md --readme README.md

# Times of this code alone, with statistics: make bench FILTER='kernel.*16:saturate'. Never part of `make test`.
bench: setup
	swift package --package-path Benchmarks benchmark --filter '$(or $(FILTER),.*)'

# Ours beside other programs on the same work, all of it in about half an hour; a part by
# Scripts/peers/run.py --only conv,network.
performance: setup
	@Scripts/peers/setup.sh
	swift build -c release --product widthwise
	swift build -c release --package-path Benchmarks --product measure
	Scripts/peers/run.py --output reports/performance.md

# The headline results of four works, repeated on the networks of ../shared (hours; a part by Scripts/seeds/run.py --only).
seeds: setup
	swift build -c release --product widthwise
	Scripts/seeds/run.py

lint: setup
	swift format lint --strict -r $(SWIFT)

format:
	swift format -i -r $(SWIFT)

clean:
	swift package clean
	rm -rf reports/demo
