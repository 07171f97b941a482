"""What a word of the rule language is, and which subjects there are. The words are in the tables `words_*`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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

LEVEL = ("stock",)
CATALOGUE = ("stock", "product")
RETURNS = ("returns",)
DOCUMENTS = ("returns", "sales")
COUNT = ("reconciliation",)
FILTERED = ("stock", "product", "returns", "sales", "reconciliation")
SOURCE = ("source",)


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
