"""The rule language: YAML files and expressions become one parametrised SQL predicate each.

This room writes SQL text and runs none; it knows no database, no clock and no network. Mistakes come back as values
with file, line and column, all of them at once, so that one bad rule never stops the others.
"""
