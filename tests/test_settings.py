"""The environment, read once: defaults, and one clear sentence for what cannot be."""

import stat
from pathlib import Path

import pytest

from alertd.errors import Trouble, UsageTrouble
from alertd.settings import data_folder, make_home, read_settings, rules_folder, secret_key


def test_without_anything_set_the_page_listens_on_loopback() -> None:
    """A service that was only tried out must not be open to the network."""
    settings = read_settings({})
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")


def test_an_address_of_ipv6_is_written_in_brackets() -> None:
    """As browsers read it."""
    assert read_settings({"HOST": "::1"}).url == "http://[::1]:8000"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eight"), ("PORT", "70000"), ("ALERTD_LOG", "xml"), ("ALERTD_URL", "shop.example.com"),
        ("ALERTD_URL", "https://"), ("ALERTD_URL", "https://[x"), ("ALERTD_URL", "https://x:eins"),
        ("ALERTD_URL", "https://example.com/alertd"), ("ALERTD_HEARTBEAT_URL", "https://[x"),
        ("ALERTD_HEARTBEAT_URL", "hc-ping.com/1"), ("ALERTD_HEARTBEAT_URL", "https://user:key@hc-ping.com/1"),
        ("ALERTD_KEEP", "soon"), ("ALERTD_KEEP", "1h"), ("ALERTD_BACKUPS", "-1"), ("ALERTD_ALLOW_PRIVATE_HOSTS", "x"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    """The operator should not have to guess which variable is meant."""
    with pytest.raises(UsageTrouble, match=variable):
        read_settings({variable: value})


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """A second start with the same home must open what the first one sealed."""
    settings = read_settings({"ALERTD_HOME": str(tmp_path / "home")})
    key = secret_key(settings)
    assert secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "home" / "secret-key").stat().st_mode) == 0o600


def test_an_empty_secret_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """A new key would make every stored credential unreadable."""
    (tmp_path / "secret-key").touch()
    with pytest.raises(Trouble, match="is empty"):
        secret_key(read_settings({"ALERTD_HOME": str(tmp_path)}))


def test_a_home_that_is_a_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    """The sentence names the folder and the variable."""
    (tmp_path / "home").touch()
    with pytest.raises(Trouble, match="ALERTD_HOME"):
        make_home(read_settings({"ALERTD_HOME": str(tmp_path / "home")}))


def test_the_shipped_rules_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the owner changes in the copy must survive the next start."""
    monkeypatch.chdir(tmp_path)
    settings = read_settings({"ALERTD_HOME": str(tmp_path / "home")})
    folder = rules_folder(settings)
    assert {path.name for path in data_folder("rules").glob("*.yaml")} <= {path.name for path in folder.glob("*.yaml")}
    (folder / "low-stock.yaml").write_text("mine")
    assert (rules_folder(settings) / "low-stock.yaml").read_text() == "mine"


def test_rules_beside_the_working_folder_win_over_the_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout or a deployment carries its own rules."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert rules_folder(read_settings({"ALERTD_HOME": str(tmp_path / "home")})) == tmp_path / "rules"


def test_a_rules_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Falling back to other rules would watch for the wrong things."""
    with pytest.raises(UsageTrouble, match="ALERTD_RULES"):
        rules_folder(read_settings({"ALERTD_RULES": str(tmp_path / "nowhere")}))
