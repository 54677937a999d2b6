"""The model in the reader's own tab: it draws what Python draws, and where it cannot, the server
does."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Page, Route, expect

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.editing import repair, run_from, stops_between
from diffusion_core.files.bundle import bundle
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import MODELS
from diffusion_core.guidance import Query
from diffusion_core.pixels import from_bytes, to_uint8
from diffusion_core.request import NO_LABEL, Request, network_of
from diffusion_core.run import Run, answered, final_picture, reverse
from diffusion_core.schedule import alpha_sigma
from pages.engine import jobs
from pages.engine.route import sources
from pages.http.modules import VERSION
from pages.shared.packed import mask_of
from pages.stage.forward import ForwardSettings, picture
from tests.browser.conftest import Visitor
from tests.browser.engine import (
    DONE,
    NEEDS_ENGINE,
    READY,
    STAGE,
    asked_to_draw,
    generate,
    status,
)

pytestmark = [pytest.mark.browser, NEEDS_ENGINE]
WORKER = "**/engine/worker.js"
DIGIT = picture(ForwardSettings(5, 1)).tobytes()


@cache
def denoiser(name: str) -> NetworkDenoiser:
    return NetworkDenoiser(load_checkpoint(MODELS[name]))


def drawn_by_torch(run: Run, request: Request) -> NDArray[np.uint8]:
    """The finished pictures (n, 784)."""
    steps = answered(run, denoiser(network_of(request.sampler)))
    return to_uint8(final_picture(steps)).reshape(len(request.labels), -1)


# --- The same picture ----------------------------------------------------------------------------

LABELS = (3, 8)
ENDS = 9
"""The column of a table that says where a step ends (diffusion_core/files/tables.py)."""
HIDDEN = np.packbits(np.arange(28)[:, None].repeat(28, 1) < 14).tobytes()
"""The upper half."""
REQUESTS = [
    *(Request(LABELS, s, n, 1.5, 7) for s in ("ddpm", "ddim", "heun", "dpmpp") for n in (1, 2, 20)),
    *(Request(LABELS, "dpmpp", 20, guidance, 11) for guidance in (0.0, 1.0, 5.0)),
    *(Request((6,), "leap", leaps, 1.0, 2**31 - 1) for leaps in (1, 2, 4)),
    Request((NO_LABEL, 4), "ddim", 20, 1.5, 3),
    Request((9,), "ddim", 250, 1.0, 5),
]


def all_jobs() -> list[tuple[jobs.TabJob, Callable[[], NDArray[np.uint8]]]]:
    """Each as the tab is told of it, and what Python makes of it."""
    sketched, stops = Request((5, 5), "dpmpp", 15, 1.5, 7), Request((3,) * 6 + (8,) * 5, steps=15)
    ends, labels = (7, 21), (3, 8)
    mended = Request((NO_LABEL, 5), "ddpm", 20, 1.5, 7)
    return [
        *((jobs.drawing(r), lambda r=r: drawn_by_torch(reverse(r), r)) for r in REQUESTS),
        (
            jobs.from_picture(sketched, DIGIT, 0.6),
            lambda: drawn_by_torch(run_from(from_bytes(DIGIT), 0.6, sketched), sketched),
        ),
        *(
            (
                jobs.repair(mended, DIGIT, HIDDEN, again),
                lambda again=again: drawn_by_torch(
                    repair(
                        from_bytes(DIGIT),
                        torch.from_numpy(mask_of(HIDDEN)),
                        mended,
                        again,
                    ),
                    mended,
                ),
            )
            for again in (1, 3)
        ),
        *(
            (
                jobs.between(stops, seeds, labels),
                lambda seeds=seeds: drawn_by_torch(stops_between(stops, seeds, labels), stops),
            )
            for seeds in (ends, (7, 7))
        ),
    ]


DRAW_ALL = """async ([root, sources, bundled]) => {
    const at = (path) => import(new URL(path, root).href);
    const [{ Engine }, { jobOf }, { unbundle }] = await Promise.all(
        [at("engine/engine.js"), at("engine/jobs.js"), at("stage/bundle.js")]);
    const head = unbundle(Uint8Array.from(atob(bundled), (letter) => letter.charCodeAt(0)));
    const engine = new Engine(sources, "browser");
    if (!await engine.start()) throw new Error(engine.unfit);
    const drawn = [];
    for (let i = 0; i < head.jobs.length; i++) {
        const job = jobOf(head, i);
        let last = null, steps = 0;
        await engine.run(job.network, job, ({ greys }) => { last = greys; steps += 1; });
        const size = 784, kept = [];
        for (let k = 0; k < job.labels.length; k++) {
            kept.push(...last.subarray(3 * k * size, (3 * k + 1) * size));
        }
        drawn.push([steps, kept]);
    }
    engine.giveUp("done");
    return drawn;
}"""


def test_every_sampler_draws_the_picture_that_python_draws(engine_visitor: Visitor) -> None:
    asked = all_jobs()
    facts, arrays = jobs.in_a_bundle([job for job, _ in asked])
    told = base64.b64encode(bundle({"jobs": facts}, arrays)).decode()
    engine_visitor.page.goto(engine_visitor.address + "/")
    root = f"{engine_visitor.address}/js/{VERSION}/"
    here = engine_visitor.page.evaluate(DRAW_ALL, [root, sources(), told])
    for (job, python), (steps, greys) in zip(asked, here, strict=True):
        theirs = python().astype(int).reshape(-1)
        ends = job.arrays["table"][:, ENDS].sum()
        assert steps == ends + 1
        apart = np.abs(np.array(greys) - theirs)
        assert apart.max() <= 1, f"{job.facts}: {apart.max()} apart at {apart.argmax()}"


def test_an_address_shows_the_same_here_and_on_the_server(engine_visitor: Visitor) -> None:
    found = []
    for engine in ("browser", "server"):
        engine_visitor.open(f"/reverse?draw=surprise+me&start=9&steps=8&n=3&engine={engine}")
        engine_visitor.wait_for(STAGE, DONE)
        found.append(
            engine_visitor.stage(
                STAGE, "[c.lanes[0].got.map((f) => [...f.pixels]), c.lanes[0].labels]"
            )
        )
        assert f"on {'this device' if engine == 'browser' else 'the server'}" in status(
            engine_visitor
        )
        engine_visitor.page.goto("about:blank")
    (here, labels), (there, same) = found  # type: ignore[misc]
    assert labels == same and len(here) == len(there) == 9
    assert np.abs(np.array(here) - np.array(there)).max() <= 1


# --- At work -------------------------------------------------------------------------------------


def test_it_is_loaded_after_the_first_picture_and_then_draws_without_the_server(
    engine_visitor: Visitor,
) -> None:
    engine_visitor.open("/reverse?engine=browser")
    assert "Recorded" in status(engine_visitor)
    engine_visitor.wait_for(STAGE, READY)
    before = len(engine_visitor.asked)
    generate(engine_visitor)
    engine_visitor.wait_for(STAGE, f"c.lanes[0].here && {DONE}")
    expect(engine_visitor.page.get_by_text("on this device").first).to_be_visible()
    assert len(engine_visitor.asked) == before  # not even a run of the page


def test_another_seed_is_drawn_at_once_and_its_field_and_address_follow(
    engine_visitor: Visitor,
) -> None:
    engine_visitor.open("/reverse?steps=6&engine=browser")
    engine_visitor.wait_for(STAGE, f"{READY} && {DONE}")
    generate(engine_visitor, "Generate")
    engine_visitor.wait_for(STAGE, f"!c.lanes[0].address.includes('seed=7&') && {DONE}")
    seed = engine_visitor.stage(STAGE, "/seed=([0-9]+)/.exec(c.lanes[0].address)[1]")
    engine_visitor.page.wait_for_url(f"**start={seed}**")
    expect(engine_visitor.page.get_by_label("Seed", exact=True)).to_have_value(str(seed))
    engine_visitor.wait_until_run()
    # What Python tells of then is what is there: nothing is drawn a second time.
    assert engine_visitor.stage(STAGE, f"{DONE} && c.lanes[0].caption.endsWith('seed {seed}')")
    assert not asked_to_draw(engine_visitor)


def test_it_goes_on_without_a_network(engine_visitor: Visitor) -> None:
    engine_visitor.open("/reverse?steps=6&compare=true&engine=browser")
    engine_visitor.wait_for(STAGE, f"{READY} && {DONE}")
    engine_visitor.page.context.set_offline(True)
    try:
        generate(engine_visitor, "Generate")
        engine_visitor.wait_for(
            STAGE, f"c.lanes.every((l) => l.here && !l.address.includes('seed=7&')) && {DONE}"
        )
        drawn = engine_visitor.stage(STAGE, "[...c.lanes[1].got.at(-1).pixels]")
        engine_visitor.drag_to(0)
        engine_visitor.wait_for(STAGE, "i === 0")
        generate(engine_visitor)
        engine_visitor.wait_for(STAGE, DONE)
        assert engine_visitor.stage(STAGE, "[...c.lanes[1].got.at(-1).pixels]") == drawn
    finally:
        engine_visitor.page.context.set_offline(False)
    seed = engine_visitor.stage(STAGE, "/seed=([0-9]+)/.exec(c.lanes[0].address)[1]")
    engine_visitor.page.wait_for_url(f"**start={seed}**")
    engine_visitor.errors.clear()  # what the browser has to say of a lost connection


def test_stop_stops_at_once_and_ten_presses_draw_once(engine_visitor: Visitor) -> None:
    engine_visitor.open("/reverse?n=1&engine=browser")
    engine_visitor.wait_for(STAGE, READY)
    for _ in range(10):
        generate(engine_visitor)
    engine_visitor.wait_for(STAGE, f"c.lanes[0].here && {DONE}")
    assert engine_visitor.stage(STAGE, "c.lanes[0].got.length") == 21
    assert engine_visitor.stage(STAGE, "c.engine.jobs.size") == 0
    engine_visitor.page.get_by_label("Steps", exact=True).fill("900")
    engine_visitor.page.keyboard.press("Enter")
    engine_visitor.wait_for(STAGE, "c.lanes[0].steps === 900 && c.lanes[0].got.length > 2")
    engine_visitor.page.get_by_role("button", name="Stop").click()
    engine_visitor.wait_for(STAGE, "!c.live")
    got = engine_visitor.stage(STAGE, "c.lanes[0].got.length")
    assert "Stopped at step" in status(engine_visitor)
    # The line is free: another run does not wait for the rest of this one.
    engine_visitor.page.get_by_label("Steps", exact=True).fill("5")
    engine_visitor.page.keyboard.press("Enter")
    engine_visitor.wait_for(STAGE, f"c.lanes[0].steps === 5 && {DONE}")
    assert isinstance(got, int) and got < 500


def test_whoever_leaves_in_the_middle_leaves_nothing_behind(engine_visitor: Visitor) -> None:
    engine_visitor.open("/reverse?n=1&steps=900&engine=browser")
    engine_visitor.wait_for(STAGE, f"{READY} && c.live && c.lanes[0].got.length > 1")
    engine_visitor.page.evaluate("window.engine = window.throughTheFog.get('reverse').scene.engine")
    engine_visitor.page.get_by_role("link", name="Through the Fog").first.click()
    engine_visitor.page.wait_for_function("() => window.engine.jobs.size === 0")


def test_the_guess_is_about_the_very_step_on_stage(engine_visitor: Visitor) -> None:
    settings = ForwardSettings(5, 1, 3, "linear-1000")
    engine_visitor.open("/forward?digit=5&which=1&seed=3&schedule=linear+1000&engine=browser")
    name = "forward"
    engine_visitor.wait_for(name, "c.engine?.ready")
    for step in (137, 613):
        engine_visitor.drag_to(step)
        engine_visitor.wait_for(name, f"i === {step} && c.guessing.answer?.index === {step}")
        engine_visitor.page.get_by_text(f"Asked at step {step}.").wait_for()
        shown = np.array(engine_visitor.pixels("The digit that the model expects"))
        assert np.abs(shown - _guess(settings, step)).max() <= 1
    assert not asked_to_draw(engine_visitor)


def _guess(settings: ForwardSettings, step: int) -> NDArray[np.int64]:
    """What torch makes of that step: the digit that it expects, greys (784,)."""
    alpha, sigma = alpha_sigma(settings.make_schedule(), np.array([step / settings.steps]))
    x_0, eps = from_bytes(picture(settings).tobytes())[None], torch.from_numpy(settings.noise())
    x_t = float(alpha[0]) * x_0 + float(sigma[0]) * eps
    said = Query(x_t, alpha, sigma, torch.tensor([NO_LABEL])).put(denoiser("digits"))
    return to_uint8(said.x0_hat).reshape(-1).astype(int)


# --- Where the tab cannot ------------------------------------------------------------------------


def with_worker(old: str, new: str) -> Callable[[Route], None]:
    """The worker with something else in it."""
    text = (Path(jobs.__file__).parent / "worker.js").read_text("utf-8")
    assert old in text
    return lambda route: route.fulfill(body=text.replace(old, new), content_type="text/javascript")


def cut_short(route: Route) -> None:
    body = route.fetch().body()
    route.fulfill(body=body[: len(body) // 2], content_type="application/wasm")


def changed(route: Route) -> None:
    body = bytearray(route.fetch().body())
    body[-100] ^= 1
    route.fulfill(body=bytes(body))


def break_page(page: Page, how: str) -> None:
    match how:
        case "no SIMD":
            page.add_init_script("WebAssembly.validate = () => false")
        case "no workers":
            page.add_init_script("delete window.Worker")
        case "worker blocked":
            page.route(WORKER, lambda route: route.abort())
        case "engine cut short":
            page.route("**/*.wasm", cut_short)
        case "engine gone":
            page.route("**/*.mjs", lambda route: route.fulfill(status=404))
        case "weights changed":
            page.route("**/digits.safetensors", changed)
        case "graph of others":
            page.route("**/digits.onnx", lambda route: route.fulfill(body=b"onnx"))
        case "slow device":
            page.route(WORKER, with_worker("return quickest", "return 5000"))
        case "saves data":
            page.add_init_script(
                "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
            )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("no SIMD", "this browser lacks WebAssembly SIMD"),
        ("no workers", "this browser has no workers"),
        ("worker blocked", "its worker could not be started"),
        ("engine cut short", "a part of it is missing or damaged"),
        ("engine gone", "a part of it is missing or damaged"),
        ("weights changed", "a part of it is missing or damaged"),
        ("graph of others", "a part of it is missing or damaged"),
        ("slow device", "this device is slower than the server"),
        ("saves data", "this browser saves data"),
    ],
)
def test_where_the_tab_cannot_the_server_draws_and_one_line_says_so(
    engine_visitor: Visitor, how: str, said: str
) -> None:
    break_page(engine_visitor.page, how)
    engine_visitor.open("/reverse?steps=3&n=1")
    engine_visitor.wait_for(STAGE, DONE)
    engine_visitor.wait_for(STAGE, "c.engine.unfit")
    generate(engine_visitor, "Generate")
    engine_visitor.wait_for(STAGE, f"!c.lanes[0].address.includes('seed=7&') && {DONE}")
    assert said in status(engine_visitor) and "on the server, since" in status(engine_visitor)
    assert asked_to_draw(engine_visitor)
    engine_visitor.errors.clear()


COUNTED = "globalThis.passes = (globalThis.passes ?? 0) + 1; "
"""Passes of the network; four of them are made while it is loaded."""


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("const said = v.data;", "const said = passes > 6 ? v.data.fill(NaN) : v.data;"),
        (
            "const { v } = await opened.run({",
            "if (passes > 6) throw Error('out of memory'); const { v } = await opened.run({",
        ),
    ],
    ids=["no number", "out of memory"],
)
def test_what_fails_in_the_middle_is_drawn_by_the_server(
    engine_visitor: Visitor, line: str, broken: str
) -> None:
    engine_visitor.page.route(WORKER, with_worker(line, COUNTED + broken))
    seed = 1 + len(broken)  # another each time: what has been drawn is kept
    engine_visitor.open(f"/reverse?steps=12&n=1&start={seed}&engine=browser")
    engine_visitor.wait_for(STAGE, f"{DONE} && c.engine.unfit")
    assert engine_visitor.stage(STAGE, "c.lanes[0].got.length") == 13
    assert "on the server, since" in status(engine_visitor)
    assert not engine_visitor.stage(STAGE, "c.lanes[0].here")
