"""What is sealed stays closed to everybody without the secret key."""

import pytest

from alertd.errors import Trouble
from alertd.vault import Vault


def test_what_was_sealed_opens_again_and_does_not_show() -> None:
    """A copy of the database alone gives no key away."""
    vault = Vault("a secret of the house")
    sealed = vault.seal(b"example-key-0001")
    assert vault.open(sealed) == b"example-key-0001"
    assert b"example-key" not in sealed


def test_another_secret_key_cannot_open_it_and_says_what_to_do() -> None:
    """The operator restored the database and forgot the key."""
    sealed = Vault("one").seal(b"example-key-0001")
    with pytest.raises(Trouble, match="secret-key"):
        Vault("two").open(sealed)


def test_equal_secrets_have_equal_digests_under_one_key_only() -> None:
    """Two sources with one key share a budget; nobody outside can compare."""
    vault = Vault("one")
    assert vault.digest("example-key-0001") == vault.digest("example-key-0001")
    assert vault.digest("example-key-0001") != vault.digest("example-key-0002")
    assert vault.digest("example-key-0001") != Vault("two").digest("example-key-0001")
