"""The page in a real browser: quiet, whole at every width, skeleton and curves moving together.

Skips, saying so, where no Chromium is installed; CI installs one.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.report.body_shapes import body_of
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.picture import CAMERAS, arcs, outlines
from opensim_pelvis.report.several import render_several
from opensim_pelvis.report.view import View, view_of

from .conftest import HOSTILE
from .test_logo import HOSTILE as HOSTILE_SVG
from .test_logo import SPACES

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
WAIT_MS = 300_000
PRINTED = 1280  # width of the window from which a page is printed
PAPER_PX = 688  # A4 less two margins of 14 mm
MM = 1.5  # of a body that is drawn in whole millimetres
PIXEL = 1.5  # rounding of places on the screen
BROKEN_HEADS = """[...document.querySelectorAll('thead th')].filter(head => {
    const style = getComputedStyle(head), brush = document.createElement('canvas').getContext('2d');
    brush.font = style.font;
    const room = head.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return room > 0 && head.textContent.trim().split(/\\s+/).some(
        word => brush.measureText(word).width > room + 1);
}).map(head => head.textContent)"""
"""Heads of tables with a word that does not fit on one line, so that it is broken or hangs out."""

SINGLE = """[...document.querySelectorAll('.every')]
    .filter(node => getComputedStyle(node).display !== 'none' && node.getBBox().width > 0).length"""
"""How many charts show single strides."""

FAINT = """(() => {
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const bright = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
    const ground = node => {
        for (let n = node; n; n = n.parentElement) {
            const found = parts(getComputedStyle(n).backgroundColor);
            if (found.length < 4 || found[3] === 1) return found;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const low = [];
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || /SCRIPT|STYLE/.test(node.tagName)) continue;
        const style = getComputedStyle(node);
        const ink = node.closest('svg') ? style.fill : style.color;
        const [a, b] = [bright(parts(ink)), bright(ground(node))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) low.push([node.textContent.slice(0, 40), ink, contrast]);
    }
    return low;
})()"""
"""Texts whose contrast is too small; those of charts against the ground of the page."""

SUBJECT = {"id": "S01", "sex": "female", "height_m": 1.68, "mass_kg": 58.0}

WIDE = """[...document.querySelectorAll('section, figure, .figure, .flat svg, header')]
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1)
    .map(node => node.id || node.className)"""
"""What stands wider than the window."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


class Visit:
    """One page that is open, and what it asked for and complained of."""

    def __init__(self, browser: Any, file: Path, width: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.set_default_timeout(WAIT_MS)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda fault: self.errors.append(str(fault)))
        self.page.on("console", self._hear)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=WAIT_MS)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)

    def wait(self, script: str) -> None:
        """Wait until a script is true; the page's policy lets no text be run inside it."""
        for _ in range(WAIT_MS // 50):
            if self.ask(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {script}")

    def check_quiet(self, file: Path) -> None:
        assert self.errors == []
        away = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
        assert away == [file.as_uri()]

    def check_drawn(self) -> None:
        """Every figure that was given to the page has its plot, and it is not empty."""
        bare = self.ask(
            """[...document.querySelectorAll('[data-figure]')].filter(div => {
                const seen = [...div.querySelectorAll('.canvas')].filter(n => n.clientWidth > 0);
                return seen.length !== 1 || seen[0].clientHeight < 30
                    || !seen[0].querySelector('svg svg').children.length;
            }).map(div => div.dataset.figure)"""
        )
        assert bare == []

    def check_named(self) -> None:
        """Everything has a name for those who do not see it, headings and names are in order."""
        nameless = self.ask(
            """[...document.querySelectorAll('[role=img], [role=group], button, input, img')]
            .filter(node => !(node.getAttribute('aria-label') || node.textContent.trim()
                      || (node.labels && node.labels.length) || node.alt)).map(n => n.outerHTML)"""
        )
        assert nameless == []
        levels = self.ask(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(node => Number(node.tagName[1]))"
        )
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        twice = self.ask(
            """(() => { const all = [...document.querySelectorAll('main [id]')].map(n => n.id);
            return all.filter((id, i) => all.indexOf(id) !== i); })()"""
        )
        assert twice == []

    def check_whole(self) -> None:
        """Nothing stands wider than the window, and no figure wider than its place."""
        assert self.ask("document.documentElement.scrollWidth") <= self.ask("innerWidth")
        assert self.ask(WIDE) == []


def write(folder: Path, view: View) -> Path:
    path = folder / "page.html"
    path.write_text(render_page(view), encoding="utf-8")
    return path


RUNS = ("result", "pelvis_result", "poor_result", "no_strides_result")
COMPARED = ("compared_view", "odd_view")
PAGES = (*RUNS, *COMPARED, "several")


def write_any(folder: Path, which: str, request: pytest.FixtureRequest) -> Path:
    """Write the page of one of the runs, or of all of them side by side."""
    if which in COMPARED:
        return write(folder, request.getfixturevalue(which))
    if which != "several":
        return write(folder, view_of(request.getfixturevalue(which)))
    path = folder / "several.html"
    views = [view_of(request.getfixturevalue(run)) for run in RUNS]
    path.write_text(render_several(views), encoding="utf-8")
    return path


@pytest.mark.parametrize("which", PAGES)
@pytest.mark.parametrize("width", [360, 1920])
def test_a_page_is_quiet_drawn_and_whole(
    browser: Any, which: str, width: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file = write_any(tmp_path, which, request)
    visit = Visit(browser, file, width)
    visit.check_drawn()
    visit.check_whole()
    if which != "several":
        visit.check_named()
    if width > PRINTED:  # and again in a window that is made smaller
        visit.page.set_viewport_size({"width": PRINTED, "height": 900})
        visit.wait(f"innerWidth === {PRINTED} && {WIDE}.length === 0")
        visit.check_drawn()
        visit.check_whole()
        check_print(visit, which, tmp_path)
    visit.check_quiet(file)
    visit.page.close()


@pytest.mark.parametrize("which", RUNS)
@pytest.mark.parametrize("size", [(360, 740), (1280, 800)])
def test_the_first_screen_holds_value_verdict_and_action(
    browser: Any, which: str, size: tuple[int, int], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    width, height = size
    view = {**view_of(request.getfixturevalue(which)), "subject": SUBJECT}
    visit = Visit(browser, write(tmp_path, view), width)
    visit.page.set_viewport_size({"width": width, "height": height})
    shown = visit.page.locator("#headline .value, #headline [data-answer]")
    assert shown.count() == 4
    control = visit.page.locator("#control")
    foot = control.bounding_box() if control.count() and control.is_visible() else None
    for box in (shown.nth(k).bounding_box() for k in range(4)):
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= (foot["y"] if foot else height)
    asked = visit.page.locator("#headline .withheld")
    if asked.count():
        assert not asked.locator("p").is_visible()
        asked.locator("summary").click()
        assert asked.locator("p").is_visible()
    visit.page.close()


@pytest.mark.parametrize("which", ["result", "poor_result", "compared_view", "several"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(
    browser: Any, which: str, scheme: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    visit = Visit(browser, write_any(tmp_path, which, request), 1280)
    visit.page.emulate_media(color_scheme=scheme)
    grounds = visit.ask("getComputedStyle(document.body).backgroundColor")
    assert (grounds == "rgb(255, 255, 255)") == (scheme == "light")
    assert visit.ask(FAINT) == []
    visit.page.close()


@pytest.mark.parametrize("which", ["result", "poor_result", "compared_view", "several"])
def test_axe_finds_nothing(
    browser: Any, which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Deque's rules for screen readers, keyboard and contrast, with everything unfolded."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    visit = Visit(browser, write_any(tmp_path, which, request), 1280)
    visit.ask("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found = axe.Axe().run(visit.page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    visit.page.close()


def test_the_slider_moves_skeleton_and_cursors_together(
    browser: Any, view: View, tmp_path: Path
) -> None:
    file = write(tmp_path, view)
    visit = Visit(browser, file, 1280)
    page = visit.page
    page.locator("#curves").scroll_into_view_if_needed()
    page.locator("#time").fill("50")
    for name in ("above", "behind", "side"):
        assert page.locator(f'[data-picture="{name}"]').get_attribute("data-frame") == "25"
    marks = page.locator(".cursor")
    assert marks.count() == 7  # six curves, pelvis and trunk over time
    assert set(marks.evaluate_all("all => all.map(mark => mark.dataset.percent)")) == {"50"}
    off = visit.ask(
        """[...document.querySelectorAll('.cursor')].map(mark => {
            const plot = mark.ownerSVGElement.querySelector('svg').getBoundingClientRect();
            const line = mark.getBoundingClientRect();
            return line.left + line.width / 2 - (plot.left + plot.width / 2);
        })"""
    )
    assert max(abs(value) for value in off) < PIXEL
    curve = next(c for c in view["curves"]["angles"] if c["name"] == "pelvic_obliquity")
    told = page.locator('[data-readout="pelvic_obliquity"]').inner_text()
    assert f"{curve['right']['mean'][50]:.1f}".replace("-", "\N{MINUS SIGN}") in told
    assert page.locator("#time").get_attribute("aria-valuetext") == "50 % of the stride"
    visit.check_quiet(file)
    page.close()


@pytest.mark.parametrize("percent", [0, 36, 100])
def test_the_page_draws_the_body_as_the_program_does(
    browser: Any, view: View, tmp_path: Path, percent: int
) -> None:
    """Outlines that the script draws are those of Python, within a millimetre of rounding."""
    file = write(tmp_path, view)
    visit = Visit(browser, file, 1280)
    visit.page.locator("#curves").scroll_into_view_if_needed()
    visit.page.locator("#time").fill(str(percent))
    body = body_of(view["skeleton"])
    for name, camera in CAMERAS.items():
        picture = visit.page.locator(f'[data-picture="{name}"]')
        expected = outlines(body, camera, percent // 2)
        shown = picture.locator("[data-solid]").evaluate_all(
            "all => all.map(g => [Number(g.dataset.solid), g.firstChild.getAttribute('d'),"
            " g.lastChild.getAttribute('d')])"
        )
        assert [number for number, _, _ in shown] == [one.number for one in expected]
        for (_, loops, belts), outline in zip(shown, expected, strict=True):
            for found, line in (
                *zip(lines_of(loops), outline.loops, strict=True),
                *zip(lines_of(belts), outline.belts, strict=True),
            ):
                flat = np.stack([1000.0 * line[:, 0], -1000.0 * line[:, 1]], axis=1)
                assert max(gap(found, flat), gap(flat, found)) < MM
    arc = arcs(body, view)[0]
    dot = visit.page.locator("[data-dot=pelvis]")
    across, up = arc.at(arc.turns_deg[percent // 2])
    assert float(dot.get_attribute("cx") or "nan") == pytest.approx(1000 * across, abs=MM)
    assert float(dot.get_attribute("cy") or "nan") == pytest.approx(-1000 * up, abs=MM)
    visit.page.close()


def gap(points: np.ndarray, line: np.ndarray) -> float:
    """Return how far the furthest of some points is from a closed line."""
    along = np.roll(line, -1, axis=0) - line
    away = points[:, None] - line
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    part = np.clip((away * along).sum(axis=2) / length, 0.0, 1.0)
    return float(np.linalg.norm(away - part[..., None] * along, axis=2).min(axis=1).max())


def lines_of(path: str) -> list[np.ndarray]:
    """Return the points of each line of a path."""
    parts = [part for part in path.replace("Z", "").split("M") if part]
    return [np.array([list(map(float, p.split(" "))) for p in part.split("L")]) for part in parts]


def test_the_last_picture_is_turned_by_keys_and_pointer(
    browser: Any, view: View, tmp_path: Path
) -> None:
    visit = Visit(browser, write(tmp_path, view), 1280)
    picture = visit.page.locator('[data-picture="turned"]')
    pelvis = picture.locator(".solid.pelvis path").first
    still = visit.page.locator('[data-picture="behind"] .solid.pelvis path').first
    before, at_rest = pelvis.get_attribute("d"), still.get_attribute("d")
    picture.evaluate("node => node.scrollIntoView({block: 'center', behavior: 'instant'})")
    picture.focus()
    visit.page.keyboard.press("ArrowLeft")
    turned = pelvis.get_attribute("d")
    assert turned != before
    box = picture.bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + 50, box["y"] + 50)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 90, box["y"] + 60)
    visit.page.mouse.up()
    assert pelvis.get_attribute("d") != turned
    assert still.get_attribute("d") == at_rest
    visit.page.close()


def test_who_wants_less_motion_sees_steps(browser: Any, view: View, tmp_path: Path) -> None:
    file = write(tmp_path, view)
    visit = Visit(browser, file, 1280)
    page = visit.page
    page.emulate_media(reduced_motion="reduce")
    page.locator("#motion").scroll_into_view_if_needed()
    assert page.locator("#time").input_value() == "0"  # nothing moves by itself
    page.locator("#play").click()
    seen = set()
    for _ in range(WAIT_MS // 50):
        seen.add(int(page.locator("#time").input_value()))
        if len(seen) > 2:
            break
        page.wait_for_timeout(50)
    assert len(seen) > 2
    assert all(at % 10 == 0 for at in seen)
    page.close()


def test_the_page_plays_and_answers_the_keyboard(browser: Any, view: View, tmp_path: Path) -> None:
    file = write(tmp_path, view)
    visit = Visit(browser, file, 1280)
    page = visit.page
    page.locator("#motion").scroll_into_view_if_needed()
    page.locator("#control").wait_for(state="visible", timeout=WAIT_MS)
    page.locator("#time").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#time-value").inner_text() == "2 %"
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    visit.wait("Number(document.getElementById('time').value) > 10")
    page.locator("#pace").select_option("1")
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    assert page.locator("#play").get_attribute("aria-pressed") == "false"
    page.locator("#every").check()
    assert visit.ask(SINGLE) == 6
    page.locator("#every").uncheck()
    assert visit.ask(SINGLE) == 0
    visit.check_quiet(file)
    page.close()


def test_a_pointer_over_a_curve_shows_the_values_there(
    browser: Any, view: View, tmp_path: Path
) -> None:
    file = write(tmp_path, view)
    visit = Visit(browser, file, 1280)
    page = visit.page
    plot = page.locator("#figure-curve-pelvic_obliquity .canvas > svg > svg")
    plot.evaluate("node => node.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 10)
    curve = next(c for c in view["curves"]["angles"] if c["name"] == "pelvic_obliquity")
    told = page.locator('[data-readout="pelvic_obliquity"]')
    at = int(told.inner_text().split(" ")[0])
    assert abs(at - 30) <= 1  # a pointer stands on whole pixels
    right = f"{curve['right']['mean'][at]:.1f}".replace("-", "\N{MINUS SIGN}")
    assert right in told.inner_text()
    assert page.locator("#time").input_value() == "0"
    page.mouse.move(5, 5)
    assert told.inner_text().startswith("0 %")
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 10)
    assert page.locator("#time").input_value() == "60"
    visit.check_quiet(file)
    page.close()


def test_without_script_the_page_is_whole(browser: Any, view: View, tmp_path: Path) -> None:
    file = write(tmp_path, view)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    shown = page.locator("#figure-curve-pelvic_obliquity .canvas > svg")
    box = shown.bounding_box()
    assert box is not None
    assert box["height"] > 100
    every = page.locator("#figure-curve-pelvic_obliquity .every")
    assert not every.is_visible()
    page.locator("#every").check()
    assert every.is_visible()
    context.close()


def test_a_hostile_name_runs_nothing(browser: Any, view: View, tmp_path: Path) -> None:
    hostile = {**view, "name": HOSTILE, "notes": [HOSTILE]}
    hostile["subject"] = {**view["subject"], "id": HOSTILE}
    file = tmp_path / "hostile.html"
    for page in (render_page(hostile), render_several([hostile, view])):
        file.write_text(page, encoding="utf-8")
        visit = Visit(browser, file, 1280)
        assert visit.page.title() != "owned"
        assert HOSTILE in visit.page.locator("body").inner_text()
        assert visit.ask("document.images.length") == 0
        visit.check_quiet(file)
        visit.page.close()


def test_a_hostile_logo_runs_nothing_and_asks_for_nothing(
    browser: Any, view: View, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(HOSTILE_SVG.format(spaces=SPACES, red="red.png"), encoding="utf-8")
    file = tmp_path / "page.html"
    file.write_text(render_page(view, Lab(logo=logo, name="A")), encoding="utf-8")
    visit = Visit(browser, file, 1280)
    assert visit.ask("document.images[0].naturalWidth") > 0
    assert visit.page.title() != "owned"
    visit.check_quiet(file)
    visit.page.close()


def check_print(visit: Visit, which: str, tmp_path: Path) -> None:
    """The page on paper is whole and A4 throughout."""
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size({"width": PAPER_PX, "height": 1000})
    visit.check_whole()
    assert visit.ask(BROKEN_HEADS) == []
    wide = visit.ask("[...document.querySelectorAll('.canvas')].map(n => n.clientWidth)")
    assert max(wide, default=0) <= PAPER_PX
    if visit.page.locator("#control").count():
        assert not visit.page.locator("#control").is_visible()
    path = tmp_path / "print.pdf"
    visit.page.pdf(path=path, prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[([\d. ]+)\]", path.read_bytes())
    assert len(boxes) >= (3 if which == "result" else 1)
    assert len(set(boxes)) == 1
    width, height = (float(value) for value in boxes[0].split()[2:])
    assert (width, height) == (pytest.approx(595, abs=2), pytest.approx(842, abs=2))
