"""The words of the rule language, in one table: what people write, its column, type, unit and sentence of help.

The compiler, `rules check`, the menus of the web form and the docs all read this table. Columns are those of the rows
under the alias `r`; what is worked out is in `measures`. A word without a column is known but not available yet.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from . import measures
from .low import low_sql

Kind = Literal["number", "text", "flag", "id", "condition"]

Need = Literal["snapshot", "day", "documents", "demand", "class"]
"""What a word depends on besides its own row: the snapshot before, the present day, documents, or a figure that is
worked out once for all rules."""

ON_TYPES = {"stock": True, "product": True, "returns": True, "sales": True, "reconciliation": True, "source": True}
"""The subjects a rule may be about, and whether they are available yet."""

WINDOWED = ("returns", "sales", "reconciliation")
"""The subjects that are counted over a `window:`."""

BY = {
    "returns": ("product", "marca", "categoria", "source"),
    "sales": ("product", "marca", "categoria", "source", "sector", "cost_center"),
}
"""What one subject may be, where `by:` says so; the first is the default."""

_LEVEL = ("stock",)
_CATALOGUE = ("stock", "product")
_RETURNS = ("returns",)
_DOCUMENTS = ("returns", "sales")
_COUNT = ("reconciliation",)
_FILTERED = ("stock", "product", "returns", "sales", "reconciliation")
_SOURCE = ("source",)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the language. `argument` names what a function takes in its brackets; None is a plain field.

    `sql` is the same for every subject, or one for each, or made from the subject and a number of days.
    """

    name: str
    kind: Kind
    unit: str | None
    on: tuple[str, ...]
    es: str
    pt: str
    en: str
    sql: str | dict[str, str] | Callable[[str, int], str] | None = None
    argument: str | None = None
    needs: tuple[Need, ...] = ()

    def column(self, on: str, days: int = 0) -> str | None:
        """The SQL of this word for an `on:` type; None while it is not available there."""
        if on not in self.on or not ON_TYPES[on] or self.sql is None:
            return None
        if isinstance(self.sql, str):
            return self.sql
        return self.sql.get(on) if isinstance(self.sql, dict) else self.sql(on, days)

    def available(self, on: str) -> bool:
        """Whether a rule may use it today. `contains` has no column of its own."""
        return self.column(on) is not None or (self.name == "contains" and ON_TYPES[on])

    def help(self, language: str) -> str:
        """The sentence of help in es, pt or en."""
        return {"es": self.es, "pt": self.pt}.get(language, self.en)


VOCABULARY: tuple[Word, ...] = (
    Word(
        "stock", "number", "units", _CATALOGUE,
        "Existencias: cuántas unidades hay.",
        "Estoque: quantas unidades há.",
        "How many units there are.",
        "r.stock",
    ),
    Word(
        "stock_minimo", "number", "units", _CATALOGUE,
        "El mínimo configurado; 0 o vacío significa que nadie lo configuró.",
        "O mínimo configurado; 0 ou vazio significa que ninguém configurou.",
        "The configured minimum; 0 or empty means that nobody set one.",
        "r.minimum",
    ),
    Word(
        "stock_maximo", "number", "units", _CATALOGUE,
        "El máximo configurado; 0 o vacío significa que nadie lo configuró.",
        "O máximo configurado; 0 ou vazio significa que ninguém configurou.",
        "The configured maximum; 0 or empty means that nobody set one.",
        "r.maximum",
    ),
    Word(
        "nota", "text", None, _LEVEL,
        "La nota escrita junto a las existencias de esa bodega.",
        "A observação escrita junto ao estoque desse depósito.",
        "The note written beside the stock of that warehouse.",
        "r.note",
    ),
    Word(
        "nombre_bodega", "text", None, _LEVEL,
        "El nombre de la bodega.",
        "O nome do depósito.",
        "The name of the warehouse.",
        "r.warehouse",
    ),
    Word(
        "nombre_sucursal", "text", None, _LEVEL,
        "El nombre de la sucursal.",
        "O nome da loja.",
        "The name of the branch.",
        "r.branch",
    ),
    Word(
        "bodegas", "number", "count", ("product",),
        "En cuántas bodegas está el producto.",
        "Em quantos depósitos o produto está.",
        "How many warehouses hold the product.",
        "r.warehouses",
    ),
    Word(
        "bodegas_bajas", "number", "count", ("product",),
        "En cuántas bodegas está en o por debajo del mínimo.",
        "Em quantos depósitos está no mínimo ou abaixo dele.",
        "In how many warehouses it is at or below its minimum.",
        "r.low_warehouses",
    ),
    Word(
        "id", "id", None, _CATALOGUE,
        "El número del producto en el sistema de inventario.",
        "O número do produto no sistema de estoque.",
        "The product's number in the inventory system.",
        "r.external_id",
    ),
    Word(
        "nombre", "text", None, _CATALOGUE,
        "El nombre del producto.",
        "O nome do produto.",
        "The name of the product.",
        "r.name",
    ),
    Word(
        "codigo", "text", None, _CATALOGUE,
        "El código (SKU) del producto.",
        "O código (SKU) do produto.",
        "The code (SKU) of the product.",
        "r.code",
    ),
    Word(
        "barcode", "text", None, _CATALOGUE,
        "El código de barras.",
        "O código de barras.",
        "The barcode.",
        "r.barcode",
    ),
    Word(
        "nombre_categoria", "text", None, _CATALOGUE,
        "El nombre de la categoría.",
        "O nome da categoria.",
        "The name of the category.",
        "r.category",
    ),
    Word(
        "marca", "text", None, _CATALOGUE,
        "La marca.",
        "A marca.",
        "The brand.",
        "r.brand",
    ),
    Word(
        "nombre_proveedor", "text", None, _CATALOGUE,
        "El nombre del proveedor.",
        "O nome do fornecedor.",
        "The name of the supplier.",
        "r.supplier",
    ),
    Word(
        "tipo", "text", None, _CATALOGUE,
        "El tipo: Producto, Servicio, Compuesto o Materia Prima.",
        "O tipo: Producto, Servicio, Compuesto ou Materia Prima.",
        "The kind: Producto, Servicio, Compuesto or Materia Prima.",
        "r.kind",
    ),
    Word(
        "enable", "flag", None, _CATALOGUE,
        "1 si el producto está activo, 0 si está desactivado.",
        "1 se o produto está ativo, 0 se está desativado.",
        "1 when the product is active, 0 when it is switched off.",
        "r.enabled",
    ),
    Word(
        "precio", "number", "money", _CATALOGUE,
        "El precio de venta.",
        "O preço de venda.",
        "The selling price.",
        "r.price",
    ),
    Word(
        "costo", "number", "money", _CATALOGUE,
        "El costo actual.",
        "O custo atual.",
        "The present cost.",
        "r.cost",
    ),
    Word(
        "costo_anterior", "number", "money", _CATALOGUE,
        "El costo antes del último cambio.",
        "O custo antes da última mudança.",
        "The cost before its last change.",
        "r.previous_cost",
    ),
    Word(
        "costo_promedio", "number", "money", _CATALOGUE,
        "El costo promedio.",
        "O custo médio.",
        "The average cost.",
        "r.average_cost",
    ),
    Word(
        "previous_stock", "number", "units", _CATALOGUE,
        "Las existencias en la lectura completa anterior.",
        "O estoque na leitura completa anterior.",
        "The stock in the complete snapshot before.",
        measures.PREVIOUS,
        needs=("snapshot",),
    ),
    Word(
        "change", "number", "units", _CATALOGUE,
        "Cuánto cambió desde la lectura anterior; negativo si bajó.",
        "Quanto mudou desde a leitura anterior; negativo se caiu.",
        "How much it changed since the snapshot before; negative when it fell.",
        measures.CHANGE,
        needs=("snapshot",),
    ),
    Word(
        "stock_value", "number", "money", _CATALOGUE,
        "El valor de las existencias al costo promedio, o al costo si no hay promedio.",
        "O valor do estoque ao custo médio, ou ao custo se não há médio.",
        "The value of the stock at average cost, or at cost where there is no average.",
        measures.VALUE,
    ),
    Word(
        "days_since_change", "number", "days", _CATALOGUE,
        "Días desde el último cambio de existencias.",
        "Dias desde a última mudança de estoque.",
        "Days since the stock last changed.",
        measures.DAYS_SINCE_CHANGE,
        needs=("day",),
    ),
    Word(
        "days_since_sale", "number", "days", _CATALOGUE,
        "Días desde la última venta; vacío si nunca se ha visto una.",
        "Dias desde a última venda; vazio se nunca se viu uma.",
        "Days since the last sale; empty where none was ever seen.",
        measures.DAYS_SINCE_SALE,
        needs=("day", "documents"),
    ),
    Word(
        "days_known", "number", "days", _CATALOGUE,
        "Días desde que el producto existe o se vio por primera vez.",
        "Dias desde que o produto existe ou foi visto pela primeira vez.",
        "Days since the product was made or first seen.",
        measures.DAYS_KNOWN,
        needs=("day",),
    ),
    Word(
        "abc_class", "text", None, _CATALOGUE,
        "La clase por ventas de 90 días: A, B o C; U si no se vendió.",
        "A classe por vendas de 90 dias: A, B ou C; U se não vendeu.",
        "The class by 90 days of sales: A, B or C; U when none was sold.",
        measures.CLASS,
        needs=("day", "class"),
    ),
    Word(
        "daily_sales", "number", "units a day", _CATALOGUE,
        "Unidades que se venden por día.",
        "Unidades vendidas por dia.",
        "Units sold a day.",
        measures.DAILY_SALES,
        needs=("day", "documents", "demand",),
    ),
    Word(
        "days_of_cover", "number", "days", _CATALOGUE,
        "Para cuántos días alcanza; vacío si no se vende.",
        "Para quantos dias dá; vazio se não vende.",
        "How many days the stock will last; empty without sales.",
        measures.DAYS_OF_COVER,
        needs=("day", "documents", "demand",),
    ),
    Word(
        "suggested_order", "number", "units", _CATALOGUE,
        "Cuántas unidades conviene pedir.",
        "Quantas unidades convém pedir.",
        "How many units to order.",
        measures.SUGGESTED_ORDER,
        needs=("day", "documents", "demand",),
    ),
    Word(
        "units", "number", "units", _DOCUMENTS,
        "Unidades en la ventana.",
        "Unidades na janela.",
        "Units in the window.",
        "r.units",
    ),
    Word(
        "amount", "number", "money", _DOCUMENTS,
        "Monto en la ventana.",
        "Valor na janela.",
        "Amount in the window.",
        "r.amount",
    ),
    Word(
        "documents", "number", "count", _DOCUMENTS,
        "Documentos en la ventana.",
        "Documentos na janela.",
        "Documents in the window.",
        "r.documents",
    ),
    Word(
        "previous_units", "number", "units", _DOCUMENTS,
        "Unidades en la ventana anterior.",
        "Unidades na janela anterior.",
        "Units in the window before.",
        "r.previous_units",
    ),
    Word(
        "previous_amount", "number", "money", _DOCUMENTS,
        "Monto en la ventana anterior.",
        "Valor na janela anterior.",
        "Amount in the window before.",
        "r.previous_amount",
    ),
    Word(
        "previous_documents", "number", "count", _DOCUMENTS,
        "Documentos en la ventana anterior.",
        "Documentos na janela anterior.",
        "Documents in the window before.",
        "r.previous_documents",
    ),
    Word(
        "sold_units", "number", "units", _RETURNS,
        "Unidades vendidas en la misma ventana.",
        "Unidades vendidas na mesma janela.",
        "Units sold in the same window.",
        "r.sold_units",
    ),
    Word(
        "return_rate", "number", "share", _RETURNS,
        "Parte de lo vendido que se devolvió, de 0 a 1.",
        "Parte do vendido que foi devolvida, de 0 a 1.",
        "Share of what was sold that came back, from 0 to 1.",
        "r.return_rate",
    ),
    Word(
        "expected_units", "number", "units", _DOCUMENTS,
        "Unidades que serían normales, por los 90 días anteriores.",
        "Unidades que seriam normais, pelos 90 dias anteriores.",
        "Units that would be normal, by the 90 days before.",
        "r.expected_units",
    ),
    Word(
        "p_value", "number", "share", _DOCUMENTS,
        "Probabilidad de ver tantas unidades por casualidad.",
        "Probabilidade de ver tantas unidades por acaso.",
        "Probability of that many units by chance.",
        "r.p_value",
    ),
    Word(
        "q_value", "number", "share", _DOCUMENTS,
        "La misma probabilidad, corregida por cuántos se comparan a la vez.",
        "A mesma probabilidade, corrigida por quantos se comparam de uma vez.",
        "The same probability, corrected for how many are compared at once.",
        "r.q_value",
    ),
    Word(
        "opening", "number", "units", _COUNT,
        "Existencias al inicio.",
        "Estoque no início.",
        "Stock at the start.",
        "r.opening",
    ),
    Word(
        "sold", "number", "units", _COUNT,
        "Unidades vendidas.",
        "Unidades vendidas.",
        "Units sold.",
        "r.sold",
    ),
    Word(
        "returned", "number", "units", _COUNT,
        "Unidades devueltas.",
        "Unidades devolvidas.",
        "Units returned.",
        "r.returned",
    ),
    Word(
        "expected", "number", "units", _COUNT,
        "Existencias esperadas según los documentos.",
        "Estoque esperado segundo os documentos.",
        "Stock expected by the documents.",
        "r.expected",
    ),
    Word(
        "actual", "number", "units", _COUNT,
        "Existencias al cierre.",
        "Estoque no fim.",
        "Stock at the end.",
        "r.actual",
    ),
    Word(
        "unexplained", "number", "units", _COUNT,
        "Diferencia sin documento; negativa si falta.",
        "Diferença sem documento; negativa se falta.",
        "Difference without a document; negative when units are missing.",
        "r.unexplained",
    ),
    Word(
        "unexplained_value", "number", "money", _COUNT,
        "Valor de la diferencia sin documento.",
        "Valor da diferença sem documento.",
        "Value of the difference without a document.",
        "r.unexplained_value",
    ),
    Word(
        "explained_ratio", "number", "share", _COUNT,
        "Parte del movimiento que los documentos explican, de 0 a 1.",
        "Parte do movimento que os documentos explicam, de 0 a 1.",
        "Share of the movement that documents explain, from 0 to 1.",
        "r.explained_ratio",
    ),
    Word(
        "undocumented", "number", "units", _COUNT,
        "La parte de la diferencia que tampoco parece una entrada, un traslado ni otra causa conocida.",
        "A parte da diferença que também não parece uma entrada, uma transferência nem outra causa conhecida.",
        "The part of the difference that does not look like a receipt, a transfer or another known cause either.",
        "r.undocumented",
    ),
    Word(
        "undocumented_value", "number", "money", _COUNT,
        "El valor de esa parte, al costo.",
        "O valor dessa parte, ao custo.",
        "The value of that part, at cost.",
        "r.undocumented_value",
    ),
    Word(
        "minutes_since_success", "number", "minutes", _SOURCE,
        "Minutos desde la última lectura correcta.",
        "Minutos desde a última leitura correta.",
        "Minutes since the last good poll.",
        "r.minutes_since_success",
    ),
    Word(
        "consecutive_failures", "number", "count", _SOURCE,
        "Lecturas fallidas seguidas.",
        "Leituras seguidas com falha.",
        "Failed polls in a row.",
        "r.consecutive_failures",
    ),
    Word(
        "quota_remaining", "number", "count", _SOURCE,
        "Consultas que quedan en esta hora.",
        "Consultas que restam nesta hora.",
        "Requests left in this hour.",
        "r.quota_remaining",
    ),
    Word(
        "hours_since_change", "number", "hours", _SOURCE,
        "Horas desde que una lectura trajo algún cambio de existencias.",
        "Horas desde que uma leitura trouxe alguma mudança de estoque.",
        "Hours since a poll last brought any change of stock.",
        "r.hours_since_change",
    ),
    Word(
        "products", "number", "count", _SOURCE,
        "Cuántos productos hay.",
        "Quantos produtos há.",
        "How many products there are.",
        "r.products",
    ),
    Word(
        "stock_ago", "number", "units", _CATALOGUE,
        "Existencias hace tantos días: stock_ago(7).",
        "Estoque há tantos dias: stock_ago(7).",
        "The stock so many days ago: stock_ago(7).",
        measures.stock_ago,
        argument="days",
        needs=("day",),
    ),
    Word(
        "sold", "number", "units", _CATALOGUE,
        "Unidades vendidas en tantos días: sold(30).",
        "Unidades vendidas em tantos dias: sold(30).",
        "Units sold in so many days: sold(30).",
        measures.sold,
        argument="days",
        needs=("day", "documents",),
    ),
    Word(
        "returned", "number", "units", _CATALOGUE,
        "Unidades devueltas en tantos días: returned(30).",
        "Unidades devolvidas em tantos dias: returned(30).",
        "Units returned in so many days: returned(30).",
        measures.returned,
        argument="days",
        needs=("day", "documents",),
    ),
    Word(
        "products_ago", "number", "count", _SOURCE,
        "Cuántos productos había hace tantos días: products_ago(1).",
        "Quantos produtos havia há tantos dias: products_ago(1).",
        "How many products there were so many days ago: products_ago(1).",
        measures.products_ago,
        argument="days",
    ),
    Word(
        "contains", "condition", None, tuple(ON_TYPES),
        "Si un texto contiene otro, sin importar mayúsculas ni tildes: contains(nombre, 'aceite').",
        "Se um texto contém outro, sem diferença de maiúsculas e acentos: contains(nombre, 'oleo').",
        "Whether a text contains another, whatever the case and the accents: contains(nombre, 'oil').",
        argument="field, 'text'",
    ),
)  # fmt: skip

SYNONYMS = {
    "categoria": "nombre_categoria", "category": "nombre_categoria", "bodega": "nombre_bodega",
    "warehouse": "nombre_bodega", "deposito": "nombre_bodega", "sucursal": "nombre_sucursal",
    "branch": "nombre_sucursal", "loja": "nombre_sucursal", "proveedor": "nombre_proveedor",
    "supplier": "nombre_proveedor", "fornecedor": "nombre_proveedor", "brand": "marca", "sku": "codigo",
    "code": "codigo", "nome": "nombre", "name": "nombre", "nombre_producto": "nombre", "preco": "precio",
    "price": "precio", "cost": "costo", "custo": "costo", "minimo": "stock_minimo", "minimum": "stock_minimo",
    "min": "stock_minimo", "maximo": "stock_maximo", "maximum": "stock_maximo", "max": "stock_maximo",
    "existencias": "stock", "estoque": "stock", "quantity": "stock", "cantidad": "stock", "enabled": "enable",
    "activo": "enable", "note": "nota", "kind": "tipo", "type": "tipo",
}  # fmt: skip
"""Words people try, and the word of the table they mean. Only ever a hint; none of them is accepted."""


@dataclass(frozen=True, slots=True)
class QueryKey:
    """One key of `query:`.

    `kind` is `part` (a part of a text), `exact` (the whole text), `flag` (0 or 1) or `filter` (true narrows). The
    `sql` of a `filter` stands as it is; the others take their value as the one parameter. `on` are the subjects it
    filters; where products are counted together, it says which of them count.
    """

    name: str
    kind: Literal["part", "exact", "flag", "filter"]
    sql: str
    es: str
    pt: str
    en: str
    on: tuple[str, ...] = _FILTERED


def _part(name: str, column: str, es: str, pt: str, en: str, on: tuple[str, ...] = _FILTERED) -> QueryKey:
    return QueryKey(name, "part", f"instr(fold({column}), ?) > 0", es, pt, en, on)


QUERY: tuple[QueryKey, ...] = (
    QueryKey("tipo", "exact", "r.kind = ?", "Solo este tipo.", "Só este tipo.", "Only this kind."),
    QueryKey(
        "enable", "flag", "r.enabled = ?",
        "1: solo productos activos.", "1: só produtos ativos.", "1: active products only.",
    ),
    QueryKey(
        "con_stock", "filter", "r.stock > 0",
        "true: solo donde hay existencias.", "true: só onde há estoque.", "true: only where there is stock.",
        _CATALOGUE,
    ),
    QueryKey(
        "stock_minimo", "filter", low_sql(),
        "true: solo en o por debajo del mínimo.", "true: só no mínimo ou abaixo.",
        "true: only at or below the minimum.", _CATALOGUE,
    ),
    _part("codigo", "r.code", "Parte del código.", "Parte do código.", "Part of the code."),
    _part("nombre", "r.name", "Parte del nombre.", "Parte do nome.", "Part of the name."),
    _part("categoria", "r.category", "Parte de la categoría.", "Parte da categoria.", "Part of the category."),
    _part("marca", "r.brand", "Parte de la marca.", "Parte da marca.", "Part of the brand."),
    _part("proveedor", "r.supplier", "Parte del proveedor.", "Parte do fornecedor.", "Part of the supplier."),
    _part("bodega", "r.warehouse", "Parte de la bodega.", "Parte do depósito.", "Part of the warehouse.", _LEVEL),
    _part("sucursal", "r.branch", "Parte de la sucursal.", "Parte da loja.", "Part of the branch.", _LEVEL),
)  # fmt: skip

KINDS = ("Producto", "Servicio", "Compuesto", "Materia Prima")
"""The kinds of product the inventory API knows, spelt as it spells them."""

_FIELDS = {(word.name, on): word for word in VOCABULARY if word.argument is None for on in word.on}
_FUNCTIONS = {(word.name, on): word for word in VOCABULARY if word.argument is not None for on in word.on}


def field(name: str, on: str) -> Word | None:
    """The field of that name on an `on:` type, available or not; None when there is none."""
    return _FIELDS.get((name, on))


def function(name: str, on: str) -> Word | None:
    """The function of that name on an `on:` type, available or not; None when there is none."""
    return _FUNCTIONS.get((name, on))


def names(on: str, *, functions: bool = False) -> tuple[str, ...]:
    """The names that may be written on an `on:` type, in the order of the table."""
    return tuple(name for name, type_ in (_FUNCTIONS if functions else _FIELDS) if type_ == on)


def homes(name: str) -> tuple[str, ...]:
    """The `on:` types that know a word of this name, as a field or as a function."""
    return tuple(on for on in ON_TYPES if (name, on) in _FIELDS or (name, on) in _FUNCTIONS)


_CALLED = re.compile(r"(\w+)\((\d+)\)")


def column_of(word: str, on: str) -> str | None:
    """The SQL of a field, or of a function as it is written with its days: `sold(30)`."""
    called = _CALLED.fullmatch(word)
    found = function(called[1], on) if called else field(word, on)
    return None if found is None else found.column(on, int(called[2]) if called else 0)


def needs_of(word: str, on: str) -> tuple[Need, ...]:
    """What a word depends on besides its own row."""
    called = _CALLED.fullmatch(word)
    found = function(called[1], on) if called else field(word, on)
    return () if found is None else found.needs
