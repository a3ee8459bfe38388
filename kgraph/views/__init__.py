"""Graph in, file out: what a user looks at or opens in another program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kgraph.views.gexf import write_gexf
from kgraph.views.graphml import write_cytoscape_graphml, write_graphml
from kgraph.views.neo4j import write_cypher, write_neo4j
from kgraph.views.nodelink import write_cyjs, write_graphology, write_nodelink
from kgraph.views.obsidian import write_obsidian
from kgraph.views.pajek import write_pajek
from kgraph.views.parquet import write_parquet
from kgraph.views.picture import MOST_NODES, write_pdf, write_png, write_svg
from kgraph.views.tables import write_tables
from kgraph.views.turtle import write_turtle
from kgraph.views.vosviewer import write_vosviewer, write_vosviewer_texts

Writer = Callable[..., tuple[Path, ...] | None]  # of a graph and a path: the paths, if not the given one


@dataclass(frozen=True, slots=True)
class Format:
    """What --format calls a kind of file, the suffix that it goes by, and who opens it."""

    name: str
    suffix: str  # "" for a folder; the first format of a suffix is what the suffix alone means
    opens: str  # which program opens it, and how
    write: Writer | None = None  # None where it needs more than the graph
    placed: bool = False  # it holds where nodes stand, so that its writer takes a `layout`
    one_text: bool = True  # it is a single file of text, fit for standard output
    most: int | None = None  # nodes that it has room for; its writer takes the `whole` graph too


FORMATS = (
    Format("graphml", ".graphml", "Gephi, yEd, igraph, networkx: open the file", write_graphml, placed=True),
    Format("cytoscape", ".cyjs", "Cytoscape: File > Import > Network from File...", write_cyjs, placed=True),
    Format(
        "cytoscape",
        ".graphml",
        "Cytoscape: File > Import > Network from File...",
        write_cytoscape_graphml,
        placed=True,
    ),
    Format(
        "gexf", ".gexf", "Gephi: File > Open; Gephi Lite. The timeline plays years", write_gexf, placed=True
    ),
    Format(
        "gephi",
        ".csv",
        "Gephi: File > Import spreadsheet..., OUT.nodes.csv as nodes, then OUT.edges.csv as edges, appended"
        " to the same workspace; any spreadsheet",
        write_tables,
        one_text=False,
    ),
    Format(
        "neo4j",
        ".csv",
        "Neo4j, a new database: neo4j-admin database import full --nodes=OUT.nodes.csv"
        " --relationships=OUT.edges.csv",
        write_neo4j,
        one_text=False,
    ),
    Format("cypher", ".cypher", "Neo4j, small graphs: cypher-shell -f OUT", write_cypher),
    Format(
        "node-link", ".json", 'networkx.node_link_graph(data, edges="edges"), D3', write_nodelink, placed=True
    ),
    Format("graphology", ".json", "graphology, sigma.js: Graph.from(data)", write_graphology, placed=True),
    Format(
        "vosviewer", ".json", "VOSviewer, desktop or online: Open, there JSON", write_vosviewer, placed=True
    ),
    Format(
        "vosviewer",
        ".txt",
        "older VOSviewer: Open, there OUT.map.txt and OUT.network.txt",
        write_vosviewer_texts,
        placed=True,
        one_text=False,
    ),
    Format("pajek", ".net", "Pajek: File > Network > Read", write_pajek, placed=True),
    Format(
        "obsidian",
        "",
        "Obsidian: Open folder as vault; a note for every node",
        write_obsidian,
        one_text=False,
    ),
    Format("turtle", ".ttl", "rdflib, Jena, Protégé, any triple store", write_turtle),
    Format(
        "parquet",
        ".parquet",
        "pandas, Polars, DuckDB, Spark: OUT.nodes and OUT.edges",
        write_parquet,
        placed=True,
        one_text=False,
    ),
    Format(
        "svg",
        ".svg",
        "any browser, Inkscape: the map as a picture, with its names as text",
        write_svg,
        placed=True,
        most=MOST_NODES,
    ),
    Format(
        "pdf", ".pdf", "LaTeX: the map for a paper", write_pdf, placed=True, one_text=False, most=MOST_NODES
    ),
    Format(
        "png",
        ".png",
        "slides: the map, 2,000 pixels wide",
        write_png,
        placed=True,
        one_text=False,
        most=MOST_NODES,
    ),
)
