"""Faults on purpose, for minutes: `make soak`, or `python -m tests.soak --minutes 2`. See `docs/operations.md`."""
