"""Giving memory back: a courtesy that must never be a fault."""

import ctypes

import pytest

from alertd.engine import thrift


@pytest.fixture(autouse=True)
def _ask_anew():
    thrift._trimmer.cache_clear()
    yield
    thrift._trimmer.cache_clear()


def test_it_can_be_asked_for_at_any_time():
    """After every sweep, whether there is much to give back or nothing."""
    thrift.give_memory_back()
    thrift.give_memory_back()


def test_a_system_without_such_a_library_goes_on_without(monkeypatch: pytest.MonkeyPatch):
    """On some systems there is no C library to ask."""

    def nothing(_name: str | None) -> None:
        raise OSError("there is none")

    monkeypatch.setattr(ctypes, "CDLL", nothing)
    thrift.give_memory_back()
