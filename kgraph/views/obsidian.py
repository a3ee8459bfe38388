"""An Obsidian vault: a note for every node, its facts as properties, its edges as links between notes.

A vault lives on with its user, so nothing of theirs is ever overwritten: a folder is taken only if it is new
or empty, or if all in it but Obsidian's own settings is as kgraph left it.
"""

import json
import re
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import KGraphError
from kgraph.views.rows import Row, edge_rows, node_rows

if TYPE_CHECKING:
    import networkx as nx

MANIFEST = ".kgraph.json"  # what kgraph wrote, with digests; Obsidian shows no file that begins with a dot
SETTINGS = ".obsidian"
LONGEST, MOST_BYTES = 100, 200  # of a file's name: with digest and suffix within every system's 255
PROPERTIES = ("type", "papers", "since", "date", "url")

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|#^\[\]\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # names that Windows keeps for devices
_FOLDERS = {"paper": "Papers"}  # by kind; entities stand in a folder of their type
_READING = {  # how an edge reads from its source, and from its target; what says most comes first
    "introduces": ("Introduces", "Introduced by"),
    "extends": ("Extends", "Extended by"),
    "is_a": ("Is a", "Kinds"),
    "part_of": ("Part of", "Parts"),
    "used_for": ("Used for", "Done with"),
    "trained_on": ("Trained on", "Used to train"),
    "evaluated_on": ("Evaluated on", "Used to evaluate"),
    "compared_with": ("Compared with", "Compared with"),
    "compares": ("Compares", "Compared in"),
    "evaluates": ("Evaluates", "Evaluated in"),
    "uses": ("Uses", "Used in"),
    "mentions": ("Mentions", "Mentioned in"),
    "builds_on": ("Builds on", "Built on by"),
    "cites": ("Cites", "Cited by"),
    "appears_with": ("Appears with", "Appears with"),
}
_HEADINGS = [heading for pair in _READING.values() for heading in pair]


class NotOurs(KGraphError):
    """The folder holds files that kgraph did not write, or that were changed since."""

    def __init__(self, path: str, files: tuple[str, ...]) -> None:
        super().__init__(path, files)
        self.path, self.files = path, files

    def __str__(self) -> str:
        shown = ", ".join(self.files[:3]) + (", …" if len(self.files) > 3 else "")
        return f"{self.path}: holds what is not kgraph's to overwrite ({shown}); give a new folder"


class InTheWay(KGraphError):
    """A folder beside the vault has the name that one is needed by, and kgraph did not make it."""

    def __init__(self, path: str, vault: str) -> None:
        super().__init__(path, vault)
        self.path, self.vault = path, vault

    def __str__(self) -> str:
        return f"{self.path}: is in the way of {self.vault} and not kgraph's; move it, or give a new folder"


def write_obsidian(graph: "nx.MultiDiGraph[str]", path: Path) -> None:
    """Write the vault, a folder, in place of one that kgraph wrote before; or raise NotOurs or InTheWay."""
    _restore(path)
    foreign = tuple(_foreign(path))
    if foreign:
        raise NotOurs(str(path), foreign)
    rows = {row["id"]: row for row in node_rows(graph)}
    notes = _note_names(rows)
    links = _links(graph)
    digests = {}
    with _folder_aside(path) as folder:
        for node, row in rows.items():
            note = folder / f"{notes[node]}.md"
            text = _note(row, links.get(node, []), rows, notes)
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(text, "utf-8", newline="\n")
            digests[f"{notes[node]}.md"] = _digest(text.encode())
        manifest = json.dumps(digests, ensure_ascii=False, indent=0, sort_keys=True)
        (folder / MANIFEST).write_text(manifest + "\n", "utf-8", newline="\n")


# ------------------------------------------------------------------------------------------------- the folder


def _foreign(path: Path) -> Iterator[str]:
    """Name the files in the folder that kgraph did not write as they are."""
    if not path.exists():
        return
    if not path.is_dir():
        yield path.name
        return
    manifest = path / MANIFEST
    known = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_dir() or name == MANIFEST or name.split("/")[0] == SETTINGS:
            continue
        if known.get(name) != _digest(file.read_bytes()):
            yield name


def _beside(path: Path) -> tuple[Path, Path]:
    """Name the folders that a vault is written in, and that the one before is kept in until it is."""
    return path.with_name(f"{path.name}.partial"), path.with_name(f"{path.name}.old")


def _restore(path: Path) -> None:
    """Put back a vault that a killed run had set aside; raise InTheWay for folders that no run left."""
    partial, old = _beside(path)
    if _has_manifest(old) and not path.exists():
        old.rename(path)
    if old.exists() and (not _has_manifest(old) or any(_foreign(old))):
        raise InTheWay(str(old), str(path))
    is_empty = partial.is_dir() and not any(partial.iterdir())
    if partial.exists() and not is_empty and not _has_manifest(partial):
        raise InTheWay(str(partial), str(path))


def _has_manifest(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


@contextmanager
def _folder_aside(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` that takes its place, its settings kept, once the block ends well.

    The manifest stands in it from the start, for without it the next run could not tell whose it is.
    """
    partial, old = _beside(path)
    for folder in (partial, old):
        shutil.rmtree(folder, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        (partial / MANIFEST).write_text("{}\n", "utf-8")
        yield partial
        if path.exists():
            if (path / SETTINGS).exists():
                shutil.copytree(path / SETTINGS, partial / SETTINGS)
            path.rename(old)
        partial.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        if old.exists() and not path.exists():
            old.rename(path)
        shutil.rmtree(partial, ignore_errors=True)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()


# ------------------------------------------------------------------------------------------------ the names


def _note_names(rows: Mapping[str, Row]) -> Mapping[str, str]:
    """Give every node a path of its own, without suffix; names that differ in case alone take a digest."""
    names = {node: safe_name(row["label"]) for node, row in rows.items()}
    bearers = defaultdict(list)
    for node, name in names.items():
        bearers[name.casefold()].append(node)
    for nodes in bearers.values():
        for node in nodes[1:] if len(nodes) > 1 else ():
            names[node] += f" ~{_digest(node.encode())[:6]}"
    return {node: f"{_folder(rows[node])}/{name}" for node, name in names.items()}


def _folder(row: Row) -> str:
    return _FOLDERS.get(str(row.get("kind"))) or f"{str(row.get('type', 'thing')).capitalize()}s"


def safe_name(label: str) -> str:
    """Make a name that every file system and every wikilink can hold.

    >>> safe_name("GPT-4: what [is] it?"), safe_name("CON"), safe_name("..."), safe_name("Модель β")
    ('GPT-4 what is it', 'CON_', 'unnamed', 'Модель β')
    """
    text = unicodedata.normalize("NFC", label)
    text = " ".join(_UNSAFE.sub(" ", text).split()).replace(" .", ".")
    text = text[:LONGEST].encode()[:MOST_BYTES].decode(errors="ignore").strip(" .") or "unnamed"
    return f"{text}_" if _RESERVED.fullmatch(text) else text


# ------------------------------------------------------------------------------------------------ the notes

_Link = tuple[str, str, int]  # heading, other node, papers


def _links(graph: "nx.MultiDiGraph[str]") -> Mapping[str, list[_Link]]:
    """Collect what every node is tied to, under the headings of its note, the strongest first."""
    links: dict[str, list[_Link]] = defaultdict(list)
    for row in edge_rows(graph):
        there, back = _READING[row["relation"]]
        papers = row.get("papers", 1)
        links[row["source"]].append((there, row["target"], papers))
        links[row["target"]].append((back, row["source"], papers))
    for found in links.values():
        found.sort(key=lambda link: (_HEADINGS.index(link[0]), -link[2], link[1]))
    return links


def _note(row: Row, links: list[_Link], rows: Mapping[str, Row], notes: Mapping[str, str]) -> str:
    """Write properties, the name as heading, then a list of links for each way in which it is tied."""
    aliases = dict.fromkeys([row["label"], *row.get("aliases", ())])
    known = {"id": row["id"], "aliases": list(aliases), "tags": [f"kgraph/{row.get('type', 'thing')}"]}
    known |= {name: row[name] for name in PROPERTIES if name in row}
    properties = "".join(
        f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in known.items()
    )
    text = f"---\n{properties}---\n\n# {_plain(row['label'])}\n"
    for heading, group in groupby(links, itemgetter(0)):
        lines = (_item(rows[node], notes[node], papers) for _, node, papers in group)
        text += f"\n## {heading}\n\n" + "".join(lines)
    return text


def _item(row: Row, note: str, papers: int) -> str:
    if row.get("kind") == "paper":
        about = f" ({row['date']})" if "date" in row else ""
    else:
        about = f" ({papers} papers)" if papers > 1 else ""
    return f"- [[{note}|{_plain(row['label'])}]]{about}\n"


def _plain(text: str) -> str:
    """Take from a text what Markdown or Obsidian would act on, as HTML and links do."""
    return re.sub(r"([\\`*_<>#$%=~!])", r"\\\1", re.sub(r"[\[\]|]+", " ", text)).strip()
