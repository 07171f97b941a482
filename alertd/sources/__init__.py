"""Where stock comes from: one module per upstream system, and one HTTP client for all of them.

Only this room knows the upstream words. Out come `Product`, `StockLevel` and documents in the nouns of `alertd.model`.
It writes nothing: what it reads goes through `alertd.engine` into `alertd.store`.
"""
