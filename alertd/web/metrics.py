"""`/metrics` in Prometheus' text format: for a token, or for whoever asks from this machine itself.

Asked for through a proxy on this machine is not asked from this machine: any header that a proxy adds needs a token.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from .. import __version__
from ..model import SEVERITIES
from ..store import metrics as stored
from ..store import tokens
from .room import room

pages = Blueprint("metrics", __name__)
# By the values of its labels, in their order.
Values = Mapping[Any, float]
COUNTED_CALLS = "smartpyme"
_LOOPBACK = ("127.0.0.1", "::1")
_OF_A_PROXY = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host", "X-Forwarded-Proto")


@pages.get("/metrics")
def show() -> Response:
    """Every figure, as it stands."""
    if not (_from_this_machine() or _has_token()):
        said = "Ask from this machine itself, or with 'Authorization: Bearer TOKEN'.\n"
        return Response(said, 401, {"WWW-Authenticate": 'Bearer realm="alertd"'}, mimetype="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


show.door = "metrics"  # type: ignore[attr-defined]


def _from_this_machine() -> bool:
    return request.remote_addr in _LOOPBACK and not any(name in request.headers for name in _OF_A_PROXY)


def _has_token() -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    found = tokens.holder(room().store, text.strip()) if scheme.lower() == "bearer" else None
    if found is None or found.over(g.reader.now):
        return False
    tokens.used(room().store, found, g.reader.now)
    return True


class _Figures(Collector):
    """Asked once an answer; every family is there even before it has anything to tell."""

    def collect(self) -> Iterator[Metric]:
        now = g.reader.now
        yield InfoMetricFamily("alertd_build", "The version that answers.", {"version": __version__})
        yield from _polls()
        yield from _sources(now)
        yield from _lanes()
        yield from _alerts()
        yield from _messages(now)
        yield from _rules()
        yield from _house(now)


def _polls() -> Iterator[Metric]:
    grown = stored.grown(room().store)
    families = (
        ("polls", "alertd_polls", "Readings that ended, by result.", ("source", "lane", "result")),
        ("poll_seconds", "alertd_poll_seconds", "Seconds that readings took.", ("source", "lane")),
        ("poll_requests", "alertd_poll_requests", "Calls that readings sent.", ("source", "lane")),
        ("poll_changes", "alertd_poll_changes", "Changed levels and products that readings found.", ("source", "lane")),
        ("poll_quarantined", "alertd_poll_quarantined", "Records that could not be read.", ("source", "lane")),
        ("deliveries", "alertd_deliveries", "Attempts to deliver a message, by how they ended.", ("channel", "result")),
        ("rule_errors", "alertd_rule_evaluation_errors", "Evaluations of a rule that failed.", ("rule",)),
    )
    for key, name, about, labels in families:
        values = {found[: len(labels)]: value for found, value in grown.get(key, {}).items()}
        yield _counter(name, about, labels, values)


def _sources(now: int) -> Iterator[Metric]:
    found = stored.sources(room().store, now)
    yield _gauge("alertd_source_info", "The kind of each source; always 1.", ("source", "kind"),
                 {(each.name, each.kind): 1 for each in found})  # fmt: skip
    left = {(each.name,): max(0, stored.PLAIN_CALLS - each.calls) for each in found if each.kind == COUNTED_CALLS}
    yield _of_source("alertd_products", "Products that the source lists.", {each.name: each.products for each in found})
    yield _of_source("alertd_levels", "Levels of those products.", {each.name: each.levels for each in found})
    yield _gauge("alertd_quota_remaining", "Calls without dates left in this clock hour.", ("source",), left)
    yield _of_source("alertd_sweep_held", "1 while a reading that is hard to believe waits for a person.",
                     {each.name: each.held for each in found})  # fmt: skip
    yield _of_source("alertd_snapshot_timestamp_seconds", "When the catalogue was last read whole.",
                     {each.name: each.snapshot_at / 1000 for each in found if each.snapshot_at})  # fmt: skip
    yield _of_source("alertd_snapshot_age_seconds", "How old that is.",
                     {each.name: (now - each.snapshot_at) / 1000 for each in found if each.snapshot_at})  # fmt: skip
    yield _of_source("alertd_evaluation_timestamp_seconds", "When the rules were last held against the source.",
                     {each.name: each.evaluated_at / 1000 for each in found if each.evaluated_at})  # fmt: skip


def _lanes() -> Iterator[Metric]:
    found, labels = stored.lanes(room().store), ("source", "lane")
    succeeded = {(each.source, each.lane): each.last_success_at / 1000 for each in found if each.last_success_at}
    yield _gauge(
        "alertd_last_success_timestamp_seconds", "When a reading of the lane last succeeded.", labels, succeeded
    )
    yield _gauge("alertd_lane_failures", "Readings of the lane that failed in a row.", labels,
                 {(each.source, each.lane): each.failures for each in found})  # fmt: skip
    yield _gauge("alertd_lane_stopped", "1 while the lane waits for a person, or is not offered.", labels,
                 {(each.source, each.lane): each.stopped for each in found})  # fmt: skip


def _alerts() -> Iterator[Metric]:
    found = stored.open_alerts(room().store)
    yield _gauge("alertd_alerts", "Open alerts.", ("state", "severity", "rule"), found)
    sums = {(state, severity): 0 for state in ("pending", "firing") for severity in SEVERITIES}
    for (state, severity, _), count in found.items():
        sums[state, severity] = sums.get((state, severity), 0) + count
    yield _gauge("alertd_open_alerts", "Open alerts over all rules.", ("state", "severity"), sums)


def _messages(now: int) -> Iterator[Metric]:
    found, sent = stored.outbox(room().store), stored.last_sent_at(room().store)
    yield _plain("alertd_messages_waiting", "Messages that wait to be sent.", found.waiting)
    yield _plain("alertd_messages_failed", "Messages that wait after they could not be sent.", found.failed)
    yield _plain("alertd_messages_dead", "Messages that were given up.", found.dead)
    age = 0 if found.oldest_at is None else max(0, now - found.oldest_at) / 1000
    yield _plain("alertd_oldest_message_age_seconds", "How long the oldest of those that wait has waited.", age)
    yield _plain("alertd_last_sent_timestamp_seconds", "When a message was last sent; 0: never.", (sent or 0) / 1000)


def _rules() -> Iterator[Metric]:
    found = room().rules()
    yield _plain("alertd_rules", "Rules in force.", sum(rule.enabled for rule in found.rules))
    yield _plain("alertd_rule_file_errors", "Mistakes in rule files.", len(found.errors))
    yield _plain("alertd_rules_failing", "Rules whose last evaluation failed.", stored.failing_rules(room().store))


def _house(now: int) -> Iterator[Metric]:
    store, health = room().store, room().health()
    yield _gauge("alertd_troubles", "Troubles of alertd itself that are not mended.", ("kind",),
                 {(kind,): count for kind, count in stored.troubles(store).items()})  # fmt: skip
    yield _plain("alertd_silences_active", "Silences that hold now.", stored.silences(store, now))
    yield _plain("alertd_database_bytes", "Size of the database.", stored.database_bytes(store))
    threads = {(name,): bool(alive) for name, alive in health.items() if name != "ok" and isinstance(alive, bool)}
    yield _gauge("alertd_thread_alive", "1 while a part of the worker of this process runs.", ("thread",), threads)


def _counter(name: str, about: str, labels: tuple[str, ...], values: Values) -> Metric:
    return _filled(CounterMetricFamily(name, about, labels=labels), values)


def _gauge(name: str, about: str, labels: tuple[str, ...], values: Values) -> Metric:
    return _filled(GaugeMetricFamily(name, about, labels=labels), values)


def _of_source(name: str, about: str, values: Mapping[str, float]) -> Metric:
    return _gauge(name, about, ("source",), {(source,): value for source, value in values.items()})


def _plain(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: Values) -> Metric:
    for labels, value in sorted(values.items()):
        family.add_metric(list(labels), value)
    return family
