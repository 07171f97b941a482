"""The keys of a rule: what each means, what is refused, and where."""

import tracemalloc

import pytest

from alertd.rules.rule import severity_case, value_columns
from alertd.rules.telling import Quiet

from .makers import MINIMAL, load, mistakes, one_rule


def test_the_smallest_rule_has_the_documented_defaults():
    """Everything that is not written has one meaning."""
    rule = one_rule()
    assert rule.title == {"es": "low-stock", "pt": "low-stock", "en": "low-stock"}
    assert (rule.on, rule.sources, rule.notify, rule.recover) == ("stock", None, None, None)
    assert (rule.for_seconds, rule.keep_firing_seconds) == (0.0, 0.0)
    assert (rule.tell_resolved, rule.enabled) == (True, True)
    assert rule.severities == (("warning", None),)
    assert (rule.file, rule.line) == ("tienda.yaml", 1)


def test_every_available_key_is_read():
    """The whole of a rule, each key with a value of its own."""
    rule = one_rule(
        "title: {es: Bajo, en: Low}\n"
        "source: tienda-centro\n"
        "query: {tipo: Producto, con_stock: true}\n"
        "for: 1h30m\n"
        "recover: stock > stock_minimo * 1.2\n"
        "keep_firing_for: 10m\n"
        "severity: {critical: stock <= 0, info: true}\n"
        "notify: [slack-compras, correo]\n"
        "resolved: false\n"
        "enabled: false\n"
        "labels: {equipo: compras}\n"
        "group_by: [nombre_sucursal, equipo]\n"
        "repeat: 24h\n"
        'quiet: {hours: "20:00-07:00", days: [sun], critical: true}\n'
        "message: |\n  {{ alerts | length }} productos en {{ group.nombre_sucursal }}\n"
    )
    assert rule.title == {"es": "Bajo", "pt": "Bajo", "en": "Low"}
    assert rule.sources == ("tienda-centro",)
    assert rule.query.parameters == ("Producto",)
    assert (rule.for_seconds, rule.keep_firing_seconds) == (5400.0, 600.0)
    assert rule.recover is not None
    assert set(rule.recover.parameters) == {1.2}
    assert [word for word, _ in rule.severities] == ["critical", "info"]
    assert rule.notify == ("slack-compras", "correo")
    assert (rule.tell_resolved, rule.enabled) == (False, False)
    assert rule.labels == {"equipo": "compras"}
    assert rule.group_by == ("nombre_sucursal", "equipo")
    assert rule.repeat_seconds == 86_400.0
    assert rule.quiet == Quiet(20 * 60, 7 * 60, (6,), critical=True)
    assert rule.message == "{{ alerts | length }} productos en {{ group.nombre_sucursal }}\n"


WRONG = [
    ("nombre: x\n", 4, 1, "'nombre' is not a key", "'name'"),
    ("sevrity: high\n", 4, 1, "'sevrity' is not a key", "'severity'"),
    ("zzz: 1\n", 4, 1, "'zzz' is not a key", "name, title, on"),
    ("on: stock\n", 4, 1, "twice", "line 2"),
    ("title: 5\n", 4, 8, "must be a text", '"5"'),
    ("title: ''\n", 4, 8, "empty", "delete"),
    ("title:\n", 4, 7, "empty", "delete"),
    ("title: {fr: Bas}\n", 4, 9, "'fr' is not a key of title", "es, pt or en"),
    ("title: {}\n", 4, 8, "empty", "delete"),
    ("title: [a]\n", 4, 8, "one text", ""),
    (f"title: {'x' * 201}\n", 4, 8, "201 characters", "Shorten"),
    ('title: "\\ud800"\n', 4, 8, "cannot be written", "anew"),
    ("source: []\n", 4, 9, "names nothing", "at least one"),
    ("source: [a, a]\n", 4, 13, "twice", "once"),
    ("source: {a: b}\n", 4, 9, "one text", ""),
    ("notify: [1]\n", 4, 10, "must be a text", '"1"'),
    ("for: 30\n", 4, 6, "duration", "30m"),
    ("for: media hora\n", 4, 6, "duration", "30m"),
    ("for: 400d\n", 4, 6, "longer than a year", "366d"),
    ("keep_firing_for: [1h]\n", 4, 18, "duration", "30m"),
    ("recover: stock\n", 4, 10, "alone", "stock > 0"),
    ("recover: {a: b}\n", 4, 10, "one expression", "quotes"),
    ("severity: urgent\n", 4, 11, "not a severity", "critical, high, warning or info"),
    ("severity: warnning\n", 4, 11, "not a severity", "'warning'"),
    ("severity: true\n", 4, 11, "must be a text", "true"),
    ("severity: {}\n", 4, 11, "empty", "one word"),
    ("severity: [high]\n", 4, 11, "one text", ""),
    ("severity: {hihg: stock < 0}\n", 4, 12, "not a key of severity", "'high'"),
    ("severity: {high: false}\n", 4, 18, "never holds", "condition"),
    ("severity: {high: stok < 0}\n", 4, 18, "'stok'", "'stock'"),
    ("severity: {high: true, info: stock < 1}\n", 4, 24, "never reached", "last"),
    ("resolved: yes\n", 4, 11, "true or false", ""),
    ("resolved: 'true'\n", 4, 11, "true or false", "without quotes"),
    ("enabled: 1\n", 4, 10, "true or false", ""),
    ("query: todo\n", 4, 8, "keys and values", "tipo, enable"),
    ("labels: compras\n", 4, 9, "keys and values", "{equipo: compras}"),
    ("labels: {Equipo: x}\n", 4, 10, "cannot be the name", "equipo"),
    ("labels: {rule: x}\n", 4, 10, "already", "another"),
    ("labels: {a: 1}\n", 4, 13, "must be a text", '"1"'),
    ("group_by: nombre_sucursl\n", 4, 11, "cannot be grouped", "'nombre_sucursal'"),
    ("group_by: [marca, marca]\n", 4, 19, "twice", "once"),
    ("group_by: []\n", 4, 11, "names nothing", "delete"),
    ("repeat: never\n", 4, 9, "duration", "30m"),
    ("repeat: 0\n", 4, 9, "without end", "24h"),
    ("quiet: noche\n", 4, 8, "keys and values", "hours"),
    ("quiet: {critical: true}\n", 4, 8, "neither", "hours"),
    ("quiet: {hours: 20-07}\n", 4, 16, "two times", "20:00-07:00"),
    ("quiet: {hours: '25:00-07:00'}\n", 4, 16, "two times", "20:00-07:00"),
    ("quiet: {hours: '07:00-07:00'}\n", 4, 16, "same time", "days"),
    ("quiet: {days: [domingo]}\n", 4, 16, "not a day", "mon"),
    ("quiet: {days: [dom]}\n", 4, 16, "not a day", "'sun'"),
    ("quiet: {days: [mon, tue, wed, thu, fri, sat, sun]}\n", 4, 8, "nobody", "notify: []"),
    ("message: '{% for a in alerts %}'\n", 4, 11, "not a good template", "{{ }}"),
    ("message: |\n  hola\n  {{ alerts | foo }}\n", 6, 3, "not a good template", "{{ }}"),
    ("message: '{{ alrts }}'\n", 4, 14, "'alrts'", "'alerts'"),
    ("message: '{% include \"x\" %}'\n", 4, 11, "other files", "here"),
    ("window: 7d\n", 4, 1, "says nothing on: stock", "returns"),
    ("by: marca\n", 4, 1, "says nothing on: stock", "returns"),
    ("recover: stock <= stock_minimo\n", 4, 10, "never end", "recover"),
    ("notify: []\nrepeat: 1d\n", 5, 1, "tells nobody", "'repeat'"),
    ("notify: []\nmessage: hola\n", 5, 1, "tells nobody", "'message'"),
]


@pytest.mark.parametrize(("more", "line", "column", "message", "hint"), WRONG)
def test_a_wrong_key_or_value_is_refused_where_it_stands(more: str, line: int, column: int, message: str, hint: str):
    """One mistake each, with what to write instead wherever that can be known."""
    ((at_line, at_column, said, advice),) = mistakes(MINIMAL + more)
    assert (at_line, at_column) == (line, column)
    assert message in said
    assert hint in (advice or "")


COUNTED = "name: a\non: returns\nwhen: units > 3\n"


@pytest.mark.parametrize(
    "costly", ["'x' * 300000000", "'x' | center(300000000)", "'%300000000d' % 1", "[0] * 300000000", "10 ** 2000000"]
)
def test_checking_a_message_works_nothing_out(costly: str):
    """Two lines can ask for more memory than there is: only the bounded child that renders may try."""
    tracemalloc.start()
    try:
        assert one_rule(f"message: |\n  {{{{ {costly} }}}}\n").message
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_what_is_counted_has_a_window_and_a_subject():
    """A week and the product, where nothing else is said."""
    rule = load(COUNTED).rules[0]
    assert (rule.window_seconds, rule.by) == (7 * 86_400.0, "product")
    rule = load(f"{COUNTED}window: 4w\nby: marca\n").rules[0]
    assert (rule.window_seconds, rule.by) == (28 * 86_400.0, "marca")


@pytest.mark.parametrize(
    ("more", "column", "message", "hint"),
    [
        ("window: 12h\n", 9, "whole days", "7d"),
        ("window: 200d\n", 9, "whole days", "180d"),
        ("window: 7\n", 9, "duration", "30m"),
        ("by: brand\n", 5, "counted by 'brand'", "product, marca"),
        ("by: marcas\n", 5, "counted by 'marcas'", "'marca'"),
        ("query: {bodega: x}\n", 9, "says nothing on: returns", "stock"),
        ("query: {con_stock: true}\n", 9, "says nothing on: returns", "product"),
        ("group_by: nombre_bodega\n", 11, "cannot be grouped", "nombre_categoria"),
    ],
)
def test_a_wrong_window_or_subject_is_refused(more: str, column: int, message: str, hint: str):
    """Documents carry a date and no time, and no warehouse."""
    ((line, at_column, said, advice),) = mistakes(COUNTED + more)
    assert (line, at_column) == (4, column)
    assert message in said
    assert hint in (advice or "")


@pytest.mark.parametrize(
    ("text", "missing"),
    [("on: stock\nwhen: stock < 1\n", ["name"]), ("name: a\n", ["on", "when"]), ("name: a\nwhen: stock < 1\n", ["on"])],
)
def test_a_rule_without_its_heart_is_refused(text: str, missing: list[str]):
    """A name, what it is about and when it fires cannot be guessed."""
    assert [message for _, _, message, _ in mistakes(text)] == [f"The rule has no '{key}'." for key in missing]


@pytest.mark.parametrize(
    ("text", "line", "meant"),
    [
        ("name: a\non: stock\nwhan: stock < 1\n", 3, "when"),
        ("nme: a\non: stock\nwhen: stock < 1\n", 1, "name"),
    ],
)
def test_a_misspelt_key_is_not_told_as_missing_too(text: str, line: int, meant: str):
    """One slip of the finger is one mistake, at the place where it was made."""
    ((at, _, _, hint),) = mistakes(text)
    assert (at, hint) == (line, f"Did you mean '{meant}'?")


@pytest.mark.parametrize(
    ("name", "better"),
    [("Stock Bajo", "stock-bajo"), ("low_stock", "low-stock"), ("x" * 101, "x" * 100), ("''", "low-stock")],
)
def test_a_name_keeps_to_letters_digits_and_hyphens(name: str, better: str):
    """Names stand in addresses and commands."""
    ((line, column, _, hint),) = mistakes(f"name: {name}\non: stock\nwhen: stock < 1\n")
    assert (line, column, hint) == (1, 7, f"Write name: {better}")


def test_on_is_helped_out():
    """Whoever writes `stok` means stock."""
    assert mistakes("name: a\non: stok\nwhen: stock < 1\n")[0][3] == "Did you mean 'stock'?"


def test_names_of_sources_and_channels_are_checked_where_they_are_known():
    """Without the list nothing can be said; with it, a slip gets the nearest name."""
    text = MINIMAL + "source: [tienda-centro, tienda-nort]\nnotify: corre\n"
    assert not mistakes(text)
    known = {"known_sources": frozenset({"tienda-centro", "tienda-norte"}), "known_channels": frozenset({"correo"})}
    assert mistakes(text, **known) == [
        (4, 25, "'source' names 'tienda-nort', which does not exist.", "Did you mean 'tienda-norte'?"),
        (5, 9, "'notify' names 'corre', which does not exist.", "Did you mean 'correo'?"),
    ]
    assert mistakes(MINIMAL + "notify: x\n", known_channels=frozenset())[0][3] == "There is none yet."


def test_a_rule_may_tell_nobody():
    """It still shows on the page."""
    assert one_rule("notify: []\n").notify == ()


def test_the_severity_is_the_first_that_holds():
    """In the order of the file; warning where none of them does."""
    case = severity_case(one_rule("severity: {critical: stock <= 0, high: stock < 3}\n"))
    assert case.sql == ("CASE WHEN (r.stock <= ?) THEN 'critical' WHEN (r.stock < ?) THEN 'high' ELSE 'warning' END")
    assert case.parameters == (0.0, 3.0)
    assert severity_case(one_rule("severity: info\n")).sql == "'info'"


def test_the_values_of_an_alert_are_the_words_of_when():
    """The stock and its bounds always, because no message about stock makes sense without them."""
    rule = one_rule(when="change < -5 and marca = 'x' and contains(nombre, 'y')")
    assert [word for word, _ in value_columns(rule)] == [
        "stock", "stock_minimo", "stock_maximo", "change", "marca", "nombre",
    ]  # fmt: skip
    assert dict(value_columns(rule))["marca"] == "r.brand"
    shown = dict(value_columns(one_rule(when="sold(7) > 3")))
    assert "sold(7)" in shown


@pytest.mark.parametrize("more", ["title: Otro\n", "# nota\n", "resolved: true\n", "for: 0\n", "severity: warning\n"])
def test_the_digest_stands_still_while_nothing_that_decides_changes(more: str):
    """A new title must not start anything anew."""
    assert one_rule(more).digest == one_rule().digest


@pytest.mark.parametrize(
    "more",
    ["query: {enable: 1}\n", "recover: stock > 5\n", "for: 1s\n", "keep_firing_for: 1s\n", "severity: high\n",
     "severity: {high: stock < 1}\n", "notify: [a]\n", "source: a\n", "resolved: false\n", "enabled: false\n",
     "labels: {a: b}\n", "group_by: marca\n", "repeat: 1d\n", "quiet: {days: [sun]}\n", "message: hola\n"],
)  # fmt: skip
def test_the_digest_changes_with_everything_that_decides(more: str):
    """What fires, when, how gravely, and who hears of it."""
    assert one_rule(more).digest != one_rule().digest
    assert one_rule(when="stock <= 5").digest != one_rule(when="stock <= 6").digest


def test_the_text_is_the_yaml_as_written():
    """Comments and all, so that what stands in force can be shown."""
    text = "# mi regla\n" + MINIMAL
    assert load(text).rules[0].text == text


def test_a_rule_that_only_changed_its_name_has_the_same_body():
    """So it is known again, and its open alerts move with it."""
    one, other = one_rule(), load(MINIMAL.replace("low-stock", "pocas-cajas")).rules[0]
    assert one.digest != other.digest
    assert one.body_digest == other.body_digest
    assert one.body_digest != one_rule("severity: high\n").body_digest


def test_a_condition_over_no_field_is_refused():
    """It would fire for everything, or for nothing, for ever."""
    ((line, column, message, _),) = mistakes("name: a\non: stock\nwhen: 1 = 1\n")
    assert (line, column) == (3, 7)
    assert "no field" in message


@pytest.mark.parametrize(
    "asked", ["'x' * 30000000", "10 ** 30000000", "'x' | center(30000000)", "[0] * 30000000", "'%30000000d' % 1"]
)
def test_a_message_is_read_without_doing_what_it_asks(asked: str):
    """It is read where everybody is served; whatever it costs is paid when it is told, in a room of its own."""
    tracemalloc.start()
    one_rule(f'message: "{{{{ {asked} }}}}"\n')
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
        "{% for a in alerts %}" * 25 + "x" + "{% endfor %}" * 25,
        "{% if 1 %}" * 105 + "x" + "{% endif %}" * 105,
    ],
)
def test_a_message_that_is_nested_beyond_reason_is_a_mistake_of_its_rule(text: str):
    """And of no other: whatever a template does to its reader, the rules beside it are read."""
    book = load(f"rules:\n- {{name: deep, title: t, on: stock, when: stock < 1, message: '{text}'}}\n"
                "- {name: plain, title: t, on: stock, when: stock < 1}\n")  # fmt: skip
    assert [rule.name for rule in book.rules] == ["plain"]
    assert "nested too deeply" in book.errors[0].message
