"""Returns as they were booked: units, money and documents by product, brand, category, branch and reason."""

from .db import Row, Store

_GROUPS = {
    "product": ("p.id", "p.name"),
    "brand": ("p.brand", "p.brand"),
    "category": ("p.category", "p.category"),
}


def totals(store: Store, source_id: int, since_day: int, until_day: int, usual_day: int) -> Row:
    """Over all products: sold and returned in a span of days, and what was usual in the days before it."""
    found = store.row(
        "SELECT round(total(CASE WHEN d.day >= :since THEN d.sold END), 6) AS sold,"
        " round(total(CASE WHEN d.day >= :since THEN d.returned END), 6) AS returned,"
        " round(total(CASE WHEN d.day < :since THEN d.sold END), 6) AS usual_sold,"
        " round(total(CASE WHEN d.day < :since THEN d.returned END), 6) AS usual"
        " FROM product_day d CROSS JOIN product p ON p.id = d.product_id"
        " WHERE p.source_id = :source AND d.day BETWEEN :usual AND :until",
        {"source": source_id, "since": since_day, "until": until_day, "usual": usual_day},
    )
    return found or {}


def sums(store: Store, source_id: int, by: str, since_day: int, until_day: int, usual_day: int) -> list[Row]:
    """Per group: sold and returned in a span of days, and what was usual in the days before it.

    Of products only those that came back: most sold and stayed away.
    """
    key, name = _GROUPS[by]
    inside, before = "d.day >= :since", "d.day < :since"
    came_back = "SELECT product_id FROM product_day WHERE returned > 0 AND day BETWEEN :since AND :until"
    only = f" AND p.id IN ({came_back})" if by == "product" else ""
    return store.rows(
        f"SELECT {key} AS key, {name} AS name, max(p.code) AS codigo,"
        f" round(sum(CASE WHEN {inside} THEN d.sold ELSE 0 END), 6) AS sold,"
        f" round(sum(CASE WHEN {inside} THEN d.returned ELSE 0 END), 6) AS returned,"
        f" round(sum(CASE WHEN {inside} THEN d.returned_amount ELSE 0 END), 6) AS amount,"
        f" sum(CASE WHEN {inside} THEN d.returns ELSE 0 END) AS documents,"
        f" round(sum(CASE WHEN {inside} THEN d.voided ELSE 0 END), 6) AS voided,"
        f" round(sum(CASE WHEN {before} THEN d.sold ELSE 0 END), 6) AS usual_sold,"
        f" round(sum(CASE WHEN {before} THEN d.returned ELSE 0 END), 6) AS usual"
        " FROM product_day d JOIN product p ON p.id = d.product_id"
        f" WHERE p.source_id = :source AND d.day BETWEEN :usual AND :until AND {key} IS NOT NULL{only} GROUP BY {key}",
        {"source": source_id, "since": since_day, "until": until_day, "usual": usual_day},
    )


def branch_sums(store: Store, source_id: int, since_day: int, until_day: int, usual_day: int) -> list[Row]:
    """The same per branch, through the sale: a return itself names none."""
    inside, before = "d.day >= :since", "d.day < :since"
    return store.rows(
        "SELECT d.branch AS key, d.branch AS name, NULL AS codigo,"
        f" round(sum(CASE WHEN {inside} THEN d.sold ELSE 0 END), 6) AS sold,"
        f" round(sum(CASE WHEN {inside} THEN d.returned ELSE 0 END), 6) AS returned, NULL AS amount, NULL AS documents,"
        " NULL AS voided,"
        f" round(sum(CASE WHEN {before} THEN d.sold ELSE 0 END), 6) AS usual_sold,"
        f" round(sum(CASE WHEN {before} THEN d.returned ELSE 0 END), 6) AS usual"
        " FROM branch_day d JOIN product p ON p.id = d.product_id"
        " WHERE p.source_id = :source AND d.day BETWEEN :usual AND :until AND d.branch <> '' GROUP BY d.branch",
        {"source": source_id, "since": since_day, "until": until_day, "usual": usual_day},
    )


def reasons(store: Store, source_id: int, since: str, until: str, product_id: int | None = None) -> list[Row]:
    """What people wrote on customer returns, alike but for case and accents, with how often and how many units."""
    return store.rows(
        "SELECT min(trim(d.note)) AS reason, count(DISTINCT d.id) AS documents, round(sum(l.quantity), 6) AS units"
        " FROM document d JOIN document_line l ON l.document_id = d.id"
        " WHERE d.source_id = ?1 AND d.kind = 'return' AND d.effect <> 'none' AND d.gone_at IS NULL"
        " AND coalesce(d.type, '') <> 'anulacion_factura' AND trim(coalesce(d.note, '')) <> ''"
        " AND d.date BETWEEN ?2 AND ?3 AND (?4 IS NULL OR l.product_id = ?4)"
        " GROUP BY fold(trim(d.note)) ORDER BY documents DESC, reason",
        (source_id, since, until, product_id),
    )


def by_type(store: Store, source_id: int, since: str, until: str) -> list[Row]:
    """Every type of return document, how many and how much; not all of them bring goods."""
    return store.rows(
        "SELECT coalesce(type, 'devolucion') AS type, count(*) AS documents,"
        " round(sum(coalesce(total, 0)), 6) AS amount FROM document WHERE source_id = ? AND kind = 'return'"
        " AND gone_at IS NULL AND lower(coalesce(state, '')) <> 'anulada' AND date BETWEEN ? AND ?"
        " GROUP BY 1 ORDER BY 2 DESC",
        (source_id, since, until),
    )


def voids_by_user(store: Store, source_id: int, since: str, until: str) -> list[Row]:
    """Bills voided by a document of their own, by who wrote it; the name is None where the system tells none."""
    return store.rows(
        "SELECT d.user AS name, count(*) AS documents, round(sum(coalesce(d.total, 0)), 6) AS amount FROM document d"
        " WHERE d.source_id = ?1 AND d.kind = 'return' AND d.gone_at IS NULL AND d.date BETWEEN ?2 AND ?3"
        " AND lower(coalesce(d.type, '')) = 'anulacion_factura' GROUP BY d.user ORDER BY documents DESC, d.user",
        (source_id, since, until),
    )


def returned_documents(
    store: Store, source_id: int, since: str, until: str, product_id: int, limit: int = 200
) -> list[Row]:
    """The documents that brought a product back, the newest first."""
    return store.rows(
        "SELECT d.id, d.number, d.external_id, d.date, d.type, d.state, d.branch, d.note, d.user, d.sale_id,"
        " round(sum(l.quantity), 6) AS units, round(sum(coalesce(l.total, 0)), 6) AS amount"
        " FROM document d JOIN document_line l ON l.document_id = d.id"
        " WHERE d.source_id = ? AND d.kind = 'return' AND d.gone_at IS NULL AND d.date BETWEEN ? AND ?"
        " AND l.product_id = ? GROUP BY d.id ORDER BY d.date DESC, d.id DESC LIMIT ?",
        (source_id, since, until, product_id, limit),
    )


def sold_lately(store: Store, products: list[int], since_day: int) -> dict[int, float]:
    """Units sold of products since a day."""
    marks = ", ".join("?" * len(products))
    return dict(
        store.execute(
            f"SELECT product_id, sum(sold) FROM product_day WHERE product_id IN ({marks}) AND day >= ?"
            " GROUP BY product_id",
            (*products, since_day),
        ).fetchall()
    )
