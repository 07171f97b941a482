"""Sales and returns, and how each of them moves stock.

They move it the way the real system does, which is not always the way one would expect: a quotation moves nothing, a
cancellation puts everything back whatever happened before, a money-only credit note moves nothing. Nothing here knows
how a document looks on the wire.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from alertd.sandbox.smartpyme.model import (
    CENT,
    LOCAL_ZONE,
    Number,
    Return,
    ReturnLine,
    Sale,
    SaleLine,
    Warehouse,
    cents,
    quantity,
)
from alertd.sandbox.smartpyme.stockroom import Clock, Stockroom, utc_now

_TAX = Decimal("1.13")
Items = Iterable[tuple[int, Number]]


class Documents(Stockroom):
    """A stockroom with the documents that move its stock."""

    def __init__(self, clock: Clock = utc_now) -> None:
        super().__init__(clock)
        self.sales: dict[int, Sale] = {}
        self.returns: dict[int, Return] = {}
        self._returned: dict[int, list[Return]] = defaultdict(list)
        self._last_sale = 500
        self._last_return = 30

    def sell(
        self,
        items: Items,
        bodega: str,
        fecha: date | str | None = None,
        *,
        estado: str = "Pagada",
        cotizacion: bool = False,
        factors: Mapping[int, Number] | None = None,
        at: datetime | None = None,
        move: bool = True,
        **fields: Any,
    ) -> int:
        """Sell products at their own prices out of one warehouse and return the sale's id.

        `factors` says how many stock units one sold unit of a product is (a box of twelve). `move=False` makes the
        kind of sale that takes no stock, such as an imported one. Other fields are those of `Sale`.
        """
        with self.lock:
            moment = at or self.clock()
            warehouse = self.warehouse(bodega)
            lines = [self._priced_line(part, count, (factors or {}).get(part, 1)) for part, count in items]
            sale_id = self.add_sale(
                fecha=fecha or moment.astimezone(LOCAL_ZONE).date(),
                estado=estado,
                detalles=lines,
                bodega=warehouse,
                cotizacion=cotizacion,
                created_at=moment,
                **{"nombre_sucursal": warehouse.sucursal, **fields},
            )
            if move and not cotizacion:
                self._move_lines(self.sales[sale_id], -1)
            return sale_id

    def _priced_line(self, product_id: int, cantidad: Number, factor: Number) -> SaleLine:
        product = self._product(product_id)
        count = quantity(cantidad)
        net = (product.precio / _TAX).quantize(CENT, rounding=ROUND_DOWN)
        total = cents(net * count)
        return SaleLine(
            product_id=product_id,
            cantidad=count,
            precio=net,
            total=total,
            costo=product.costo,
            total_costo=cents(product.costo * count),
            iva=cents(cents(product.precio * count) - total),
            factor=quantity(factor),
        )

    def add_sale(
        self,
        *,
        fecha: date | str,
        detalles: Sequence[SaleLine],
        created_at: datetime,
        estado: str = "Pagada",
        id: int | None = None,
        updated_at: datetime | None = None,
        **fields: Any,
    ) -> int:
        """Write a sale as it is told, moving no stock. Totals that are not told are summed from the lines."""
        with self.lock:
            sale_id = self._last_sale + 1 if id is None else id
            self._last_sale = max(self._last_sale, sale_id)
            sub_total = sum((line.total for line in detalles), Decimal(0))
            iva = sum((line.iva or Decimal(0) for line in detalles), Decimal(0))
            costs = [line.total_costo for line in detalles if line.total_costo is not None]
            told = {
                "correlativo": 2000 + sale_id,
                "sub_total": sub_total,
                "iva": iva,
                "gravada": sub_total,
                "total": sub_total + iva,
                "total_costo": sum(costs, Decimal(0)) if costs else None,
                "nombre_usuario": "Cajera Uno",
                **fields,
            }
            if estado == "Pagada" and "monto_pago" not in told:
                told |= {"monto_pago": told["total"], "cambio": Decimal(0)}
            day = date.fromisoformat(fecha) if isinstance(fecha, str) else fecha
            self.sales[sale_id] = Sale(
                id=sale_id,
                fecha=day,
                estado=estado,
                created_at=created_at,
                updated_at=updated_at or created_at,
                detalles=list(detalles),
                **told,
            )
            return sale_id

    def _move_lines(self, sale: Sale, sign: int) -> None:
        """Move what a sale's lines say, the parts of a kit included."""
        if sale.bodega is None:
            return
        for line in sale.detalles:
            if line.product_id is not None:
                self._move_with_parts(line.product_id, sale.bodega, sign * line.cantidad * line.factor)

    def _move_with_parts(self, product_id: int, warehouse: Warehouse, delta: Decimal) -> None:
        self.move(product_id, warehouse, delta)
        product = self.products.get(product_id)
        for part, count in product.componentes if product else ():
            self.move(part, warehouse, delta * count)

    def cancel_sale(self, sale_id: int, *, at: datetime | None = None, move: bool = True) -> None:
        """Cancel a sale. Its quantities come back even where they never left, as upstream."""
        with self.lock:
            sale = self.sales[sale_id]
            if sale.estado == "Anulada":
                return
            sale.estado = "Anulada"
            sale.updated_at = at or self.clock()
            if move:
                self._move_lines(sale, +1)

    def pay(self, sale_id: int, amount: Number) -> None:
        """Record a payment. A sale whose payments reach its total is paid."""
        with self.lock:
            sale = self.sales[sale_id]
            sale.pagos += quantity(amount)
            sale.updated_at = self.clock()
            if sale.estado == "Pendiente" and sale.pagos >= sale.total:
                sale.estado = "Pagada"

    def bill_consignment(self, sale_id: int, items: Items, *, fecha: date | str | None = None) -> int | None:
        """Bill part of a consignment. The row keeps what was billed under a new date; what was not becomes another
        consignment, whose id is returned, and no stock moves for it.
        """
        with self.lock:
            sale, now = self.sales[sale_id], self.clock()
            before = {line.product_id: line.cantidad for line in sale.detalles}
            sale.detalles = [self._priced_line(part, count, 1) for part, count in items]
            sale.sub_total = sale.gravada = sum((line.total for line in sale.detalles), Decimal(0))
            sale.iva = sum((line.iva or Decimal(0) for line in sale.detalles), Decimal(0))
            sale.total = sale.sub_total + sale.iva
            sale.estado, sale.updated_at = "Pagada", now
            day = fecha or now.astimezone(LOCAL_ZONE).date()
            sale.fecha = date.fromisoformat(day) if isinstance(day, str) else day
            for line in sale.detalles:
                before[line.product_id] = before.get(line.product_id, Decimal(0)) - line.cantidad
            rest = [(part, count) for part, count in before.items() if part is not None and count > 0]
            if not rest:
                return None
            lines = [self._priced_line(part, count, 1) for part, count in rest]
            return self.add_sale(
                fecha=sale.fecha,
                estado="Consigna",
                detalles=lines,
                created_at=now,
                bodega=sale.bodega,
                nombre_sucursal=sale.nombre_sucursal,
                nombre_cliente=sale.nombre_cliente,
            )

    def delete_sale(self, sale_id: int) -> None:
        """Remove a sale without a trace and without moving stock."""
        with self.lock:
            del self.sales[sale_id]

    def return_(
        self,
        sale_id: int,
        items: Items,
        tipo: str = "devolucion",
        *,
        fecha: date | str | None = None,
        bodega: str | None = None,
        at: datetime | None = None,
        move: bool = True,
        **fields: Any,
    ) -> int:
        """Take goods of a sale back and return the return's id. `descuento_ajuste` is money only and moves nothing."""
        with self.lock:
            sale = self.sales[sale_id]
            moment = at or self.clock()
            warehouse = self.warehouse(bodega) if bodega else sale.bodega
            lines = [self._returned_line(product_id, count) for product_id, count in items]
            return_id = self.add_return(
                id_venta=sale_id,
                fecha=fecha or moment.astimezone(LOCAL_ZONE).date(),
                tipo=tipo,
                detalles=lines,
                created_at=moment,
                bodega=warehouse,
                **{"nombre_cliente": sale.nombre_cliente, **fields},
            )
            if move and tipo != "descuento_ajuste" and warehouse is not None:
                for line in lines:
                    if line.product_id is not None:
                        self._move_with_parts(line.product_id, warehouse, line.cantidad)
            return return_id

    def _returned_line(self, product_id: int, cantidad: Number) -> ReturnLine:
        sold = self._priced_line(product_id, cantidad, 1)
        return ReturnLine(product_id, sold.cantidad, sold.precio, sold.total, costo=sold.costo or Decimal(0))

    def add_return(
        self,
        *,
        id_venta: int,
        fecha: date | str,
        detalles: Sequence[ReturnLine],
        created_at: datetime,
        tipo: str | None = "devolucion",
        id: int | None = None,
        updated_at: datetime | None = None,
        **fields: Any,
    ) -> int:
        """Write a return as it is told, moving no stock. Totals that are not told come from the lines."""
        with self.lock:
            return_id = self._last_return + 1 if id is None else id
            self._last_return = max(self._last_return, return_id)
            sub_total = sum((line.total for line in detalles), Decimal(0))
            iva = cents(sub_total * (_TAX - 1))
            told = {
                "correlativo": 8 + return_id,
                "sub_total": sub_total,
                "iva": iva,
                "total": sub_total + iva,
                "nombre_usuario": "Cajera Uno",
                **fields,
            }
            day = date.fromisoformat(fecha) if isinstance(fecha, str) else fecha
            record = Return(
                id=return_id,
                id_venta=id_venta,
                fecha=day,
                tipo=tipo,
                created_at=created_at,
                updated_at=updated_at or created_at,
                detalles=list(detalles),
                **told,
            )
            self.returns[return_id] = record
            self._returned[id_venta].append(record)
            return return_id

    def cancel_return(self, return_id: int) -> None:
        """Cancel a return: it stays in the list and its goods leave again."""
        with self.lock:
            record = self.returns[return_id]
            if record.anulada:
                return
            record.anulada = True
            record.updated_at = self.clock()
            if record.tipo == "descuento_ajuste" or record.bodega is None:
                return
            for line in record.detalles:
                if line.product_id is not None:
                    self._move_with_parts(line.product_id, record.bodega, -line.cantidad)

    def balance(self, sale: Sale) -> Decimal:
        """What the API calls `saldo`: total less payments less active returns, whatever the state says."""
        back = sum((record.total for record in self._returned[sale.id] if not record.anulada), Decimal(0))
        return cents(sale.total - sale.pagos - back)
