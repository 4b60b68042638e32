"""Take a picture of every kind of page, on a phone and on a desk, in both languages.

    python tools/screenshots.py http://127.0.0.1:8000 FOLDER [--no-js] [--only /path/]

Signs in by one click as one of the demonstration's people (`--person`, else the assessment office).
Starts at the first page and follows its links; of pages that differ only in a code it takes
the first. Says which pages are wider than the phone's window and which answered with an error.
"""

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
STARTS = ("/", "/tables/", "/runs/", "/appeals/", "/sign-in/", "/me/", "/keys/", "/nothing-here/")
PERSON = "kaohe1"
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_FILE = re.compile(r"\.(csv|xlsx|json|zip|parquet|css|js|svg)$|/file/$|^/language/|^/healthz")


def shape(path: str) -> str:
    """The path without its codes: pages of one shape look alike."""
    parts = [
        "*" if re.search(r"\d", part) or part.startswith("~") else part for part in path.split("/")
    ]
    # Rates and counts of other levels look like those of a community.
    if len(parts) > 6 and parts[1] == "runs" and parts[3] != "community":
        parts[5] = "figure"
    return "/".join(parts)


def sign_in(context: BrowserContext, base: str, person: str = PERSON) -> None:
    """Be one of the demonstration's people.

    The page stays open until its context is closed: closed while it was on its way to another
    address, it has been seen to hang for ever.
    """
    page = context.new_page()
    page.goto(urljoin(base, "/sign-in/"))
    with page.expect_navigation():
        page.click(f"button[name=demo][value={person}]")


def pages_of(page: Page, base: str, most: int) -> dict[str, str]:
    """Shape -> path of every kind of page that links lead to."""
    waiting, found = list(STARTS), dict[str, str]()
    while waiting and len(found) < most:
        path = waiting.pop(0)
        key = shape(path)
        if key in found or _FILE.search(path):
            continue
        page.goto(urljoin(base, path), wait_until="domcontentloaded")
        found[key] = path
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        for link in links:
            parts = urlsplit(link)
            if parts.netloc == urlsplit(base).netloc and parts.path not in waiting:
                waiting.append(parts.path)
    return found


def take(
    browser: Browser, base: str, folder: Path, paths: dict[str, str], *, js: bool, person: str
) -> int:
    """One picture per page, size and language; the number of pages with something wrong."""
    wrong = 0
    for size, (width, height) in SIZES.items():
        for language in ("zh", "en"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, java_script_enabled=js
            )
            context.add_cookies([{"name": "jieban_language", "value": language, "url": base}])
            sign_in(context, base, person)
            page = context.new_page()
            for key, path in paths.items():
                answer = page.goto(urljoin(base, path), wait_until="load")
                name = key.strip("/").replace("/", "_").replace("*", "x") or "first"
                page.screenshot(
                    path=folder / f"{name}.{size}.{language}.png", full_page=height < 900
                )
                status = answer.status if answer else 0
                over = 0
                if js:
                    over = page.evaluate(OVER)
                if over > 0 or (status >= 400 and "nothing-here" not in path):
                    wrong += 1
                    print(f"{size} {language} {status} over by {over}px {path}")
            context.close()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-js", action="store_true")
    parser.add_argument("--only", action="append", help="just this path; may be given again")
    parser.add_argument("--person", default=PERSON, help="user name to sign in as")
    parser.add_argument("--most", type=int, default=60)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        if asked.only:
            paths = {shape(path): path for path in asked.only}
        else:
            context = browser.new_context()
            sign_in(context, asked.base, asked.person)
            paths = pages_of(context.new_page(), asked.base, asked.most)
        wrong = take(
            browser, asked.base, asked.folder, paths, js=not asked.no_js, person=asked.person
        )
        browser.close()
    print(f"{len(paths)} pages, {len(SIZES) * 2} pictures each; {wrong} to look at")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
