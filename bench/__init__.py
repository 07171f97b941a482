"""Workloads and timings: `python -m bench`, or `make bench`. Nothing of alertd imports this.

What is measured stands in docs/performance.md. Every figure is a ratio of two things that ran in turn, in one run.
"""
