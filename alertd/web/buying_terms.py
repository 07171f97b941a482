"""How a shop buys: what was said of it, of its suppliers and of its products, and a form to say it.

Part of the page family of `buying`, because the menu knows a family by its name.
"""

from dataclasses import asdict
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..buying.learning import learn
from ..buying.saying import TermTrouble, read_terms
from ..errors import UsageTrouble
from ..reconcile.ordering import SERVICE_Z, TERMS, Said, Terms
from ..store import buying, supply
from ..store.sources import Source
from .buying import pages
from .record import record
from .room import room
from .spans import chosen_source, source_options

_NAMES = 100


@pages.get("/buying/terms")
def terms() -> str:
    """What was said, and the form; `?supplier=` or `?product=` fill it with what stands."""
    source = chosen_source()
    if source is None:
        return render_template("buying_terms.html", source=None, sources=[])
    supplier = request.args.get("supplier", "")[:_NAMES]
    product = request.args.get("product", 0, type=int)
    rows = buying.list_terms(room().store, source.id)
    row = next((each for each in rows if product and each["product_id"] == product), None)
    if row is not None:
        return _page(source, row, "", row["code"] or "", {})
    said = buying.said_of(room().store, source.id, supplier=supplier or None)
    return _page(source, asdict(said or Said()), supplier, "", {})


def _page(source: Source, typed: dict[str, Any], supplier: str, code: str, mistakes: dict[str, str]) -> str:
    store = room().store
    known = buying.suppliers(store, source.id)
    return render_template(
        "buying_terms.html",
        source=source,
        sources=source_options(),
        rows=buying.list_terms(store, source.id),
        typed=typed,
        supplier=supplier,
        code=code,
        mistakes=mistakes,
        supplier_options=[("", g.reader.t("buying.of_source")), *((name, name) for name in known)],
        service_options=[("", "–"), *((str(each), f"{each} %") for each in SERVICE_Z)],
        learnt=learn(supply.lead_times(store, source.id)),
        terms=TERMS,
        usual=Terms(),
    )


@pages.post("/buying/terms")
def say() -> Response | tuple[str, int]:
    """Keep what was typed for the shop, a supplier or a product. What cannot be read stays in the form."""
    source = chosen_source()
    if source is None:
        return redirect(url_for("buying.terms"), 303)
    typed = {name: request.form.get(name, "").strip()[:20] for name in TERMS}
    supplier, code = request.form.get("supplier", "")[:_NAMES], request.form.get("code", "").strip()[:_NAMES]
    mistakes: dict[str, str] = {}
    product_id, name = 0, supplier or source.name
    try:
        if code:
            product = buying.product_of_code(room().store, source.id, code)
            product_id, name = product["id"], product["name"]
        said = read_terms(typed)
    except TermTrouble as trouble:
        mistakes[trouble.term] = g.reader.t(f"buying.bad_{trouble.kind}")
    except UsageTrouble:
        mistakes["code"] = g.reader.t("buying.bad_code")
    if not mistakes and not any(typed.values()):
        mistakes["lead_days"] = g.reader.t("buying.bad_nothing")
    if mistakes:
        return _page(source, typed, supplier, code, mistakes), 400
    with room().store.write():
        buying.say(
            room().store, source.id, said, supplier=None if product_id else supplier or None, product_id=product_id,
            by=g.user.name, now=g.reader.now,
        )  # fmt: skip
        record("buying.said", name, **{key: value for key, value in asdict(said).items() if value is not None})
    flash(g.reader.t("buying.kept", name=name), "good")
    return redirect(url_for("buying.terms", source=source.name), 303)


@pages.post("/buying/terms/forget")
def forget() -> Response:
    """What was said of one of them is forgotten; the wider terms hold."""
    source = chosen_source()
    if source is not None:
        supplier, product = request.form.get("supplier") or None, request.form.get("product", 0, type=int)
        name = request.form.get("name", "")[:_NAMES] or source.name
        with room().store.write():
            if buying.unsay(room().store, source.id, supplier=supplier, product_id=product, now=g.reader.now):
                record("buying.forgotten", name)
                flash(g.reader.t("buying.forgotten", name=name), "good")
    return redirect(url_for("buying.terms", source=source.name if source else None), 303)
