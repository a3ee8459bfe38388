"""RDF in Turtle: entities as SKOS concepts, papers in Dublin Core, citations in CiTO, the rest in our terms.

A paper whose id says where it stands on the web bears that address, so that the graph joins others'. Each
edge is one triple, and a `kg:Link` holds its figures: in how many papers, since when. It is written as it is
made, which rdflib cannot do: 100,000 edges are a million triples.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kgraph.views.files import atomic_write
from kgraph.views.rows import EDGE_FIELDS, Row, edge_rows, node_rows
from kgraph.views.scene import LINKS

if TYPE_CHECKING:
    import networkx as nx

HEAD = """\
@prefix kg: <urn:kgraph:term:> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
DATES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}  # by the length of the text
_IN_IRIS = "/:@!$&'()*+,;=~"
_FIGURES = [name for name in EDGE_FIELDS if name not in ("relation", "year")]


def write_turtle(graph: "nx.MultiDiGraph[str]", path: Path) -> None:
    """Write a block for every node, then two for every edge, sorted by id."""
    with atomic_write(path) as file:
        file.write(HEAD)
        file.writelines(map(_node, node_rows(graph)))
        file.writelines(map(_edge, edge_rows(graph)))


def iri(node: str) -> str:
    """Name a node on the web, where its id says so.

    >>> iri("arxiv:2312.00752"), iri("entity:lora"), iri("title:a <b>")
    ('<https://arxiv.org/abs/2312.00752>', '<urn:kgraph:entity:lora>', '<urn:kgraph:title:a%20%3Cb%3E>')
    """
    scheme, _, number = node.partition(":")
    start, rest = (LINKS[scheme], number) if scheme in LINKS else ("urn:kgraph:", node)
    return f"<{start}{quote(rest, safe=_IN_IRIS)}>"


def _node(row: Row) -> str:
    facts = _paper(row) if row.get("kind") == "paper" else _entity(row)
    said = [f"dcterms:identifier {_text(row['id'])}", *facts]
    return f"{iri(row['id'])} " + " ;\n    ".join(said) + " .\n"


def _paper(row: Row) -> Iterator[str]:
    yield "a kg:Paper"
    yield f"dcterms:title {_text(row['label'])}"
    if "date" in row:
        yield f"dcterms:date {_date(row['date'])}"
    if "url" in row:
        yield f"kg:url {_text(row['url'])}"


def _entity(row: Row) -> Iterator[str]:
    yield f"a skos:Concept, kg:{str(row.get('type', 'thing')).capitalize()}"
    yield f"skos:prefLabel {_text(row['label'])}"
    for alias in row.get("aliases", ()):
        yield f"skos:altLabel {_text(alias)}"
    for paper in row.get("introduced_by", ()):
        yield f"kg:introduced_by {iri(paper)}"
    if "papers" in row:
        yield f"kg:papers {row['papers']}"
    if "since" in row:
        yield f"kg:since {_date(row['since'])}"


def _edge(row: Row) -> str:
    relation = "cito:cites" if row["relation"] == "cites" else f"kg:{row['relation']}"
    source, target = iri(row["source"]), iri(row["target"])
    figures = "".join(f" ; kg:{name} {_figure(row[name])}" for name in _FIGURES if name in row)
    return (
        f"{source} {relation} {target} .\n<urn:kgraph:edge:{row['id']}> a kg:Link ;"
        f" kg:source {source} ; kg:relation {relation} ; kg:target {target}{figures} .\n"
    )


def _figure(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _date(value)
        case _:
            return f'"{value}"^^xsd:double' if isinstance(value, float) else str(value)


def _date(date: str) -> str:
    """Give a date its type; what is none in XML's eyes stays a text.

    >>> _date("2023-12"), _date("around 1990")
    ('"2023-12"^^xsd:gYearMonth', '"around 1990"')
    """
    is_date = len(date) in DATES and date.replace("-", "").isdecimal() and date.isascii()
    return f'"{date}"^^{DATES[len(date)]}' if is_date else _text(date)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # its escapes are Turtle's
