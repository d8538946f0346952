"""The built book in a real browser, from files and without a network: `pytest tests/browser.py`.

Needs the extra `docs`, playwright and Chromium, which the other tests do not; hence imports stand where they are used.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FLAGS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync").split()  # fmt: skip
READY = "() => window.MathJax?.startup?.promise?.then(() => true)"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book: the folder that REFNN_SITE names, or else built now."""
    if "REFNN_SITE" in os.environ:
        return Path(os.environ["REFNN_SITE"])
    place = tmp_path_factory.mktemp("book") / "site"
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(place)], cwd=ROOT, check=True)
    return place


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


class Seen(HTMLParser):
    """What a page links to, what can be linked to, what it loads, its headings and its pictures without a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.headings: list[int] = []
        self.mute: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.anchors |= {values[key] for key in ("id", "name") if key in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in {"link", "script", "img", "iframe", "source"}:
            self.loaded += [values[key] for key in ("href", "src") if key in values]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and not values.get("alt"):
            self.mute.append(values.get("src", ""))


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Seen]:
    """All pages, read."""
    return {file.relative_to(site).as_posix(): Seen(file.read_text("utf-8")) for file in sorted(site.rglob("*.html"))}


def test_no_page_asks_another_host_for_anything(pages, site):
    assert [(name, url) for name, page in pages.items() for url in page.loaded if re.match(r"(https?:)?//", url)] == []
    styles = "".join(file.read_text("utf-8") for file in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )['\"]?(?:https?:)?//[^)]*", styles) == []


def test_every_link_leads_to_a_page_and_an_anchor_that_exist(pages, site):
    lost = []
    for name, page in pages.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            file = ((site / name).parent / path).resolve() if path else site / name
            target = pages.get(file.relative_to(site.resolve()).as_posix()) if path else page
            drawn_by_script = anchor.startswith("__")
            if not file.exists() or (anchor and target and not drawn_by_script and anchor not in target.anchors):
                lost.append((name, link))
    assert lost == []


def test_headings_go_down_one_by_one_and_pictures_have_a_text(pages):
    jumps = [name for name, page in pages.items()
             if any(b > a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False))]  # fmt: skip
    assert jumps == []
    assert [(name, page.mute) for name, page in pages.items() if page.mute] == []


def test_on_every_page_the_formulas_are_set_nothing_complains_and_a_telephone_is_wide_enough(pages, site, browser):
    found: list[str] = []
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.on("console", lambda message: found.append(f"{page.url}: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.on("request", lambda request: found.append(request.url) if request.url.startswith("http") else None)
    for name in pages:
        page.goto((site / name).as_uri())
        page.wait_for_function(READY)
        marked, drawn, wrong, width, raw = page.evaluate("""() => [
            document.querySelectorAll(".arithmatex").length,
            document.querySelectorAll(".arithmatex mjx-container").length,
            document.querySelectorAll("[data-mml-node=merror], mjx-merror").length,
            document.documentElement.scrollWidth,
            [...document.querySelectorAll("article :is(p, li, td, h1, h2, h3, summary)")].filter((node) =>
              !node.closest("pre, code, figure") && /\\\\\\(|\\\\\\[|\\$\\$|\\\\tag|\\\\frac/.test(
                [...node.childNodes].filter((each) => each.nodeType === 3).map((each) => each.data).join(""))
            ).map((node) => node.textContent.slice(0, 60))]""")
        if marked != drawn or wrong or width > 390 or raw:
            found.append(f"{name}: {drawn} of {marked} formulas, {wrong} wrong, {width} wide, raw {raw}")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_page(site, browser, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto((site / "chapters" / "perceptron.html").as_uri())
    ratios = page.evaluate("""() => {
        const linear = (c) => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
        const light = (rgb) => rgb.map(linear).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const paper = parts(getComputedStyle(document.body).backgroundColor).slice(0, 3);
        return ["article p", "article p a", ".thread", ".caption", "article pre code"].map((what) => {
          const [r, g, b, a = 1] = parts(getComputedStyle(document.querySelector(what)).color);
          const ink = [r, g, b].map((c, i) => a * c + (1 - a) * paper[i]);
          const [high, low] = [light(ink), light(paper)].sort((u, v) => v - u);
          return [what, (high + 0.05) / (low + 0.05)];
        });
    }""")
    assert [(what, round(ratio, 2)) for what, ratio in ratios if ratio < 4.5] == []
    shown = page.evaluate("""() => [...document.querySelectorAll("article img")]
        .filter((image) => getComputedStyle(image).display !== "none").map((image) => image.src)""")
    assert shown and all(("-dark.svg" in source) == (scheme == "dark") for source in shown)


def test_the_search_finds_novikoff_without_a_server(site, browser):
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.click("[data-md-component=search-query]")
    page.keyboard.type("Novikoff")
    page.wait_for_selector(".md-search-result__item a[href*='perceptron']")


def test_what_the_figures_compute_is_what_refnn_computes(pages, site, browser):
    page, seen = browser.new_page(), set()
    for name in pages:
        if 'class="play"' not in (site / name).read_text("utf-8"):
            continue
        page.goto((site / name).as_uri())
        source = (site / name).read_text("utf-8")
        for figure, data in re.findall(r'data-play="(\w+)".*?<script type="application/json">(.*?)</script>', source,
                                       re.DOTALL):  # fmt: skip
            seen.add(figure)
            for arguments, expected in json.loads(data)["cases"]:
                got = page.evaluate("([figure, given]) => models[figure](...given)", [figure, arguments])
                assert _flat(got) == pytest.approx(_flat(expected), rel=1e-5, abs=1e-6), (figure, arguments)
    assert len(seen) >= 4


def test_the_figures_answer_to_the_keyboard(pages, site, browser):
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    for name in pages:
        if 'class="play"' not in (site / name).read_text("utf-8"):
            continue
        page.goto((site / name).as_uri())
        for figure in page.query_selector_all("figure.play"):
            assert figure.query_selector("table") is None
            before = figure.query_selector("svg").inner_html()
            figure.query_selector("input, button").focus()
            page.keyboard.press("ArrowRight" if figure.query_selector("input") else "Enter")
            assert figure.query_selector("svg").inner_html() != before
            assert figure.query_selector("output").text_content()


def test_a_symbol_lights_up_in_formulas_and_in_code(site, browser):
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto((site / "chapters" / "perceptron.html").as_uri())
    page.wait_for_function(READY)
    page.hover("pre .n:text-is('w')")
    lit = page.evaluate("() => [...document.querySelectorAll('.lit')].map((n) => n.closest('pre') ? 'code' : 'tex')")
    assert lit.count("code") > 3 and lit.count("tex") > 3
    assert page.evaluate("() => [...document.querySelectorAll('pre .n.lit')].every((n) => n.textContent === 'w')")


def test_without_scripts_the_figures_are_tables(pages, site, browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / "chapters" / "perceptron.html").as_uri())
    assert len(page.query_selector_all("figure.play tbody tr")) > 3


def _flat(value: Any) -> list[float]:
    """Return the numbers in nested lists."""
    return [number for each in value for number in _flat(each)] if isinstance(value, list) else [float(value)]
