"""How a figure comes about: what goes in, the formula in words, and over which days it was counted.

One table for `rules preview` and for the page of an alert. Inputs are SQL columns like those of the words, so that what
is explained is what was judged.
"""

from dataclasses import dataclass
from typing import Any

from ..reconcile import ordering
from ..reconcile.classification import CLASS_DAYS, DEAD_DAYS, LONG_COVER_DAYS
from ..reconcile.demand import WINDOW_DAYS
from . import measures

Words = tuple[str, str, str]
"""The same in Spanish, Portuguese and English."""
LANGUAGES = ("es", "pt", "en")


def said(words: Words, language: str) -> str:
    """The words of a language."""
    return words[LANGUAGES.index(language) if language in LANGUAGES else 2]


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that goes in. `sql` is the same for every subject, or one for each."""

    name: str
    unit: str | None
    label: Words
    sql: str | dict[str, str]

    def column(self, on: str) -> str:
        """Its SQL for a kind of subject."""
        return self.sql if isinstance(self.sql, str) else self.sql.get(on, "NULL")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said of one word. A note may speak of inputs in braces; it is left out where one of them is not known."""

    formula: Words
    inputs: tuple[Input, ...]
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One input of a figure: `name` for programs, `label` for people."""

    name: str
    label: str
    value: Any
    unit: str | None


@dataclass(frozen=True, slots=True)
class Explained:
    """How one figure came about."""

    measure: str
    inputs: tuple[Ingredient, ...]
    formula: str
    result: Any
    note: str | None

    def document(self) -> dict[str, Any]:
        """For programs."""
        inputs = [{"name": each.name, "value": each.value, "unit": each.unit} for each in self.inputs]
        return {
            "measure": self.measure,
            "inputs": inputs,
            "formula": self.formula,
            "result": self.result,
            "note": self.note,
        }


def _input(name: str, unit: str | None, es: str, pt: str, en: str, sql: str | dict[str, str]) -> Input:
    return Input(name, unit, (es, pt, en), sql)


_STOCK = _input("stock", "units", "existencias", "estoque", "stock", "r.stock")
_MINIMUM = _input("stock_minimo", "units", "mínimo", "mínimo", "minimum", "r.minimum")
_MAXIMUM = _input("stock_maximo", "units", "máximo", "máximo", "maximum", "r.maximum")
_PREVIOUS = _input("previous_stock", "units", "existencias antes", "estoque antes", "stock before", "r.previous_stock")
_PRICE = _input("precio", "money", "precio", "preço", "price", "r.price")
_COST = _input("costo", "money", "costo", "custo", "cost", "coalesce(r.average_cost, r.cost)")
_COST_NOW = _input("costo", "money", "costo", "custo", "cost", "r.cost")
_COST_BEFORE = _input("costo_anterior", "money", "costo anterior", "custo anterior", "cost before", "r.previous_cost")
_NET = _input(
    "net_units", "units", "vendidas menos devueltas", "vendidas menos devolvidas", "sold less returned", "m.net"
)
_WINDOW = _input("window_days", "days", "ventana", "janela", "window", f"{WINDOW_DAYS}")
_IN = _input("in_stock_days", "days", "días con existencias", "dias com estoque", "days in stock", measures.IN_DAYS)
_OUT = _input("out_of_stock_days", "days", "días agotado", "dias sem estoque", "days out of stock", "m.out_days")
_RATE = _input("daily_sales", "units a day", "venta diaria", "venda diária", "daily sales", "m.rate")
_EXPECTED = _input("expected_sales", "units a day", "venta esperada", "venda esperada", "expected sales", "m.expected")
_PATTERN = _input("demand_pattern", None, "cómo se vende", "como vende", "how it sells", "m.pattern")
_DEVIATION = _input(
    "deviation", "units", "variación de un día", "variação de um dia", "deviation of a day", "m.deviation"
)
_LEAD = _input(
    "lead_days", "days", "tarda en llegar", "demora para chegar", "delivery takes",
    f"coalesce({measures.term('lead_days')}, {ordering.LEAD_DAYS})",
)  # fmt: skip
_REVIEW = _input(
    "review_days", "days", "se pide cada", "se pede a cada", "ordered every",
    f"coalesce({measures.term('review_days')}, {ordering.REVIEW_DAYS})",
)  # fmt: skip
_COVERAGE = _input(
    "coverage_days", "days", "debe alcanzar para", "deve durar", "should last",
    f"coalesce({measures.term('coverage_days')}, {ordering.COVERAGE_DAYS})",
)  # fmt: skip
_SERVICE = _input("service", "percent", "servicio", "serviço", "service", measures.term("service"))
_SAFETY = _input("safety_stock", "units", "reserva", "reserva", "reserve", "m.safety")
_POINT = _input("reorder_point", "units", "punto de pedido", "ponto de pedido", "reorder point", "m.reorder_point")
_TARGET = _input("target", "units", "meta", "meta", "target", "m.target")
_ON_ORDER = _input("on_order", "units", "ya pedido", "já pedido", "on order", measures.ON_ORDER)
_PACK = _input("pack", "units", "empaque", "embalagem", "pack", measures.term("pack"))
_LEAST = _input("least", "units", "pedido mínimo", "pedido mínimo", "least order", measures.term("least"))
_SILENT = _input(
    "days_without_sale", "days", "días sin venta", "dias sem venda", "days without a sale", "m.silent_days"
)
_LOST = _input("lost_units", "units", "unidades perdidas", "unidades perdidas", "units lost", "m.lost")

_UNITS = _input("units", "units", "unidades", "unidades", "units", "r.units")
_SOLD = _input("sold", "units", "vendidas", "vendidas", "sold", "r.sold_units")
_USUAL = _input(
    "usual_units", "units", "unidades los 90 días antes", "unidades nos 90 dias antes",
    "units in the 90 days before", "r.usual",
)  # fmt: skip
_USUAL_SOLD = _input(
    "sold_before", "units", "vendidas los 90 días antes", "vendidas nos 90 dias antes",
    "sold in the 90 days before", "r.usual_sold",
)  # fmt: skip
_RETURNED = (_UNITS, _SOLD, _USUAL, _USUAL_SOLD)
_OPENING = _input("opening", "units", "al inicio", "no início", "at the start", "r.opening")
_UNDOCUMENTED = _input(
    "undocumented", "units", "sin documento", "sem documento", "without a document", "r.undocumented"
)
_SOLD_THEN = _input("sold", "units", "vendidas", "vendidas", "sold", "r.sold")

_COUNTED: Words = (
    "Ventana de {window_days} días, {in_stock_days} con existencias.",
    "Janela de {window_days} dias, {in_stock_days} com estoque.",
    "Window of {window_days} days, {in_stock_days} of them in stock.",
)
_ESTIMATE: Words = (
    "Estimado: ventana de {window_days} días, {in_stock_days} con existencias.",
    "Estimativa: janela de {window_days} dias, {in_stock_days} com estoque.",
    "An estimate: window of {window_days} days, {in_stock_days} of them in stock.",
)

EXPLAINED: dict[str, Explanation] = {
    "change": Explanation(
        ("existencias − existencias antes", "estoque − estoque antes", "stock − stock before"), (_STOCK, _PREVIOUS)
    ),
    "stock_value": Explanation(
        ("existencias × costo promedio (si no, costo)", "estoque × custo médio (senão, custo)",
         "stock × average cost (else cost)"),
        (_STOCK, _COST),
    ),
    "daily_sales": Explanation(
        ("vendidas menos devueltas ÷ días con existencias", "vendidas menos devolvidas ÷ dias com estoque",
         "sold less returned ÷ days in stock"),
        (_NET, _IN, _WINDOW), _COUNTED,
    ),
    "days_of_cover": Explanation(
        ("existencias ÷ venta diaria", "estoque ÷ venda diária", "stock ÷ daily sales"),
        (_STOCK, _NET, _IN, _WINDOW), _COUNTED,
    ),
    "expected_sales": Explanation(
        ("venta diaria; si se vende solo algunas semanas, su promedio suavizado por semana ÷ 7 (TSB)",
         "venda diária; se vende só em algumas semanas, sua média semanal suavizada ÷ 7 (TSB)",
         "daily sales; for what sells in some weeks only, its smoothed weekly mean ÷ 7 (TSB)"),
        (_RATE, _PATTERN, _IN, _WINDOW), _COUNTED,
    ),
    "safety_stock": Explanation(
        ("venta esperada × días de reserva, o por nivel de servicio según cuánto varían ventas y entregas",
         "venda esperada × dias de reserva, ou por nível de serviço conforme variam vendas e entregas",
         "expected sales × days in reserve, or by level of service from how much sales and deliveries vary"),
        (_EXPECTED, _DEVIATION, _LEAD, _REVIEW, _SERVICE, _IN, _WINDOW), _COUNTED,
    ),
    "reorder_point": Explanation(
        ("venta esperada × (tarda + se pide cada) + reserva, hacia arriba",
         "venda esperada × (demora + se pede a cada) + reserva, para cima",
         "expected sales × (delivery takes + ordered every) + reserve, rounded up"),
        (_EXPECTED, _LEAD, _REVIEW, _SAFETY, _IN, _WINDOW), _COUNTED,
    ),
    "lead_time": Explanation(
        ("tarda en llegar + se pide cada", "demora para chegar + se pede a cada", "delivery takes + ordered every"),
        (_LEAD, _REVIEW),
    ),
    "suggested_order": Explanation(
        ("existencias + ya pedido por encima del mínimo y del punto de pedido: 0; si no, hasta el máximo "
         "(sin máximo: hasta la meta de ventas), al menos el pedido mínimo, en empaques completos",
         "estoque + já pedido acima do mínimo e do ponto de pedido: 0; senão, até o máximo "
         "(sem máximo: até a meta de vendas), ao menos o pedido mínimo, em embalagens inteiras",
         "stock + on order above minimum and reorder point: 0; else up to the maximum "
         "(without one: up to the target of sales), at least the least order, in whole packs"),
        (_STOCK, _ON_ORDER, _MINIMUM, _MAXIMUM, _POINT, _TARGET, _PACK, _LEAST, _LEAD, _REVIEW, _COVERAGE, _IN,
         _WINDOW),
        _COUNTED,
    ),
    "lost_units": Explanation(
        ("venta diaria × días agotado", "venda diária × dias sem estoque", "daily sales × days out of stock"),
        (_RATE, _OUT, _IN, _WINDOW), _ESTIMATE,
    ),
    "lost_sales": Explanation(
        ("unidades perdidas × precio", "unidades perdidas × preço", "units lost × price"),
        (_LOST, _PRICE, _OUT, _IN, _WINDOW), _ESTIMATE,
    ),
    "lost_margin": Explanation(
        ("unidades perdidas × (precio − costo)", "unidades perdidas × (preço − custo)", "units lost × (price − cost)"),
        (_LOST, _PRICE, _COST, _OUT, _IN, _WINDOW), _ESTIMATE,
    ),
    "phantom_probability": Explanation(
        ("probabilidad de tantos días con existencias sin ninguna venta, al ritmo de antes",
         "probabilidade de tantos dias com estoque sem nenhuma venda, no ritmo de antes",
         "chance of that many days in stock without any sale, at the pace before"),
        (_STOCK, _SILENT),
    ),
    "tied_capital": Explanation(
        (f"existencias × costo, si nadie compró en {DEAD_DAYS} días",
         f"estoque × custo, se ninguém comprou em {DEAD_DAYS} dias",
         f"stock × cost, where nobody bought in {DEAD_DAYS} days"),
        (_STOCK, _COST),
    ),
    "excess_units": Explanation(
        (f"existencias − {LONG_COVER_DAYS} días de venta", f"estoque − {LONG_COVER_DAYS} dias de venda",
         f"stock − {LONG_COVER_DAYS} days of sales"),
        (_STOCK, _EXPECTED, _IN, _WINDOW), _COUNTED,
    ),
    "excess_value": Explanation(
        ("unidades de más × costo", "unidades a mais × custo", "units too many × cost"),
        (_STOCK, _EXPECTED, _COST, _IN, _WINDOW), _COUNTED,
    ),
    "cost_change": Explanation(
        ("(costo − costo anterior) ÷ costo anterior", "(custo − custo anterior) ÷ custo anterior",
         "(cost − cost before) ÷ cost before"),
        (_COST_NOW, _COST_BEFORE),
    ),
    "margin": Explanation(
        ("(precio − costo) ÷ precio", "(preço − custo) ÷ preço", "(price − cost) ÷ price"), (_PRICE, _COST)
    ),
    "abc_class": Explanation(
        (f"parte de las ventas de {CLASS_DAYS} días de productos mejores: hasta 80 % A, hasta 95 % B, luego C",
         f"parte das vendas de {CLASS_DAYS} dias de produtos melhores: até 80 % A, até 95 % B, depois C",
         f"share of {CLASS_DAYS} days of sales made by better products: under 80 % A, under 95 % B, then C"),
        (),
    ),
    "return_rate": Explanation(("devueltas ÷ vendidas", "devolvidas ÷ vendidas", "returned ÷ sold"), _RETURNED),
    "expected_units": Explanation(
        ("lo de los 90 días antes, en proporción a lo vendido (en ventas: a los días)",
         "o dos 90 dias antes, em proporção ao vendido (em vendas: aos dias)",
         "what the 90 days before had, in proportion to what was sold (of sales: to the days)"),
        _RETURNED,
    ),
    "p_value": Explanation(
        ("probabilidad de tantas o más por casualidad (binomial negativa)",
         "probabilidade de tantas ou mais por acaso (binomial negativa)",
         "chance of that many or more (negative binomial)"),
        _RETURNED,
    ),
    "q_value": Explanation(
        ("la misma, corregida por cuántos se comparan (Benjamini-Hochberg)",
         "a mesma, corrigida por quantos se comparam (Benjamini-Hochberg)",
         "the same, corrected for how many are compared (Benjamini-Hochberg)"),
        _RETURNED,
    ),
    "sudden_drop": Explanation(
        ("falta sin documento de 3 unidades y una quinta parte de lo que había, o cara",
         "falta sem documento de 3 unidades e um quinto do que havia, ou cara",
         "missing without a document: 3 units and a fifth of what was there, or dear"),
        (_UNDOCUMENTED, _OPENING),
    ),
    "unusual_sale": Explanation(
        ("venta que por casualidad pasa menos de 1 vez en 1,000",
         "venda que por acaso acontece menos de 1 vez em 1.000",
         "sales that chance brings less than once in 1,000"),
        (_SOLD_THEN,),
    ),
}  # fmt: skip
"""By word. What a rule reads straight from the catalogue explains itself."""

_WENT_OUT = (
    _input("units", "units", "salieron", "saíram", "went out", "r.units"),
    _input("usual", "units", "salieron los 90 días antes", "saíram nos 90 dias antes", "went out in the 90 days before",
           "r.usual"),
)  # fmt: skip
_OF_SALES = {
    "expected_units": Explanation(
        ("lo que salió por día antes × los días de la ventana", "o que saiu por dia antes × os dias da janela",
         "what went out a day before × the days of the window"),
        _WENT_OUT,
    ),
    "p_value": Explanation(EXPLAINED["p_value"].formula, _WENT_OUT),
    "q_value": Explanation(EXPLAINED["q_value"].formula, _WENT_OUT),
}  # fmt: skip


def explanation(word: str, on: str) -> Explanation | None:
    """How a word is worked out for this kind of subject; None where it explains itself."""
    return (_OF_SALES.get(word) if on == "sales" else None) or EXPLAINED.get(word)
