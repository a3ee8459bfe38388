"""Take pictures of a page in a real browser, light and dark; `make picture`.

Reads an exported page; writes two PNG files.
"""

import argparse
import shutil
from pathlib import Path

SIZE = (1280, 800)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("page", type=Path)
    parser.add_argument("light", type=Path)
    parser.add_argument("dark", type=Path)
    args = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for dark, path in ((False, args.light), (True, args.dark)):
            page = browser.new_page(
                viewport={"width": SIZE[0], "height": SIZE[1]},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
            )
            page.goto(args.page.resolve().as_uri())
            page.wait_for_selector("html[data-ready]", state="attached")
            page.wait_for_timeout(500)
            page.screenshot(path=path)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
