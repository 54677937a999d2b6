"""Visitors share the model fairly, and the download of MNIST is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from diffusion_core.errors import MnistError
from pages.components import digits
from pages.components.digits import Download
from pages.components.model import Turnstile
from tests.pages.conftest import Open


def test_turnstile_serves_in_order_of_arrival() -> None:
    turnstile, order = Turnstile(), []
    arrived = [threading.Event() for _ in range(5)]

    def visit(number: int) -> None:
        arrived[number].set()
        with turnstile:
            order.append(number)

    with turnstile:
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=visit, args=(number,)))
            threads[-1].start()
            arrived[number].wait()
            while turnstile._next < number + 2:  # until this visitor has drawn a ticket
                pass
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_turnstile_goes_on_after_an_error() -> None:
    turnstile = Turnstile()
    with pytest.raises(RuntimeError), turnstile:
        raise RuntimeError
    with turnstile:
        pass
    assert turnstile._serving == 2


def test_download_that_fails_says_why_and_can_be_tried_again(
    open_page: Open, without_mnist: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(progress: object) -> None:
        tries.append(1)
        raise MnistError("No mirror answered: check the connection.")

    monkeypatch.setattr(digits, "download_mnist", fail)
    download = Download()
    download.start()
    assert download._thread is not None
    download._thread.join()
    monkeypatch.setattr("pages.components.badge.download", download)
    app = open_page("forward")
    assert any("No mirror answered" in caption.value for caption in app.caption)
    again = next(button for button in app.button if "again" in button.label)
    again.click().run()
    download._thread.join()
    assert len(tries) == 2


def test_download_under_way_shows_its_progress(
    open_page: Open, without_mnist: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway, finish = threading.Event(), threading.Event()

    def slow(progress: Callable[[float], None]) -> None:
        progress(0.5)
        halfway.set()
        finish.wait(30)

    monkeypatch.setattr(digits, "download_mnist", slow)
    download = Download()
    download.start()
    halfway.wait(10)
    monkeypatch.setattr("pages.components.badge.download", download)
    app = open_page("forward")
    finish.set()
    assert any("on its way (50%)" in caption.value for caption in app.caption)


def test_no_download_where_the_user_named_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_DIR", "/nowhere")
    download = Download()
    download.start()
    assert not download.running
