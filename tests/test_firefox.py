"""The page in Firefox, driven over its own protocol (Marionette); skipped where there is no Firefox."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from kgraph.views.page import BUNDLE, write_html

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
ERRORS = """Services.console.getMessageArray()
    .filter((message) => message instanceof Ci.nsIScriptError && message.sourceName.startsWith("file:"))
    .filter((message) => !(message.flags & Ci.nsIScriptError.warningFlag))
    .map((message) => message.errorMessage)"""
LOADED = """return performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => !name.startsWith("data:"))"""


PREFERENCES = """user_pref("marionette.port", %d);
user_pref("webgl.force-enabled", true);
"""  # WebGL also where there is no graphics card
HEADLESS = () if "DISPLAY" in os.environ else ("--headless",)  # without a screen it may have no WebGL
STRANGER = """const script = document.createElement("script");
script.text = "document.documentElement.dataset.hacked = 'yes'";
document.body.append(script)"""


class Marionette:
    """A running Firefox; messages are `length:[0, number, command, parameters]`."""

    def __init__(self, port: int) -> None:
        self._socket = _connect(port)
        self._stream = self._socket.makefile("rb")
        self._read()  # a greeting

    def ask(self, command: str, **parameters: object) -> Any:
        message = json.dumps([0, 1, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def script(self, body: str) -> Any:
        return self.ask("WebDriver:ExecuteScript", script=body, args=[])["value"]

    def wait(self, condition: str) -> None:
        end = time.monotonic() + 30
        while not self.script(f"return {condition}"):
            assert time.monotonic() < end, condition
            time.sleep(0.05)

    def errors(self) -> list[str]:
        """Wait for errors in pages from disk, and take them from the console."""
        self.ask("Marionette:SetContext", value="chrome")
        self.wait(f"({ERRORS}).length")
        found: list[str] = self.script(f"return {ERRORS}")
        self.script("Services.console.reset()")
        self.ask("Marionette:SetContext", value="content")
        return found

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            length += byte
        return json.loads(self._stream.read(int(length)))


def _connect(port: int) -> socket.socket:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        time.sleep(0.1)
    raise TimeoutError("Firefox does not answer")


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marionette]:
    if FIREFOX is None:
        pytest.skip("no Firefox here: apt-get install firefox-esr")
    profile = tmp_path_factory.mktemp("profile")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (profile / "user.js").write_text(PREFERENCES % port, "utf-8")
    command = [FIREFOX, *HEADLESS, "--marionette", "--remote-allow-system-access", "--no-remote"]
    process = subprocess.Popen(
        [*command, "--profile", os.fspath(profile)],
        env={**os.environ, "HOME": os.fspath(profile)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        browser = Marionette(port)
        browser.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        yield browser
        browser.close()
    finally:
        process.terminate()
        process.wait(30)


def graph() -> "nx.MultiDiGraph[str]":
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name, papers in (("Mamba", 9), ("S4", 4), ("LRA", 2)):
        made.add_node(f"entity:{name}", label=name, type="method", kind="entity", papers=papers, since="2021")
    for source, target in (("Mamba", "S4"), ("S4", "LRA")):
        made.add_edge(f"entity:{source}", f"entity:{target}", "extends", strength=0.5, since="2023")
    return made


@pytest.mark.browser
@pytest.mark.parametrize("most", [1500, pytest.param(2, id="sigma.js")])
def test_the_page_opens_from_disk(firefox: Marionette, tmp_path: Path, most: int) -> None:
    if most == 2 and not BUNDLE.exists():
        pytest.skip("no bundle here: make bundle")
    path = tmp_path / "page.html"
    write_html(graph(), path, max_nodes=most)
    firefox.ask("WebDriver:Navigate", url=path.as_uri())
    if most == 2 and not firefox.script(
        "return document.createElement('canvas').getContext('webgl2') !== null"
    ):
        assert "no WebGL" in firefox.script("return document.getElementById('why').textContent")
        pytest.skip("this Firefox has no WebGL: apt-get install xvfb libgl1-mesa-dri, then xvfb-run")
    firefox.wait("document.documentElement.dataset.ready === 'yes'")
    firefox.script(
        """const search = document.getElementById("search");
        search.focus();
        search.value = "mam";
        search.dispatchEvent(new Event("input"));
        search.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }))"""
    )
    firefox.wait("document.querySelector('#card h2')?.textContent === 'Mamba'")
    firefox.script("document.querySelector('#card .acts button').click()")
    firefox.wait("document.documentElement.dataset.shown === '2'")
    firefox.wait("document.documentElement.dataset.labels > 0")
    assert firefox.script(LOADED) == []
    firefox.script(STRANGER)
    (error,) = firefox.errors()  # they come in order: the page's own would stand before
    assert "blocked an inline script" in error
    assert firefox.script("return document.documentElement.dataset.hacked") is None
