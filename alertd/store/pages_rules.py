"""What a rule form suggests while somebody types: the words the catalogue really holds."""

from ..folding import fold
from .db import Store

MOST = 200
_COLUMNS = {
    "nombre_categoria": "SELECT DISTINCT category FROM product WHERE category <> '' ORDER BY 1",
    "marca": "SELECT DISTINCT brand FROM product WHERE brand <> '' ORDER BY 1",
    "nombre_proveedor": "SELECT DISTINCT supplier FROM product WHERE supplier <> '' ORDER BY 1",
    "tipo": "SELECT DISTINCT kind FROM product WHERE kind <> '' ORDER BY 1",
    "nombre_bodega": "SELECT DISTINCT name FROM warehouse WHERE hidden_at IS NULL ORDER BY 1",
    "nombre_sucursal": "SELECT DISTINCT branch FROM warehouse WHERE hidden_at IS NULL ORDER BY 1",
}


def words_of_the_catalogue(store: Store) -> dict[str, tuple[str, ...]]:
    """By the words of the rule language, the values they have; one walk through the products for each."""
    return {
        word: tuple(row[0] for row in store.execute(f"{sql} LIMIT {MOST}") if row[0]) for word, sql in _COLUMNS.items()
    }


def names_like(store: Store, column: str, text: str, limit: int = 12) -> list[str]:
    """Names or codes that hold these letters, whatever their case and accents."""
    if column not in ("name", "code") or not text.strip():
        return []
    rows = store.execute(
        f"SELECT DISTINCT {column} FROM product WHERE instr(search, ?) > 0 AND instr(fold({column}), ?) > 0 LIMIT ?",
        (fold(text.strip()), fold(text.strip()), limit),
    )
    return [row[0] for row in rows]
