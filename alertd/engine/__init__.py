"""One turn of the loop, and the loop: fetch, snapshot, evaluate, decide, and put messages in the outbox.

The rooms it joins do the work; what is here is the order in which they do it, and what is one transaction.
"""
