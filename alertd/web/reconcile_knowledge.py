"""What the shop knows and its inventory system does not: box factors, parts of sets, what gaps were, the limit.

Everything here was learnt or said, counts from then on, and can be forgotten.
"""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import UsageTrouble
from ..reconcile import words
from ..sheets import number
from ..store import knowledge, reconciliation
from .guard import needs
from .record import record
from .room import room
from .spans import chosen_source, source_options

pages = Blueprint("knowledge", __name__)

MARKS = {"es": ".", "pt": ",", "en": "."}
MOST_LIMIT = 1e9


@pages.get("/reconcile/knowledge")
def index() -> str:
    """Everything that is known of a source, with who said it, and a button that forgets it."""
    source = chosen_source()
    store, key = room().store, source.id if source else 0
    return render_template(
        "reconcile_knowledge.html",
        source=source,
        sources=source_options(),
        factors=knowledge.factors(store, key),
        recipes=knowledge.recipes(store, key),
        confirmations=knowledge.confirmations(store, key),
        limit=reconciliation.value_limit(store, key),
        cause_words=lambda name: words.cause(name, g.reader.language),
    )


@pages.post("/reconcile/knowledge/forget")
def forget() -> Response:
    """Forget one thing; what it explained is looked at again."""
    source = chosen_source() or abort(404)
    store, form = room().store, request.form
    what, product = form.get("what", ""), _key("product")
    if reconciliation.source_of(store, product) != source.id:
        abort(404)
    with store.write():
        if what == "factor":
            knowledge.forget_factor(store, product)
        elif what == "recipe":
            knowledge.forget_recipe(store, _key("kit"), product)
        elif what == "confirmation":
            knowledge.unconfirm(store, product, _key("closed_at"), float(form.get("units", 0)))
        else:
            abort(404)
        reconciliation.touch(store, source.id, [(product, reconciliation.snapshot_before(store, source.id, 0) or 0)])
        record(f"knowledge.forgot_{what}", form.get("about", "")[:100])
    flash(g.reader.t("knowledge.forgotten"), "good")
    return redirect(url_for("knowledge.index", source=source.name), 303)


def _key(name: str) -> int:
    found = request.form.get(name, type=int)
    return found if found is not None and abs(found) < 2**63 else abort(404)


@pages.post("/reconcile/limit")
@needs("editor")
def limit() -> Response:
    """From which value on a difference is worth a line."""
    source = chosen_source() or abort(404)
    text = request.form.get("limit", "").strip() or "0"
    try:
        value = number(text, MARKS[g.reader.language])
        if not 0 <= value <= MOST_LIMIT:
            raise UsageTrouble
    except UsageTrouble:
        flash(g.reader.t("knowledge.bad_limit"), "bad")
    else:
        with room().store.write():
            reconciliation.set_value_limit(room().store, source.id, value)
            record("knowledge.limit", source.name, limit=value)
        flash(g.reader.t("knowledge.limit_set"), "good")
    return redirect(url_for("knowledge.index", source=source.name), 303)
