"""What a reconciliation says to people, in es, pt and en: sums, names of causes, and the evidence for a guess.

Facts come in as plain values and are put into words only here. The words stay neutral: what no document explains is
"sin documento", whatever one may think of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .report import Line, Part

LANGUAGES = ("es", "pt", "en")

CAUSES: dict[str, tuple[str, str, str]] = {
    "faltante": ("faltante sin documento", "falta sem documento", "short, no document"),
    "sobrante": ("entrada sin documento", "entrada sem documento", "over, no document"),
    "traslado_probable": ("probable traslado", "provável transferência", "probably a transfer"),
    "entrada_probable": ("probable entrada de mercadería", "provável entrada de mercadoria", "probably a receipt"),
    "venta_sin_existencia": ("venta sin existencia", "venda sem estoque", "sold more than there was"),
    "pedido_pendiente": ("pedido facturado después", "pedido faturado depois", "order invoiced later"),
    "jitter": ("lectura a medias, ya cuadró", "leitura no meio, já fechou", "read between two writings"),
    "factor_caja": ("se vende por caja", "vende-se por caixa", "sold by the box"),
    "kit_part": ("parte de un combo", "parte de um kit", "part of a kit"),
    "bodega_oculta": ("sin dato: bodega no visible", "sem dado: depósito oculto", "not known: warehouse hidden"),
    "documento_tardio": ("documento tardío", "documento tardio", "late document"),
    "consigna_reescrita": ("consignación facturada", "consignação faturada", "consignment billed"),
    "ajuste_manual": ("probable ajuste manual", "provável ajuste manual", "probably a manual adjustment"),
    "documento_sin_movimiento": (
        "documento que no movió existencias", "documento que não moveu estoque", "document that moved no stock",
    ),
    "devolucion_sin_ingreso": ("devolución sin ingreso", "devolução sem entrada", "refund without restock"),
    "unmatched": ("producto no identificado", "produto não identificado", "product not identified"),
    "merma": ("merma confirmada", "perda confirmada", "confirmed loss"),
}  # fmt: skip

_TEXT: dict[str, tuple[str, str, str]] = {
    "there_is": ("hay {0}", "há {0}", "there are {0}"),
    "not_known": ("no se conoce la existencia", "o estoque não é conhecido", "the stock is not known"),
    "packs": ("{0} paquetes de {1}", "{0} pacotes de {1}", "{0} packs of {1}"),
    "was_low": ("estaba en o bajo el mínimo", "estava no mínimo ou abaixo", "it was at or below its minimum"),
    "up_to_maximum": ("quedó en el máximo", "ficou no máximo", "it ended at its maximum"),
    "cost_changed": (
        "el costo pasó de {0} a {1}", "o custo passou de {0} a {1}", "its cost went from {0} to {1}",
    ),
    "round": ("cantidad redonda", "quantidade redonda", "a round quantity"),
    "supplier": (
        "{1} productos de {0} subieron a la vez", "{1} produtos de {0} subiram juntos",
        "{1} products of {0} rose together",
    ),
    "transfer": ("salieron y entraron {0} entre bodegas", "{0} saíram e entraram entre depósitos",
                 "{0} left one place and came to another"),
    "maybe_transfer": ("{0} podrían ser un traslado", "{0} podem ser transferência", "{0} may be a transfer"),
    "kit": ("se vendieron {1} de {0}: {2} por combo", "{1} de {0} vendidos: {2} por kit",
            "{1} of {0} were sold: {2} each"),
    "box": ("cuadraría si cada venta fuera una caja de {0}", "fecharia se cada venda fosse uma caixa de {0}",
            "it would come out if each sale were a box of {0}"),
    "together": ("{0} productos cambiaron a la vez", "{0} produtos mudaram juntos", "{0} products changed together"),
    "with": ("la otra mitad ya apareció", "a outra metade já apareceu", "its other half came up"),
    "boxes": ("contado por cajas de {0}", "contado por caixas de {0}", "counted in boxes of {0}"),
    "unmatched": ("en {0}", "em {0}", "in {0}"),
}  # fmt: skip


def _say(key: str, language: str, *values: object) -> str:
    return _TEXT[key][LANGUAGES.index(language)].format(*values)


def cause(name: str | None, language: str) -> str:
    """A cause as people read it."""
    if name is None:
        return ""
    return CAUSES[name][LANGUAGES.index(language)] if name in CAUSES else name


def number(amount: float, language: str = "es") -> str:
    """A quantity without needless zeros; Brazil writes the comma."""
    text = f"{amount:,.6f}".rstrip("0").rstrip(".").replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "pt" else text


def money(amount: float, language: str = "es") -> str:
    """An amount with two decimals and no currency: the inventory system tells none."""
    text = f"{amount:,.2f}".replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "pt" else text


def label(row: dict[str, Any]) -> str:
    """A document as a person would ask for it."""
    word = {"sale": "venta", "return": "devolución"}.get(row["document_kind"], row["document_kind"])
    return f"{word} {row['number'] or row['external_id']}"


def equation(line: "Line", language: str = "es") -> str:
    """The sum of a line: `40 − 14 + 2 + 1 = 29, hay 26`."""
    if line.opening is None or line.expected is None:
        return _say("not_known", language)
    terms = [number(line.opening, language)]
    signed = (-line.sold, line.cancelled, line.returned, line.receipts, line.adjustments)
    terms += [f"{'−' if term < 0 else '+'} {number(abs(term), language)}" for term in signed if term]
    there = "—" if line.actual is None else number(line.actual, language)
    return f"{' '.join(terms)} = {number(line.expected, language)}, {_say('there_is', language, there)}"


def sum_of(facts: dict[str, Any], language: str = "es") -> str:
    """The sum of one gap's window, as it was kept; empty where it was not."""
    told = facts.get("sum")
    if not told:
        return ""
    signed = (-told["sold"], told["cancelled"], told["returned"], told["receipts"], told["adjustments"])
    terms = [number(told["opening"], language)]
    terms += [f"{'−' if term < 0 else '+'} {number(abs(term), language)}" for term in signed if term]
    there = _say("there_is", language, number(told["actual"], language))
    return f"{' '.join(terms)} = {number(told['expected'], language)}, {there}"


def evidence(line: "Line", language: str = "es") -> str:
    """The sum of a line, and what speaks for its cause."""
    if line.cause == "unmatched":
        return _say("unmatched", language, ", ".join(each["label"] for each in line.facts["documents"]))
    told = [equation(line, language), *_reasons(line.facts, language)]
    return "; ".join(dict.fromkeys(told))


def part_evidence(part: "Part", language: str = "es") -> str:
    """What speaks for the cause of one gap."""
    return "; ".join(_reasons(part.facts, language))


def _reasons(facts: dict[str, Any], language: str) -> list[str]:
    told = []
    for reason in facts.get("receipt", ()):
        told.append(_receipt(reason, language))
    for key in ("transfer", "maybe_transfer", "together"):
        if key in facts:
            told.append(_say(key, language, number(facts[key], language)))
    if "kit" in facts:
        kit = facts["kit"]
        told.append(_say("kit", language, kit["name"], number(kit["sold"], language), kit["each"]))
    if "box" in facts:
        told.append(_say("box", language, facts["box"]["factor"]))
    if "with" in facts:
        told.append(_say("with", language))
    if len(facts.get("places", ())) > 1 or "transfer" in facts:
        told.append(", ".join(_place(place, language) for place in facts["places"]))
    return told


def _receipt(reason: dict[str, Any], language: str) -> str:
    if "packs" in reason:
        return _say("packs", language, reason["packs"], number(reason["size"], language))
    if "supplier" in reason:
        return _say("supplier", language, reason["supplier"], reason["products"])
    if "cost_changed" in reason:
        return _say("cost_changed", language, *(money(cost, language) for cost in reason["cost_changed"]))
    return _say(next(iter(reason)), language)


def _place(place: dict[str, Any], language: str) -> str:
    name = " / ".join(part for part in (place["branch"], place["warehouse"]) if part)
    sign = "+" if place["units"] > 0 else "−"
    return f"{name} {sign}{number(abs(place['units']), language)}"
