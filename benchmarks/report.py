"""What was measured, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from diffusion_core.request import LEAP_STEPS

NAME, VALUE = 42, 28
"""Widths of the columns for what it is, and for what follows the figure."""

BROWSER_ROWS = {
    "start_forward": {
        "seconds": "server started to moving on /forward",
        "server_ready": "  until the server answers",
        "page": "  from there to moving",
    },
    "start_reverse": {
        "seconds": "server started to moving on /reverse",
        "server_ready": "  until the server answers",
        "page": "  from there to moving",
    },
    "switch": {
        "seconds": "page switch, click to first frame",
        "to_reverse": "  to Reverse",
        "to_forward": "  to Forward",
        "first_visit": "  to Reverse, the first time",
    },
    "scrub": {
        "seconds": "scrubbing, input to drawn frame",
        "to_next_frame": "  to the start of the frame after",
    },
    "play": {"frames_per_second": "playing", "longest_wait": "  longest wait for a picture"},
    "play_chain": {
        "frames_per_second": "playing with the chain",
        "longest_wait": "  longest wait for a picture",
    },
}
"""The figures of each part of the browser's results, and what they are called."""
ENGINE_ROWS = {
    "loading": "engine ready after the first picture",
    "one": "one guided digit, 20 steps",
    "sixteen": "16 of them",
    "leaps": "16 digits in two leaps",
    "guess": "Forward with the live guess",
    "asked": "all of that together",
}
"""And those of the model in the tab."""


def report(results: dict[str, Any]) -> list[str]:
    """The lines to print."""
    parts: dict[str, Callable[[dict[str, Any]], Iterable[str]]] = {
        "model": _model,
        "service": _service,
        "browser": _browser,
        "engine": _engine,
        "travel": _travel,
        "plane": _plane,
        "applications": _applications,
        "editing": lambda editing: ["", *editing["lines"]],
        "frontier": lambda frontier: frontier["lines"],
    }
    lines = [*_machine(results["machine"], results["date"]), *_goals(results["goals"])]
    for name, lines_of in parts.items():
        if name not in results:
            continue
        part = results[name]
        skipped = "skipped" in part
        lines += ["", name.upper(), f"  {part['skipped']}"] if skipped else lines_of(part)
    return lines


def _machine(machine: dict[str, Any], date: str) -> Iterator[str]:
    yield (
        f"Measured on {date}: {machine['processor']}, {machine['cores']} cores; torch "
        f"{machine['torch']} on {machine['device']}, {machine['threads']} threads."
    )
    busy = "busy with other work, so times are too long" if machine["busy"] else "quiet"
    yield f"The load was {machine['load']:.1f} when it began: the machine was {busy}."


def _goals(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("", "GOALS")
    for row in rows:
        limit = f"{'>=' if row['at_least'] else '<='} {_amount(row['limit'], row['unit'])}"
        value = "-" if row["measured"] is None else _amount(row["measured"], row["unit"])
        verdict = {True: "met", False: "MISSED", None: "not measured"}[row["met"]]
        yield f"  {row['what']:<{NAME}} {value:>14}   {limit:<18} {verdict}"


def _engine(engine: dict[str, Any]) -> Iterator[str]:
    """The model in the reader's tab."""
    yield from ("", f"ENGINE  {engine['browser']}, one thread of WebAssembly")
    for name, what in ENGINE_ROWS.items():
        found = engine[name]
        if "requests" in found:
            yield f"  {what:<{NAME}} {found['requests']} requests of the server"
            continue
        for part, figure in found.items():
            unit = "a second" if part.endswith("_a_second") else "s"
            told = part.replace("_", " ").removesuffix(" a second")
            yield _row(f"{what}, {told}", figure, unit)


def _model(model: dict[str, Any]) -> Iterator[str]:
    run = model["standard"]
    yield from (
        "",
        f"MODEL  {model['pictures']} digits, {run['sampler']}, {run['steps']} steps, guidance "
        f"{run['guidance']:g}, every step recorded",
        _row("all of them", run["total"]),
        _row("first frame", run["first_frame"]),
        _row("all of them, the first time", run["fresh"]["total"]),
    )
    memory = run["memory"]
    if memory["peak"]:
        held = f"{memory['before'] / 1e6:.0f} MB before, {memory['peak'] / 1e6:.0f} MB at most"
        yield f"  {'memory of the process':<{NAME}} {held}"
    counts = sorted({row["steps"] for row in model["samplers"]})
    yield from ("", f"  Seconds for {model['pictures']} digits, by sampler, guidance and steps")
    yield "  " + " " * 14 + "".join(f"{n:>9}" for n in counts) + "   network calls a picture"
    for kind in dict.fromkeys((row["sampler"], row["guidance"]) for row in model["samplers"]):
        rows = {r["steps"]: r for r in model["samplers"] if (r["sampler"], r["guidance"]) == kind}
        times = "".join(f"{rows[n]['total']['median']:9.3f}" for n in counts)
        calls = ", ".join(f"{rows[n]['network_calls']:g}" for n in counts)
        yield f"  {kind[0]:<8}{kind[1]:>6.1f}{times}   {calls}"
    yield from ("", "  One pass of the network and nothing else")
    for row in model["passes"]:
        rate = f"{row['pictures_per_second']:6.0f} pictures/s"
        yield f"{_row('batch of ' + str(row['batch']), row['seconds'])}   {rate}"
    yield from ("", "  The same network under diffusers' schedulers; ratio: ours / theirs")
    if isinstance(model["diffusers"], dict):
        yield f"  {model['diffusers']['skipped']}"
        return
    for row in model["diffusers"]:
        ratio = row["ratio"]
        yield (
            f"  {row['sampler']:<8} ours {duration(row['ours']['median'])}, theirs "
            f"{duration(row['theirs']['median'])}, ratio {ratio['median']:.2f} "
            f"({ratio['low']:.2f} to {ratio['high']:.2f}), of the fastest "
            f"{row['ratio_of_fastest']:.2f}; {row['grey_levels_apart']} of 255 grey levels apart"
        )


def _service(service: dict[str, Any]) -> Iterator[str]:
    yield from ("", f"SERVICE  {service['pictures']} digits of the distilled model")
    for steps in LEAP_STEPS:
        yield _row(f"in {steps} network call{'s' if steps > 1 else ''}", service[f"leap_{steps}"])
    shared = service["shared"]
    yield from ("", f"  {shared['batch']} requests for one digit each, in shared batches")
    yield _row("bare passes", shared["bare_pictures_per_second"], "pictures/s")
    yield _row("shared sampler, recorded", shared["shared_pictures_per_second"], "pictures/s")
    yield _row("the one over the other", shared["share"], "")
    start, memory = service["start"], service["start"]["memory"]
    yield from ("", "  The app at rest", _row("importing it", start["import"]))
    held = f"{memory['server'] / 1e6:.0f} MB, its model's process {memory['worker'] / 1e6:.0f} MB"
    yield f"  {'memory of the server':<{NAME}} {held}"


def _travel(travel: dict[str, Any]) -> Iterator[str]:
    yield from (
        "",
        f"TRAVEL  {travel['path']} on a phone: 1.6 Mbit/s, 150 ms, a quarter of the speed",
    )
    rows = {
        "moves": ("until something moves", "s"),
        "heading": ("until its heading is there", "s"),
        "usable": ("until it is usable", "s"),
        "kilobytes": ("sent before that", "kB"),
        "requests": ("requests before that", ""),
        "all_kilobytes": ("sent in all", "kB"),
        "all_requests": ("requests in all", ""),
    }
    for visit in ("first", "second"):
        yield f"  The {visit} visit"
        for key, (name, unit) in rows.items():
            yield _row(name, travel[visit][key], unit)


def _plane(plane: dict[str, Any]) -> Iterator[str]:
    yield from ("", "PLANE  a training in the browser, from pressing Train")
    for shape, found in plane["shapes"].items():
        yield _row(f"{shape}, to the first picture", found["first"])
        yield _row("  to a shape that can be recognised", found["shape"])
        yield _row("  to the end", found["over"])
        yield _row("  updates of the picture", found["updates"], "a second")
    yield _row("points on their way, painted", plane["playing"], "frames/s")
    yield from ("", "  A whole training of the moons, snapshots and all")
    yield _row("in the tab", plane["torch"]["tab"], "steps/s")
    yield _row("torch, on one thread", plane["torch"]["torch"], "steps/s")
    yield _row("seconds of the one over the other", plane["torch"]["ratio"], "")
    for where, place in {"browser": "in the tabs", "server": "on the server"}.items():
        for count, found in plane["together"][where].items():
            yield from ("", f"  {count} at once, {place}")
            yield _row("to a shape that can be recognised", found["shape"])
            yield _row("updates of the picture", found["updates"], "a second")
    yield from ("", "  What others notice of three trainings")
    for what, name in {"digit": "a digit of ten steps", "page": "a page's file"}.items():
        yield _row(f"{name}, alone", plane["others"]["alone"][what])
        yield _row("  beside the trainings", plane["others"]["beside"][what])
        yield _row("  the one over the other", plane["others"][f"{what}_ratio"], "")


def _applications(part: dict[str, Any]) -> Iterator[str]:
    yield from ("", "APPLICATIONS  each lab as it opens, and what it asks for with one digit alone")
    for title, found in part["labs"].items():
        yield _row(f"{title}, to the first picture", found["first"])
        yield _row("  to the end", found["whole"])
        yield _row("  one digit, to the first frame", found["one_first"])
        yield _row("  to the end", found["one"])


def _browser(browser: dict[str, Any]) -> Iterator[str]:
    frames = browser["empty_page_frames_per_second"]
    yield from (
        "",
        f"BROWSER  {browser['browser']}, digits: {browser['digits']}; an empty page makes "
        f"{frames:.1f} frames/s",
    )
    for part, names in BROWSER_ROWS.items():
        if "skipped" in browser[part]:
            yield f"  {browser[part]['skipped']}"
            continue
        for key, name in names.items():
            unit = "frames/s" if key == "frames_per_second" else "s"
            yield _row(name, browser[part][key], unit)
        if part == "scrub":
            for when, counted in browser[part]["traffic"].items():
                from_where = f" ({', '.join(counted['addresses'])})" if when != "loading" else ""
                yield (
                    f"  {'  network, ' + when:<{NAME}} {counted['requests']} requests, "
                    f"{counted['messages']} messages{from_where if counted['addresses'] else ''}"
                )


def _row(name: str, value: float | dict[str, Any], unit: str = "s") -> str:
    """One line: a single figure, or the median with 95th percentile or extremes behind it."""
    if not isinstance(value, dict):
        return f"  {name:<{NAME}} {_amount(value, unit):>14}"
    behind = f"({_amount(value['low'], unit)} to {_amount(value['high'], unit)})"
    if "p95" in value:
        behind = f"(95 % within {_amount(value['p95'], unit)}, of {value['count']})"
    return f"  {name:<{NAME}} {_amount(value['median'], unit):>14}   {behind:<{VALUE}}".rstrip()


def _amount(value: float, unit: str) -> str:
    if unit == "s":
        return duration(value)
    return f"{value:.1f} {unit}" if unit else f"{value:.3g}"


def duration(seconds: float) -> str:
    """Seconds, or milliseconds below one second, to three digits or so."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"
