"""The page: a Flask application that shows what alertd knows. It reads through `alertd.store` and decides nothing."""
