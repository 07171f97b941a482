"""Somebody restored the database and forgot the secret key: what is asked of a shop says so, and nothing falls over."""

from pathlib import Path

from alertd.engine import actions
from alertd.engine.context import open_context
from alertd.settings import read_settings
from alertd.store import sources
from alertd.vault import Vault


def test_a_shop_whose_key_cannot_be_opened_says_what_to_restore(tmp_path: Path) -> None:
    """The page shows the sentence where it showed a fault of ours."""
    context = open_context(read_settings({"ALERTD_HOME": str(tmp_path)}))
    source = sources.add_source(
        context.store, Vault("another"), name="tienda", kind="smartpyme", base_url="https://erp.example/",
        secrets={"api_key": "k"}, timezone="UTC", every=300, sweep_every=None, now=0,
    )  # fmt: skip
    found = actions.check(context, source)
    context.store.close()
    assert (found.reachable, found.error_kind) == (False, "key")
    assert "secret-key" in (found.error or "")
