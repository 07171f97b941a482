"""What to order today: the rules' own suggestions, in order by supplier, and what other branches could give instead.

The page, the command line and nobody else come here. The terms are kept in `store.buying`, orders in `store.supply`,
the formulas are in `reconcile.ordering`.
"""
