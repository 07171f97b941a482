"""Add a channel: what a person typed is judged by the services, then kept by the store."""

from ..fence import Networks
from ..store import Store, channels
from ..store.channels import Channel
from ..vault import Vault
from .channels import check_url, mask


def register(
    store: Store,
    vault: Vault,
    *,
    name: str,
    url: str,
    now: int,
    language: str = "es",
    digest: str | None = None,
    private: Networks | None = None,
) -> Channel:
    """Keep a channel whose address can be used. Raises UsageTrouble that says what to write instead.

    `private` is for addresses from a form: the networks inside that they may lead to. None is an operator's own.
    """
    service = check_url(url, private=private)
    return channels.add(
        store,
        vault,
        name=name,
        url=url.strip(),
        service=service,
        masked_url=mask(url),
        language=language,
        digest=digest,
        now=now,
        fenced=private is not None,
    )
