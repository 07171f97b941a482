"""What a person chose to see, by a name; forgotten with the person."""

from .db import Store


def chosen(store: Store, user_id: int, name: str) -> str | None:
    """What was chosen; None where nothing was."""
    found: str | None = store.value("SELECT value FROM user_choice WHERE user_id = ? AND name = ?", (user_id, name))
    return found


def choose(store: Store, user_id: int, name: str, value: str) -> None:
    """Keep a choice."""
    with store.write() as connection:
        connection.execute("INSERT OR REPLACE INTO user_choice VALUES (?, ?, ?)", (user_id, name, value))
