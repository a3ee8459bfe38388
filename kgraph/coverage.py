"""How much of the collection the graph covers: papers and what is known of them, references, doubtful names.

Each section is a function from the store to what it found, listed in SECTIONS.
"""

import json
from collections.abc import Callable, Mapping
from sqlite3 import Connection
from typing import Any

from kgraph import queries
from kgraph.citations import compare_inferred, top_stubs
from kgraph.conflicts import conflicts
from kgraph.identifiers import SCHEMES
from kgraph.names import Row, select

KNOWN = ("ids", "abstract", "date", "references")  # what may be known of a paper

_SHOWN = 5  # stubs and names that are listed

# Of the papers that a file brought a record of; a paper of several files counts in each.
_PAPERS = """
SELECT {file} AS source, count(*) AS papers,
       sum(EXISTS (SELECT 1 FROM json_each(ids) WHERE substr(value, 1, instr(value, ':') - 1) IN
                   (SELECT value FROM json_each(:schemes)))) AS ids,
       sum(trim(abstract) != '') AS abstract, sum(date IS NOT NULL) AS date, sum(refs != '[]') AS "references"
FROM {papers} GROUP BY 1 ORDER BY papers DESC, source
"""
# The source of a record is a file and, behind the last colon, a place in it.
_BY_FILE = """
(SELECT DISTINCT iif(instr(source, ':'), rtrim(rtrim(source, replace(source, ':', '')), ':'), source) AS file,
                 paper FROM records)
JOIN papers ON papers.id = paper
"""
# Of each name the best score in each paper: by how much the extractor fell short of being sure, in all.
_DOUBT = """
SELECT entities.id, name, type, entities.papers, round(avg(best)) AS score, sum(1000 - best) AS doubt,
       other_types
FROM (SELECT paper, entity, max(score) AS best FROM mentions WHERE entity IS NOT NULL GROUP BY paper, entity)
JOIN entities ON entities.id = entity
GROUP BY entities.id ORDER BY doubt DESC, entities.papers DESC, name, entities.id LIMIT ?
"""
_UNCLEAR = """
SELECT name, count(DISTINCT paper) AS papers FROM mentions WHERE entity IS NULL AND decided IS NOT 'ignored'
GROUP BY name ORDER BY papers DESC, name LIMIT ?
"""


def examine(db: Connection) -> Row:
    """Return what `queries.doctor` counts, and every section."""
    return {**queries.doctor(db), **{name: section(db) for name, section in SECTIONS.items()}}


def list_all(db: Connection, what: str) -> list[Row]:
    """Return all sources, conflicts or rejects, of which `examine` is only an overview.

    Of rejects the store has the first alone; `count_rejects` counts all.
    """
    match what:
        case "sources":
            return list(known(db)["by_source"])
        case "conflicts":
            return [
                {"paper": one["paper"], "field": one["field"], "kept": value["value"] == one["kept"], **value}
                for one in conflicts(db)
                for value in one["values"]
            ]
        case _:
            rejects = queries.doctor(db)["rejects"]
            return [dict(zip(("source", "reason", "excerpt"), one, strict=True)) for one in rejects]


def count_rejects(db: Connection) -> int:
    """Count the records that were left out."""
    ((count,),) = db.execute("SELECT value FROM meta WHERE key = 'rejected'")
    return int(json.loads(count))


def known(db: Connection) -> Row:
    """Count of how many papers something is known: an id, an abstract, a date, references; by source file."""
    schemes = json.dumps(SCHEMES)
    total = select(db, _PAPERS.format(file="NULL", papers="papers"), schemes=schemes)
    by_file = select(db, _PAPERS.format(file="file", papers=_BY_FILE), schemes=schemes)
    everything = total[0] if total else {"papers": 0, **dict.fromkeys(KNOWN, 0)}
    return {**{key: everything[key] for key in ("papers", *KNOWN)}, "by_source": by_file}


def references(db: Connection) -> Row:
    """Count the works that papers cite, each paper's once: in the collection, and stubs outside it.

    `unresolved_ids` are stubs of which an id is known, by its scheme; the others stand as they were written.
    """
    (counts,) = select(
        db,
        "SELECT (SELECT count(*) FROM edges WHERE relation = 'cites') AS inside,"
        " (SELECT count(*) FROM stub_citations) AS outside, (SELECT count(*) FROM stubs) AS stubs",
    )
    by_scheme = "SELECT substr(id, 1, instr(id, ':') - 1), count(*) FROM stubs GROUP BY 1"
    schemes: dict[str, int] = dict(db.execute(by_scheme))
    inferred = compare_inferred(db, max_errors=0)
    return {
        **counts,
        "unresolved_ids": {scheme: schemes[scheme] for scheme in SCHEMES if scheme in schemes},
        "as_written": sum(n for scheme, n in schemes.items() if scheme not in SCHEMES),
        "wanted": top_stubs(db, limit=_SHOWN),
        "inferred": {key: inferred[key] for key in ("inferred", "comparable", "both", "precision", "recall")},
    }


def merged(db: Connection) -> Row:
    """Count the papers that several records were merged into."""
    (counts,) = select(
        db,
        "SELECT count(*) AS papers, coalesce(sum(n), 0) AS records FROM"
        " (SELECT count(*) AS n FROM records GROUP BY paper HAVING n > 1)",
    )
    return counts


def doubtful(db: Connection) -> Row:
    """List the names most in doubt, and names of which it is unclear what they mean.

    A name's doubt adds up, over its papers, how far its best score there (0 to 1000) is from sure; so names
    come first of which a look pays most.
    """
    names = select(db, _DOUBT, _SHOWN)
    for row in names:
        row["score"], row["other_types"] = int(row["score"]), json.loads(row["other_types"])
    return {"names": names, "unclear": select(db, _UNCLEAR, _SHOWN)}


SECTIONS: Mapping[str, Callable[[Connection], Any]] = {
    "known": known,
    "references": references,
    "merged": merged,
    "doubtful": doubtful,
}
