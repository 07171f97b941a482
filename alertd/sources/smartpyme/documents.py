"""Sales and returns out of SmartPyme's words, and what each does to stock. Knows nothing of HTTP.

A sale takes stock when it is saved, in whatever state, unless it is a quotation; a cancelled one has given it back. A
return gives stock back unless it only adjusts a price or was itself cancelled. States that nobody knows are kept and
counted as moving stock, marked unverified.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from ...errors import SourceTrouble
from ...model import Document, DocumentPage, Line, Quarantined
from ..values import BadValueError, flag, identity, maybe_number, number, text, when
from .catalogue import key_of, shown
from .envelope import Envelope

MOVES = frozenset({"pagada", "pendiente", "consigna", "en proceso", "reembolsada", "fallida", "completada"})
MOVES_NOTHING = frozenset({"anulada", "facturada", "aceptada", "pre-venta", "prueba", "cotizacion", "cotización"})
RETURN_MOVES = frozenset({"devolucion", "devolución", "anulacion_factura"})
PRICE_ONLY = "descuento_ajuste"

_items = msgspec.json.Decoder(list[msgspec.Raw])


def read_document(raw: msgspec.Raw, kind: str) -> Document | Quarantined:
    """One sale or return; quarantined where it cannot be read."""
    fields: Any = None
    try:
        fields = msgspec.json.decode(raw)
        if not isinstance(fields, Mapping):
            raise BadValueError("a document is no object")
        return _sale(fields) if kind == "sale" else _return(fields)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Quarantined(key=f"{kind}:", reason="it is no JSON object", raw=shown(raw))
    except BadValueError as fault:
        return Quarantined(key=f"{kind}:{key_of(fields)}", reason=str(fault), raw=shown(raw))


def names_reference(envelope: Envelope) -> bool | None:
    """Whether the sales of a page carry `referencia_externa`, as only the newer server's do; None without a sale."""
    rows = bytes(envelope.data)
    return None if b'"id"' not in rows else b'"referencia_externa"' in rows


def read_documents(envelope: Envelope, kind: str, number_of_page: int) -> DocumentPage:
    """One page of sales or returns. Raises SourceTrouble when `data` is no list."""
    try:
        raws = _items.decode(envelope.data)
    except (msgspec.DecodeError, RecursionError):
        raise SourceTrouble("The answer holds no list of documents where one belongs.", kind="answer") from None
    documents: list[Document] = []
    quarantined: list[Quarantined] = []
    for raw in raws:
        found = read_document(raw, kind)
        if isinstance(found, Document):
            documents.append(found)
        else:
            quarantined.append(found)
    pagination = envelope.pagination
    return DocumentPage(
        documents=documents,
        quarantined=quarantined,
        total=pagination.total if pagination else None,
        number=number_of_page,
        pages=pagination.total_pages if pagination else None,
    )


def _sale(fields: Mapping[str, Any]) -> Document:
    state = text(fields.get("estado"))
    return Document(
        kind="sale",
        effect=sale_effect(state, _loose_flag(fields.get("cotizacion"), "cotizacion")),
        type=None,
        branch=text(fields.get("nombre_sucursal")),
        **_common(fields, state),
    )


def _return(fields: Mapping[str, Any]) -> Document:
    state = text(fields.get("estado"))
    if state is None and "enable" in fields:
        state = "Confirmada" if flag(fields["enable"], "enable") else "Anulada"
    return Document(
        kind="return",
        effect=return_effect(state, text(fields.get("tipo"))),
        type=(text(fields.get("tipo")) or "").lower() or None,
        sale_id=identity(fields.get("id_venta"), "id_venta") if fields.get("id_venta") is not None else None,
        **_common(fields, state),
    )


def _common(fields: Mapping[str, Any], state: str | None) -> dict[str, Any]:
    rows = fields.get("detalles")
    if rows is not None and not isinstance(rows, list):
        raise BadValueError("'detalles' is no list")
    return {
        "user": text(fields.get("nombre_usuario")),
        "id": identity(fields.get("id"), "id"),
        "date": _date(fields.get("fecha")),
        "state": state,
        "number": text(fields.get("correlativo")),
        "total": maybe_number(fields.get("total"), "total"),
        "note": text(fields.get("observaciones")),
        "created_at": when(fields.get("created_at")),
        "updated_at": when(fields.get("updated_at")),
        "lines": tuple(_line(row) for row in rows or ()),
    }


def sale_effect(state: str | None, quotation: bool) -> str:
    """`moves`, `none` or `unverified` for a sale. The quotation flag outranks the state."""
    word = (state or "").casefold()
    if quotation or word in MOVES_NOTHING:
        return "none"
    return "moves" if word in MOVES else "unverified"


def return_effect(state: str | None, kind: str | None) -> str:
    """`moves`, `none` or `unverified` for a return. Old rows without a type are goods that came back."""
    word, stands = (kind or "devolucion").casefold(), (state or "confirmada").casefold()
    if stands == "anulada" or word == PRICE_ONLY:
        return "none"
    return "moves" if word in RETURN_MOVES and stands == "confirmada" else "unverified"


def _line(row: Any) -> Line:
    if not isinstance(row, Mapping):
        raise BadValueError("a row of 'detalles' is no object")
    return Line(
        quantity=number(row.get("cantidad"), "cantidad"),
        code=text(row.get("codigo_producto")),
        name=text(row.get("nombre_producto")),
        brand=text(row.get("marca_producto")),
        total=maybe_number(row.get("total"), "total"),
    )


def _date(value: Any) -> str:
    found = (text(value) or "")[:10]
    try:
        return date.fromisoformat(found).isoformat()
    except ValueError:
        raise BadValueError("'fecha' is no date") from None


def _loose_flag(value: Any, field: str) -> bool:
    return False if value is None else flag(value, field)
