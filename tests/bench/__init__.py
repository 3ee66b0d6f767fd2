"""The benchmark: ratios taken in one interleaved run, beside floors of the same machine and minute.

`python -m tests.bench` (or `make bench`) prints the table and writes `docs/benchmarks.md`.
"""
