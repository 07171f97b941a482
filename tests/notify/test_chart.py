"""The picture in a mail: small, drawn from what was read, and never the reason why nobody is told."""

import email
import io
import random
from email import policy

import pytest
from msgspec.structs import replace
from PIL import Image

from alertd.notify import chart
from alertd.notify.channels import Timeout
from alertd.notify.content import Chart
from alertd.notify.speech import Speech
from alertd.notify.worker import deliver_pass

from . import samples
from .makers import AT, add_channel, put

URL = "https://avisos.tienda.test"
DAY = 86_400_000


def deliver(store, vault):
    quick = Timeout(connect=0.3, read=0.5)
    return deliver_pass(store, vault, url=URL, now=AT, clock=lambda: AT, dice=random.Random(1), timeout=quick)


def mail(post_office):
    return email.message_from_bytes(post_office.mails[-1][1], policy=policy.default)


def pictures(message):
    return [part for part in message.walk() if part.get_content_type() == "image/png"]


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_a_picture_is_small_and_shows_the_fall(language):
    """Under thirty kilobytes, on an opaque ground, with the line, the limits and the moment in their colours."""
    made = samples.oil()
    png = chart.draw(made.chart, Speech(language, made.zone))
    assert len(png) < 30_000
    image = Image.open(io.BytesIO(png))
    assert image.size == (chart.WIDTH * 2, chart.HEIGHT * 2)
    colours = {colour for _, colour in image.convert("RGB").getcolors(4096)}
    assert image.mode == "P"
    assert "transparency" not in image.info
    near = [min(sum(abs(a - b) for a, b in zip(each, _rgb(wanted), strict=True)) for each in colours) for wanted in
            (chart.FIRED, chart.MINIMUM, chart.MAXIMUM)]  # fmt: skip
    assert max(near) < 60


def _rgb(text):
    return tuple(int(text[place : place + 2], 16) for place in (1, 3, 5))


@pytest.mark.parametrize(
    "points",
    [
        [(AT - DAY, -4.0), (AT, 3.5)],
        [(AT - DAY, 0.0), (AT, 0.0)],
        [(AT - number * DAY // 20, float(number % 7)) for number in range(400, -1, -1)],
        [(AT - DAY, 1e9), (AT, 0.000001)],
    ],
)
def test_any_history_can_be_drawn(points):
    """Negative stock, nothing at all, four hundred changes, very large numbers."""
    assert chart.draw(Chart("P", points, 5.0, None, AT), Speech("es", "UTC")).startswith(b"\x89PNG")


def test_the_picture_stands_in_the_mail(store, vault, post_office):
    """Inside the page by its name, with words for who cannot see it."""
    put(store, add_channel(store, vault, post_office.url("marta@tienda.test")), samples.oil())
    assert deliver(store, vault)["sent"] == 1
    (picture,) = pictures(mail(post_office))
    assert picture["Content-ID"] == f"<{chart.NAME}>"
    page = mail(post_office).get_body(("html",)).get_content()
    assert f'src="cid:{chart.NAME}"' in page
    assert 'alt="Existencias de Aceite 1 L en las últimas semanas"' in page


def test_other_services_see_no_hole_where_the_picture_would_be(store, vault, receiver):
    """A program gets text, without a word of pictures."""
    put(store, add_channel(store, vault, receiver.url), samples.oil())
    assert deliver(store, vault)["sent"] == 1
    assert "cid:" not in str(receiver.got[0])


def test_a_picture_that_cannot_be_drawn_delays_nothing(store, vault, post_office, monkeypatch):
    """The mail goes at once, without it and without its place."""

    def broken(*_):
        raise OSError("cannot draw")

    monkeypatch.setattr(chart, "draw", broken)
    put(store, add_channel(store, vault, post_office.url("marta@tienda.test")), samples.oil())
    assert deliver(store, vault)["sent"] == 1
    assert pictures(mail(post_office)) == []
    assert "cid:" not in mail(post_office).get_body(("html",)).get_content()


def test_a_picture_of_nothing_delays_nothing(store, vault, post_office):
    """One moment makes no line."""
    made = replace(samples.oil(), chart=Chart("Aceite", [(AT, 1.0)]))
    put(store, add_channel(store, vault, post_office.url("marta@tienda.test")), made)
    assert deliver(store, vault)["sent"] == 1
    assert "cid:" not in mail(post_office).get_body(("html",)).get_content()


@pytest.mark.parametrize("line", ["552 too large", "451 not with a picture"])
def test_a_server_that_wants_no_picture_gets_the_mail_without_it(store, vault, post_office, monkeypatch, line):
    """Refused for now or for good: the second try in the same pass carries only words."""
    taken = post_office.handle_DATA

    async def no_pictures(server, session, envelope):
        return line if b"image/png" in envelope.content else await taken(server, session, envelope)

    monkeypatch.setattr(post_office, "handle_DATA", no_pictures, raising=False)
    put(store, add_channel(store, vault, post_office.url("marta@tienda.test")), samples.oil())
    assert deliver(store, vault)["sent"] == 1
    assert pictures(mail(post_office)) == []
