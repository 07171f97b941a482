"""What nobody would think of, at every door: rules, webhooks, forms, the API, and what upstream systems answer.

`python -m tests.fuzz --seconds 300` asks for as long as one likes and prints counts; `test_fuzz` asks a few of the same
questions, always the same ones. What broke something once is a test of its own beside the code that it broke.
"""
