"""Expected against actual, causes, returns statistics and demand. Plain values in and out; no store, no clock.

`demand`, `returns_stats` and `classification` are the formulas that rules and pages share.
"""
