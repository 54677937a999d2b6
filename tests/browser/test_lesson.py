"""The lesson in a real browser: the window, the diagram, the glossary, slides and progress."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from pages.lesson.scenes import HALF
from tests.browser.conftest import TWO_FRAMES, Visitor
from tests.browser.quiz_visitor import has_kept, kept, reveal

pytestmark = pytest.mark.browser
WINDOW = "Foggy window: wipe it"


# --- The foggy window --------------------------------------------------------------------------


def fog(visitor: Visitor) -> float:
    """How white the middle of the pane is, from 0 (the view) to 1."""
    return visitor.page.get_by_role("slider", name=WINDOW).evaluate(
        """pane => {
            const { data } = pane.getContext("2d").getImageData(60, 40, 120, 80);
            let least = 255;
            for (let i = 0; i < data.length; i += 4) least = Math.min(least, data[i]);
            return least / 255;
        }"""
    )


def test_fog_covers_the_window_as_noise_covers_the_digit(visitor: Visitor) -> None:
    visitor.open("/analogy?moment=0")
    visitor.wait_for("analogy", "i === 0")
    clear = fog(visitor)
    visitor.drag_to(HALF)
    visitor.wait_for("analogy", f"i === {HALF}")
    covered = fog(visitor)
    assert covered > 0.7 > clear
    assert visitor.page.get_by_text("covering · t = 1000").is_visible()


def test_the_forward_process_cannot_be_wiped_away(visitor: Visitor) -> None:
    visitor.open("/forward?t=1000")
    pane = visitor.page.get_by_role("img", name="Foggy window")
    expect(pane).to_have_accessible_name(re.compile("100 percent fog"))
    pane.hover()
    visitor.page.mouse.down()
    visitor.page.mouse.move(0, 0, steps=5)
    visitor.page.mouse.up()
    visitor.page.evaluate(TWO_FRAMES)
    assert visitor.stage("forward", "i") == 1000
    assert not visitor.page.get_by_role("slider", name=WINDOW).count()


def test_wiping_with_the_mouse_moves_the_timeline(visitor: Visitor) -> None:
    visitor.open(f"/analogy?moment={HALF}")
    visitor.wait_for("analogy", f"i === {HALF}")
    box = visitor.page.get_by_role("slider", name=WINDOW).bounding_box()
    assert box
    mouse = visitor.page.mouse
    mouse.move(box["x"] + 60, box["y"] + 120)
    mouse.down()
    for i in range(1, 11):
        mouse.move(box["x"] + 60 + 30 * i, box["y"] + 120 + 4 * i)
    mouse.up()
    visitor.wait_for("analogy", f"i > {HALF + 10}")
    visitor.page.wait_for_url("**moment=**")
    # The model's picture went along: the reverse process has begun.
    assert visitor.stage("analogy", "c.side(i)") == "reverse"


def test_wiping_with_the_keyboard(visitor: Visitor) -> None:
    visitor.open(f"/analogy?moment={HALF}")
    pane = visitor.page.get_by_role("slider", name=WINDOW)
    pane.focus()
    before = int(pane.get_attribute("aria-valuenow") or -1)
    for _ in range(6):
        visitor.page.keyboard.press("ArrowRight")
    visitor.wait_for("analogy", f"i > {HALF + 50}")
    visitor.page.wait_for_function(
        """([name, before]) => [...document.querySelectorAll('*')].some(h =>
            h.shadowRoot && [...h.shadowRoot.querySelectorAll('[role=slider]')].some(s =>
            s.ariaLabel === name && +s.ariaValueNow > before))""",
        arg=[WINDOW, before],
    )


def test_correspondences_light_up_as_they_apply(visitor: Visitor) -> None:
    visitor.open("/analogy?moment=40")
    lit = visitor.page.locator("li[data-lit] b")
    expect(lit).to_have_text(["forward process"])
    visitor.drag_to(HALF + 60)
    expect(lit).to_have_text(["reverse process"])
    visitor.drag_to(2 * HALF)
    expect(lit).to_have_text(["applications"])


def test_where_the_analogy_breaks_is_measured_not_said(visitor: Visitor) -> None:
    visitor.open("/analogy")
    said = [
        visitor.page.get_by_text(f"{what}: neighbours alike by").inner_text().split()[-1]
        for what in ("fog", "noise")
    ]
    fog_alike, noise_alike = (float(number.replace("−", "-")) for number in said)
    assert fog_alike > 0.9 and abs(noise_alike) < 0.12


# --- The diagram -------------------------------------------------------------------------------


def test_choosing_a_node_of_the_diagram_goes_there(visitor: Visitor) -> None:
    visitor.open("/analogy")
    node = visitor.page.get_by_role("button", name="Reverse: generated data")
    node.focus()
    visitor.page.keyboard.press("Enter")
    visitor.wait_for("analogy", f"i === {2 * HALF}")
    assert node.get_attribute("aria-current") == "step"
    visitor.page.get_by_role("button", name="Forward: half of the way").click()
    visitor.wait_for("analogy", f"i === {HALF // 2}")
    pictures = visitor.page.locator(".diagram image").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert len(pictures) == len(set(pictures)) == 10


def test_the_diagram_of_a_lab_leads_to_the_other_one(visitor: Visitor) -> None:
    visitor.open("/forward")
    visitor.page.get_by_role("button", name="Forward: pure noise").click()
    visitor.wait_for("forward", "i === c.last")
    visitor.page.get_by_role("button", name="Reverse: half of the way").click()
    visitor.page.wait_for_url("**/reverse*")
    visitor.wait_for("reverse", "i === 10")
    visitor.page.get_by_role("button", name="Forward: a little noise").click()
    visitor.page.wait_for_url("**/forward*")
    visitor.wait_for("forward", "i === 250")


def test_the_diagram_does_not_call_pure_noise_what_still_holds_the_digit(visitor: Visitor) -> None:
    visitor.open("/forward?schedule=linear+100")
    visitor.page.get_by_role("button", name="Forward: the last step").wait_for()
    assert not visitor.page.get_by_role("button", name="Forward: pure noise").count()


# --- Around the page ---------------------------------------------------------------------------


def test_a_term_opens_in_place_and_gives_the_focus_back(visitor: Visitor) -> None:
    visitor.open("/overview", stage="overview-forward")
    term = visitor.page.get_by_role("link", name="noise").first
    term.focus()
    visitor.page.keyboard.press("Enter")
    entry = visitor.page.get_by_role("dialog", name="What “noise” means")
    entry.wait_for()
    assert "bell curve" in entry.inner_text() and "#term" not in visitor.page.url
    visitor.page.keyboard.press("Escape")
    entry.wait_for(state="hidden")
    assert term.evaluate("link => link === document.activeElement")


def test_keys_go_to_the_stage_in_the_middle_of_the_screen(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/overview", stage="overview-forward")
    page.wait_for_function(
        "() => [...throughTheFog.values()].filter((s) => s.clock && s.painted).length > 3"
    )
    visitor.wait_until_run()
    places = "() => Object.fromEntries([...throughTheFog].map(([name, s]) => [name, s.index]))"
    visitor.stage("overview-forward", "s.clock.scrollIntoView({ block: 'center' })")
    before = page.evaluate(places)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    visitor.wait_for("overview-forward", f"i !== {before['overview-forward']}")
    after = page.evaluate(places)
    assert [name for name in before if after[name] != before[name]] == ["overview-forward"]


def test_progress_stays_in_the_browser(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.address + "/why")
    page.get_by_role("button", name="Mark as done").click()
    page.get_by_role("button", name="✓ Done").wait_for()
    page.goto(visitor.address + "/?path=engineer%3A+all+ten")
    card = page.locator(".st-key-card-mode-why")
    card.get_by_text("done", exact=True).wait_for()
    page.locator(".st-key-card-mode-analogy").get_by_text("not opened yet").wait_for()
    page.reload()
    card.get_by_text("done", exact=True).wait_for()


def test_a_mistyped_address_leads_to_the_nearest_page(visitor: Visitor) -> None:
    visitor.open("/foward?seed=3", stage="forward")
    visitor.page.get_by_text("There is no page “foward”").wait_for()
    visitor.page.get_by_role("heading", name="The forward process").wait_for()
    assert visitor.page.get_by_label("Noise seed").input_value() == "3"


def test_an_answer_is_judged_without_a_reload(visitor: Visitor) -> None:
    visitor.open("/forward")
    visitor.page.evaluate("window.stillHere = true")
    card = visitor.page.locator(".st-key-ask-beside-forward")
    card.scroll_into_view_if_needed()
    visitor.press_until_chosen(card, "c")
    card.get_by_role("button", name="Check").click()
    reveal(card)
    assert card.get_by_text("(your answer)").inner_text().startswith("C")
    assert visitor.page.evaluate("window.stillHere")
    has_kept(visitor.page, 1)
    assert [event.set for event in kept(visitor.page).events] == ["check"]


# --- Presentation ------------------------------------------------------------------------------


def shown(visitor: Visitor) -> list[str]:
    """The slides that can be seen."""
    return visitor.page.locator('[class*="st-key-slide-"]').evaluate_all(
        """all => all.filter(one => one.getBoundingClientRect().height).map(one =>
            [...one.classList].find(name => name.startsWith("st-key-slide-")).slice(13))"""
    )


def test_a_presentation_is_led_by_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    visitor.open("/analogy?present=1")
    page.get_by_role("status").filter(has_text="1 / ").wait_for()
    assert shown(visitor) == ["window"]
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**slide=2**")
    assert shown(visitor)[-1] == "both"  # a part of the first
    page.keyboard.press("b")
    black = page.evaluate("getComputedStyle(document.elementFromPoint(600, 300)).backgroundColor")
    assert black == "rgb(0, 0, 0)"
    page.keyboard.press("b")
    page.keyboard.press("ArrowLeft")
    assert shown(visitor) == ["window"]
    # The space bar still plays, and the settings of the address survive leaving.
    page.keyboard.press(" ")
    visitor.wait_for("analogy", "s.playing")
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('present')")
    page.locator(".st-key-foot").wait_for()


@pytest.mark.parametrize("path", ["/forward", "/reverse", "/analogy"])
def test_the_first_slide_of_a_lab_fits_the_screen(visitor: Visitor, path: str) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 720})
    visitor.open(path + "?present=1", stage=path[1:])
    page.get_by_role("status").filter(has_text="1 / ").wait_for()
    timeline = page.get_by_role("slider", name="Timeline")
    for _ in range(300):  # until what is presented has its place, and still after that
        page.wait_for_timeout(400)
        bottom = timeline.evaluate("slider => slider.getBoundingClientRect().bottom")
        if bottom < 700:
            break
    page.wait_for_timeout(400)
    assert timeline.evaluate("slider => slider.getBoundingClientRect().bottom") == bottom < 700
    size = page.locator("p:visible").first.evaluate(
        "p => parseFloat(getComputedStyle(p).fontSize) * (p.currentCSSZoom ?? 1)"
    )
    assert size >= 14


def test_a_slide_beyond_the_last_is_the_last(visitor: Visitor) -> None:
    visitor.open("/analogy?present=1&slide=90")
    last = re.compile(r"^(\d+) / \1$")
    visitor.page.get_by_role("status").filter(has_text=last).wait_for()
    assert shown(visitor) == ["takeaway"]


def test_hidden_and_locked_controls(visitor: Visitor) -> None:
    visitor.open("/forward?controls=hide")
    assert not visitor.page.get_by_label("Digit", exact=True).is_visible()
    assert not visitor.page.get_by_text("More settings").is_visible()
    assert visitor.page.get_by_role("slider", name="Timeline").is_visible()
    visitor.open("/forward?controls=lock")
    assert visitor.page.get_by_label("Noise seed").is_disabled()


# --- Confusions --------------------------------------------------------------------------------


def test_the_model_refutes_on_the_spot(visitor: Visitor) -> None:
    stage = "confusions-recover"
    visitor.open("/confusions?until=300", stage=stage)
    visitor.wait_for(stage, "c.complete && !c.live")
    mean = """(() => {
        const lane = c.lanes[0], frame = lane.got[lane.got.length - 1];
        const all = [...Array(8).keys()].map(k => lane.picture(frame, k, 0));
        let sum = 0;
        for (const one of all) for (let p = 0; p < 784; p++) sum += Math.abs(one[p] - all[0][p]);
        return sum / (8 * 784);
    })()"""
    alike = float(str(visitor.stage(stage, mean)))
    visitor.open("/confusions?until=1000", stage=stage)
    visitor.wait_for(stage, "c.complete && !c.live")
    unlike = float(str(visitor.stage(stage, mean)))
    assert unlike > 4 * alike
    assert "step=" not in visitor.page.url


def test_the_next_claim_has_a_stage_of_its_own(visitor: Visitor) -> None:
    visitor.open("/confusions", stage="confusions-recover")
    visitor.page.get_by_role("button", name="Next").click()
    visitor.wait_for("confusions-only-noise", "s.painted > 0")
    visitor.page.get_by_role("heading", name="“They only add noise”").wait_for()
    visitor.page.wait_for_url("**claim=**")


def test_nothing_lies_on_the_open_menu_of_a_phone(phone: Visitor) -> None:
    phone.open("/forward")
    share = phone.page.locator(".st-key-share-bar")
    expect(share).to_be_visible()
    phone.page.get_by_test_id("stExpandSidebarButton").click()
    expect(share).to_be_hidden()
    phone.page.get_by_test_id("stSidebarCollapseButton").click()
    expect(share).to_be_visible()
