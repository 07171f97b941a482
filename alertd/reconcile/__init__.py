"""Expected stock against actual stock: what moved without a document, what probably explains it, and returns.

It compares a system's stock with the same system's documents. What it finds is a question for a person, never an
accusation: stock that changed without a sale or a return behind it, when, where, and what it was worth. Most modules
are arithmetic on plain values; `loading`, `step`, `report`, `counts` and `returns` fetch from the store and keep there.
"""
