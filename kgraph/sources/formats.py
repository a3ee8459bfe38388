"""The formats that papers are read from, each with where it comes from and what reads it.

The table in README.md is made of this list, so that it cannot promise what no reader does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kgraph.records import Paper, Reject
from kgraph.sources import arxiv, crossref, openalex, paper_lists, semantic_scholar
from kgraph.sources.acl_anthology import read_acl_paper
from kgraph.sources.bibtex import read_bibtex
from kgraph.sources.dblp import read_dblp
from kgraph.sources.files import InputFile
from kgraph.sources.json_records import read_json_document, read_json_lines
from kgraph.sources.nbib import read_nbib
from kgraph.sources.pages import read_page
from kgraph.sources.parts import Part, read_abstracts, read_citations
from kgraph.sources.reading import Reading
from kgraph.sources.ris import read_ris, read_wos
from kgraph.sources.tables import read_table
from kgraph.sources.xml_records import find_elements

Record = Mapping[str, Any]
Found = Iterator[Paper | Reject | Part]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files."""

    name: str
    origin: str  # where such files come from
    read: Callable[[InputFile, Reading], Found]
    references: str = ""  # the references that it brings


@dataclass(frozen=True, slots=True)
class Shape:
    """A format of the objects in JSON or JSON Lines, told by their fields."""

    name: str
    origin: str
    fits: Callable[[Record], bool]
    read: Callable[[Record, str], Paper | Reject]
    references: str = ""


SHAPES = (  # what stands first wins; anything else is read by the usual names of its fields
    Shape("arXiv metadata snapshot", "the JSON Lines file of all its records", arxiv.is_snapshot,
          arxiv.read_snapshot),
    Shape("OpenAlex works", "answers of its API, works a line, parts of its snapshot", openalex.is_work,
          openalex.read_work, "`referenced_works`"),
    Shape("daily papers", "the JSON of Hugging Face's daily papers", paper_lists.is_daily,
          paper_lists.read_daily),
    Shape("Semantic Scholar papers", "answers of its Graph API, the `papers` parts of its data set",
          semantic_scholar.is_record, semantic_scholar.read_record, "`references` of the API"),
    Shape("Crossref works", "answers of its API, works a line", crossref.is_work, crossref.read_work,
          "`reference`: DOI, else title"),
    Shape("OpenReview notes", "answers of its API", paper_lists.is_note, paper_lists.read_note),
    Shape("lists of a conference", "paperlists: `title`, `author`, `site`", paper_lists.is_listed,
          paper_lists.read_listed),
    Shape("CSL-JSON", "Zotero and other reference managers, pandoc", crossref.is_csl, crossref.read_csl),
)  # fmt: skip

JSON_LINES = Format(
    "JSON Lines",
    "a record a line: any of the shapes above, or the usual names of fields",
    lambda file, reading: read_json_lines(file, _record_reader(reading)),
    "`references`",
)
JSON = Format(
    "JSON",
    "a list of records, or an object around one",
    lambda file, reading: read_json_document(file, _record_reader(reading)),
    "`references`",
)
ABSTRACTS = Format(
    "Semantic Scholar abstracts", "the `abstracts` parts of its data set, beside its papers", read_abstracts
)
CITATIONS = Format(
    "Semantic Scholar citations",
    "the `citations` parts of its data set, beside its papers",
    read_citations,
    "all that it holds",
)
ATOM = Format(
    "arXiv API", "its Atom feed",
    lambda file, _: _mapped(file, ("entry",), arxiv.read_entry, depth=1),
)  # fmt: skip
OAI = Format(
    "OAI-PMH of arXiv", "`oai_dc`, `arXiv` and `arXivRaw`",
    lambda file, _: _mapped(file, ("record", "error"), arxiv.read_oai_record),
)  # fmt: skip
ACL = Format(
    "ACL Anthology", "the XML of its repository",
    lambda file, _: _mapped(file, ("paper",), read_acl_paper, depth=2),
)  # fmt: skip
DBLP = Format("DBLP", "its XML, whole or in part", lambda file, _: read_dblp(file))
BIBTEX = Format("BibTeX, BibLaTeX", "Zotero, Google Scholar, Overleaf, …", lambda file, _: read_bibtex(file))
RIS = Format(
    "RIS", "Zotero, EndNote, Scopus, Ovid, …", lambda file, _: read_ris(file), "Scopus's, in its notes"
)
WOS = Format("Web of Science", "its plain text", lambda file, _: read_wos(file), "`CR`: DOI, else as written")
NBIB = Format("PubMed, MEDLINE", "nbib: “Send to: Citation manager”", lambda file, _: read_nbib(file))
TABLE = Format(
    "CSV, TSV", "a header line with the usual names of columns; `,` `;` `|` or tabs between",
    lambda file, reading: read_table(file, reading), "`references`, `citations`",
)  # fmt: skip
PAGE = Format(
    "page of papers", "Hugging Face's trending or daily papers, copied as text or markdown",
    lambda file, reading: read_page(file, reading.as_of),
)  # fmt: skip

FORMATS = (PAGE, BIBTEX, RIS, WOS, NBIB, TABLE, ATOM, OAI, ACL, DBLP, ABSTRACTS, CITATIONS, JSON_LINES, JSON)
BY_ROOT = {  # the names of an XML file's first element
    "feed": ATOM,
    **dict.fromkeys(("OAI-PMH", "ListRecords", "GetRecord"), OAI),
    "collection": ACL,
    "dblp": DBLP,
}


def find_shape(record: Record) -> Shape | None:
    """Return the shape of a JSON object, None if it is of none that we know."""
    return next((shape for shape in SHAPES if shape.fits(record)), None)


def _record_reader(reading: Reading) -> Callable[[Record, str], Paper | Reject]:
    """Return what maps a JSON object: by its shape, else by usual names, or those that the user gave."""

    def read(record: Record, source: str) -> Paper | Reject:
        shape = None if reading.names else find_shape(record)
        return shape.read(record, source) if shape else reading.read_fields(record, source)

    return read


def _mapped(
    file: InputFile,
    names: tuple[str, ...],
    read: "Callable[[Any, str], Paper | Reject]",
    depth: int | None = None,
) -> Iterator[Paper | Reject]:
    for number, element in enumerate(find_elements(file, names, depth=depth), start=1):
        yield read(element, f"{file.name}:record {number}")
