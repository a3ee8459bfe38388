"""A person's word on names, taken down in the lexicon beside the store and followed at once.

No paper is read again for it: entities and edges follow anew from what was found. The file holds what was
said, so a build from the sources comes to the same; the store remembers the steps, so they can be undone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from shlex import quote

from kgraph.building import forms_of, resolve_again
from kgraph.changes import compare
from kgraph.config import Config
from kgraph.corrections import (
    NODE,
    Corrections,
    Verdict,
    elsewhere,
    in_paper,
    join,
    join_to_packaged,
    key,
    own_lexicon,
    parse,
    read_corrections,
)
from kgraph.errors import BadInput, KGraphError
from kgraph.forms import NONE, bare, own_sense, paper_of, with_sense
from kgraph.keys import alias_key
from kgraph.lexicon import Lexicon, read_lexicon, read_text
from kgraph.names import Row, find_entity, select
from kgraph.readings import Forms
from kgraph.registry import Step, added, edit, take_back
from kgraph.spellings import may_fold
from kgraph.store import Store, changing
from kgraph.views.files import atomic_write

MAX_STEPS = 100  # so many can be undone


class CannotCorrect(KGraphError):
    """What was asked for contradicts what was said before, or says nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Correction:
    """What a command wrote, and what became of the graph; of a dry run: what would."""

    file: str
    added: list[str]  # lines of the file
    removed: list[str]
    changes: Row  # as changes.compare returns
    dry_run: bool
    remarks: list[str]  # what may be meant otherwise


_Plan = Callable[["_Known"], tuple[list[Verdict], list[str]]]  # lines to put, and lines to take out


def merge(db: str | Path, a: str, b: str, *, note: str = "", dry_run: bool = False) -> Correction:
    """Take b for a: its papers and spellings become a's."""

    def plan(known: "_Known") -> tuple[list[Verdict], list[str]]:
        return [Verdict("merge", *known.two_names(a, b), note=note)], []

    return _correct(db, f"merge {a} | {b}", plan, dry_run)


def forbid(db: str | Path, a: str, b: str, *, note: str = "", dry_run: bool = False) -> Correction:
    """Keep a and b apart, now and in every later build."""

    def plan(known: "_Known") -> tuple[list[Verdict], list[str]]:
        return [Verdict("forbid", *known.two_names(a, b), note=note)], []

    return _correct(db, f"forbid {a} | {b}", plan, dry_run)


def split(
    db: str | Path, name: str, spellings: Sequence[str] = (), *, note: str = "", dry_run: bool = False
) -> Correction:
    """Let spellings leave the entity that they were taken for.

    Of none are given: what `merge` brought to it leaves again, else every spelling but those of its name.
    """

    def plan(known: "_Known") -> tuple[list[Verdict], list[str]]:
        entity = known.entity(name)
        merges = known.merges_of(entity, spellings)
        if merges:
            return [], merges
        stays = _in_a_line(str(entity["name"] if name == entity["id"] or not spellings else name))
        leaving = [known.own_spelling(entity, one, stays) for one in spellings] or known.other_forms(entity)
        return [Verdict("forbid", stays, one, note=note) for one in leaving], []

    return _correct(db, f"split {' | '.join((name, *spellings))}", plan, dry_run)


def rename(db: str | Path, name: str, new: str, *, note: str = "", dry_run: bool = False) -> Correction:
    """Show an entity under another name."""
    if not any(map(str.isalnum, new)):
        raise CannotCorrect(f"{new!r} is no name: it holds no letter and no digit")

    def plan(known: "_Known") -> tuple[list[Verdict], list[str]]:
        entity = known.entity(name)
        known.check_is_free(new, entity)
        return [Verdict("rename", known.reference(entity), new, note=note)], known.lines_of("rename", entity)

    return _correct(db, f"rename {name} | {new}", plan, dry_run)


def retype(db: str | Path, name: str, type_: str, *, note: str = "", dry_run: bool = False) -> Correction:
    """Give an entity another type."""
    return _say(db, "retype", name, type_, note, dry_run)


def ignore(db: str | Path, name: str, *, note: str = "", dry_run: bool = False) -> Correction:
    """Say that a name is no entity: its mentions stay, but name nothing."""
    return _say(db, "ignore", name, "", note, dry_run)


def undo(db: str | Path, *, dry_run: bool = False) -> Correction:
    """Take back the last change that was made here and is not undone yet."""
    with changing(db, keep=not dry_run) as store:
        steps = [Step(*step) for step in store.meta("steps") or []]
        if not steps:
            raise CannotCorrect("there is nothing to undo")
        file = _file(db)
        text = _text(file)
        try:
            before = take_back(steps[-1], text)
        except ValueError as error:
            raise CannotCorrect(
                f"{file}: {str(error)!r}, written by `kgraph alias`, is no longer there;"
                " change the file by hand, then run `kgraph alias apply`"
            ) from error
        return _follow(store, Path(db), text, before, steps[:-1], dry_run)


def apply(db: str | Path, *, dry_run: bool = False) -> Correction:
    """Follow the lexicon as it stands, after it was changed by hand."""
    with changing(db, keep=not dry_run) as store:
        text = _text(_file(db))
        return _follow(store, Path(db), text, text, None, dry_run)


def verdicts(db: str | Path) -> list[Row]:
    """Return what the store's lexicons say beyond their rows, by verb and name."""
    with Store(db) as store:
        beside = [_file(db)] if _file(db).exists() else []
        paths = [*map(Path, store.meta("extractor")["lexicon"]), *beside]
    return [
        {
            "verb": one.verb,
            "name": one.name,
            "other": one.other or None,
            "note": one.note,
            "source": one.place,
        }
        for one in read_corrections(paths, packaged=False).verdicts
    ]


# ------------------------------------------------------------------------------------------------ the change


def _say(db: str | Path, verb: str, name: str, other: str, note: str, dry_run: bool) -> Correction:
    """Say one thing of one name, instead of what was said of it before."""

    def plan(known: "_Known") -> tuple[list[Verdict], list[str]]:
        entity = known.entity(name)
        return [Verdict(verb, known.reference(entity), other, note=note)], known.lines_of(verb, entity)

    return _correct(db, f"{verb} {name} | {other}".removesuffix(" | "), plan, dry_run)


def _correct(db: str | Path, command: str, plan: _Plan, dry_run: bool) -> Correction:
    with changing(db, keep=not dry_run) as store:
        file = _file(db)
        before = _text(file)
        put, drop = plan(_Known(store, list(parse(before or "", str(file))), _corrections(store, before)))
        for verdict in put:
            _check_fits(verdict)
        after = edit(before, put, set(drop) - {str(verdict) for verdict in put})
        _check_agrees(before, put, drop, file)
        steps = [Step(*step) for step in store.meta("steps") or []]
        if after != before:
            steps.append(Step(command, before, after))
        return _follow(store, Path(db), before, after, steps[-MAX_STEPS:], dry_run)


def _check_fits(verdict: Verdict) -> None:
    """Refuse what a line of the file cannot say."""
    if "\t" in str(verdict) or len(str(verdict).splitlines()) > 1:
        raise CannotCorrect(f"a line of the lexicon cannot hold {str(verdict)!r}")
    try:
        list(parse(str(verdict), ""))
    except BadInput as error:
        raise CannotCorrect(error.reason) from error


def _check_agrees(before: str | None, put: Iterable[Verdict], drop: Iterable[str], file: Path) -> None:
    """Refuse what earlier lines contradict; they are named by their places before the change."""
    text = (edit(before, (), drop) or "") + "\n" + "\n".join(map(str, put))
    try:
        join([(str(file), text)])
    except BadInput as error:
        raise CannotCorrect(
            f"{error.reason}; if that is wrong, take its line out of {file} (or `kgraph alias undo`) first"
        ) from error


def _follow(
    store: Store, db: Path, before: str | None, after: str | None, steps: list[Step] | None, dry_run: bool
) -> Correction:
    """Let the graph follow from the new text of the lexicon, and write that."""
    file = _file(db)
    resolve_again(store, _rows(store), _corrections(store, after))
    changes = compare(store.connection, db)
    if not dry_run:
        if steps is not None:
            store.put_meta(steps=[list(asdict(step).values()) for step in steps])
        if after is None:
            file.unlink(missing_ok=True)
        elif after != before:
            with atomic_write(file) as lines:
                lines.write(after)
    remarks = list(_namesakes(store, changes["nodes"]))
    return Correction(str(file), added(before, after), added(after, before), changes, dry_run, remarks)


def _namesakes(store: Store, nodes: Row) -> Iterator[str]:
    """Yield a remark for each name that several nodes bear, one of them new or changed in more than type."""
    changed = (row["after"] for row in nodes["changed"] if row["after"]["type"] == row["before"]["type"])
    shown = {row["name"] for row in (*nodes["new"], *changed)}
    for name in sorted(shown):
        sql = "SELECT id, type, papers FROM entities WHERE name = ? AND papers > 0 ORDER BY papers DESC, id"
        bearers = select(store.connection, sql, name)
        if len(bearers) > 1:
            one, other = (quote(str(row["id"])) for row in bearers[:2])
            said = ", ".join(f"{row['id']} ({row['type']}, papers: {row['papers']})" for row in bearers)
            yield (
                f"{len(bearers)} nodes are shown as {name!r}: {said}; if they are one:"
                f" kgraph alias merge {one} {other}; if not, `kgraph alias rename` tells them apart"
            )


def _file(db: str | Path) -> Path:
    """Return where the lexicon beside a store stands, from here if it is not far."""
    file = Path(db).resolve().parent / Config.lexicon
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _text(file: Path) -> str | None:
    return read_text(file) if file.exists() else None


def _corrections(store: Store, text: str | None) -> Corrections:
    """Return what holds in a store beside which this text stands."""
    given = [Path(path) for path in store.meta("extractor")["lexicon"]]
    texts = [(str(path), read_text(path)) for path in given]
    return join_to_packaged([*texts, (str(_file(store.path)), text or "")])


def _rows(store: Store) -> Lexicon:
    return read_lexicon([*map(Path, store.meta("extractor")["lexicon"]), *own_lexicon(store.path)])


# --------------------------------------------------------------------------------- names to what a line says


def _in_a_line(spelling: str) -> str:
    """Write a spelling so that a line can hold it, without a change of its key."""
    return " ".join(spelling.split()).replace(" | ", "|")


class _Known:
    """What a store and its lexicon know of names, so that a line says them in a way that lasts."""

    def __init__(self, store: Store, said: Sequence[Verdict], corrections: Corrections) -> None:
        self._store, self._said, self._corrections = store, said, corrections
        self._db, self._lexicon = store.connection, _rows(store)

    @cached_property
    def _forms(self) -> Forms:
        return forms_of(self._store, self._lexicon, self._corrections)

    def entity(self, name: str) -> Row:
        return find_entity(self._db, name)

    def two_names(self, a: str, b: str) -> tuple[str, str]:
        """Return how to refer to two entities, or to two spellings of one."""
        one, other = self.entity(a), self.entity(b)
        if one["id"] != other["id"]:
            return self.reference(one), self.reference(other)
        names = tuple(one["name"] if name == one["id"] else name for name in (a, b))
        if key(names[0]) == key(names[1]):
            raise CannotCorrect(f"{a!r} and {b!r} are one spelling but for case, spaces or hyphens")
        return names[0], names[1]

    def reference(self, entity: Row) -> str:
        """Return what means this entity and, but for papers to come, no other.

        That is a spelling if it has one to itself, by which papers that say no more mean it; of a row of the
        lexicon its id; what one paper alone means by a name; or what the papers mean that do not say.
        """
        spellings = [row for row in self._spellings(entity) if row["papers"]]
        known = next((row for row in self._lexicon.rows if f"{NODE}{row.id}" == entity["id"]), None)
        if known is not None:
            own = [
                row["spelling"]
                for row in spellings
                if row["spelling"] == entity["name"]
                and row["owners"] == 1
                and self._lexicon.by_key.get(row["key"], ()) == [known]
            ]
            return _in_a_line(own[0]) if own else str(entity["id"])
        paper = self._paper_that_coins(entity)
        if paper is not None:
            return in_paper(_in_a_line(self._first_read(entity, own_sense(paper))), paper)
        alone = (row["spelling"] for row in spellings if self._stands_alone(entity, row))
        spelling = next(alone, None) or self._first_read(entity)
        owners = {row["spelling"]: row["owners"] for row in spellings}
        return _in_a_line(spelling) if owners[spelling] == 1 else elsewhere(_in_a_line(spelling))

    def _first_read(self, entity: Row, sense: str = NONE) -> str:
        """Return, of the spellings that a paper gives to the entity, the one that decides what they mean.

        With a sense, of a paper that chose one.
        """
        rows = select(
            self._db,
            """
            SELECT DISTINCT text FROM mentions WHERE entity = :entity AND (paper, name) = (
                SELECT paper, name FROM mentions
                WHERE entity = :entity AND (decided = 'context') = :sensed ORDER BY paper, name LIMIT 1)
            """,
            entity=entity["id"],
            sensed=sense != NONE,
        )
        texts = sorted(str(row["text"]) for row in rows)
        if len(texts) == 1:
            return texts[0]
        forms = self._forms
        form_of = {text: with_sense(forms.form_of[text], sense) for text in texts}
        text_of = {form: forms.text_of[bare(form)] for form in form_of.values()}
        first = forms.read(text_of.keys(), text_of).longs[0]
        mine = (text for text in texts if form_of[text] == first)
        return min(mine, key=lambda text: (-forms.papers[text], text))

    def _stands_alone(self, entity: Row, row: Row) -> bool:
        """Tell whether a paper that does not say what it means names the entity by this spelling alone."""
        alone = select(
            self._db,
            """
            SELECT 1 FROM mentions AS m WHERE entity = :entity AND text = :spelling AND decided != 'context'
                AND NOT EXISTS (
                    SELECT 1 FROM mentions AS other
                    WHERE (other.paper, other.name) = (m.paper, m.name) AND other.text != m.text)
            LIMIT 1
            """,
            entity=entity["id"],
            spelling=row["spelling"],
        )
        return bool(alone)

    def _paper_that_coins(self, entity: Row) -> str | None:
        """Return the paper that means its own thing by a name, if the entity is nothing but that."""
        rows = select(
            self._db,
            "SELECT min(paper) AS paper, min(decided = 'context') AS only FROM mentions WHERE entity = ?",
            entity["id"],
        )
        return str(rows[0]["paper"]) if rows[0]["only"] else None

    def _spellings(self, entity: Row) -> list[Row]:
        rows = select(
            self._db,
            """
            SELECT spelling, key, rule, papers FROM spellings WHERE entity = :id
            ORDER BY papers = 0, spelling != :name, papers DESC, spelling
            """,
            id=entity["id"],
            name=entity["name"],
        )
        return [{**row, "owners": self._owners(row["key"])} for row in rows]

    def _owners(self, spelling: str) -> int:
        """Return how many entities go by what may be meant by a spelling, given by its key."""
        keys = sorted(may_fold(spelling))
        marks = ", ".join("?" * len(keys))
        sql = f"SELECT count(DISTINCT entity) AS owners FROM spellings WHERE key IN ({marks})"  # noqa: S608
        return int(select(self._db, sql, *keys)[0]["owners"])

    def check_is_free(self, new: str, entity: Row) -> None:
        """Refuse a name that another entity bears, unless it is a spelling of this one, too."""
        sql = """
            SELECT id, type, entities.papers AS papers FROM entities JOIN spellings ON entity = id
            WHERE key = ? AND entities.papers > 0 GROUP BY id ORDER BY entities.papers DESC, id
        """
        bearers = select(self._db, sql, alias_key(new))
        if not bearers or entity["id"] in [row["id"] for row in bearers]:
            return
        other = bearers[0]
        raise CannotCorrect(
            f"{new!r} is a name of {other['id']} ({other['type']}, {other['papers']} papers) already; if the"
            f" two are one thing: kgraph alias merge {quote(str(other['id']))} {quote(str(entity['id']))};"
            " if not, choose a name that says which"
        )

    def own_spelling(self, entity: Row, spelling: str, stays: str) -> str:
        """Return a spelling as it is, if it is one of the entity's and not the one that stays."""
        keys = {row["key"] for row in self._spellings(entity)}
        if alias_key(spelling) not in keys:
            known = ", ".join(row["spelling"] for row in self._spellings(entity) if row["papers"])
            raise CannotCorrect(f"{spelling!r} is no spelling of {entity['name']}; these are: {known}")
        if alias_key(spelling) == alias_key(stays):
            raise CannotCorrect(
                f"{spelling!r} cannot leave {stays!r}: they differ in case, spaces or hyphens only"
            )
        return spelling

    def other_forms(self, entity: Row) -> list[str]:
        """Return a spelling of every form of the entity but its name's."""
        forms: dict[str, str] = {}
        for row in self._spellings(entity):
            if row["papers"] and row["rule"] not in ("exact", "folded", "plural"):
                forms.setdefault(row["key"], _in_a_line(row["spelling"]))
        if not forms:
            raise CannotCorrect(f"{entity['name']} has no second name: there is nothing to split")
        return list(forms.values())

    def merges_of(self, entity: Row, spellings: Sequence[str]) -> list[str]:
        """Return the lines that merge something into the entity; with spellings only those that hold one."""
        wanted = {key(spelling) for spelling in spellings}
        own = self._keys(entity)
        merges = [verdict for verdict in self._said if verdict.verb == "merge"]
        return [
            str(verdict)
            for verdict in merges
            if (own & set(verdict.subject) or all(self._stands_in(one, entity) for one in verdict.subject))
            and (not wanted or wanted & set(map(bare, verdict.subject)))
        ]

    def _stands_in(self, said: str, entity: Row) -> bool:
        """Tell whether an entity holds what a line means, be it that others bear the spelling too."""
        paper = paper_of(said)
        if paper is not None and not self._is_in(paper, entity):
            return False
        keys = {row["key"] for row in self._spellings(entity)}
        rows = (row for row in self._lexicon.rows if key(f"{NODE}{row.id}") == said)
        return bare(said) in keys or any(alias_key(text) in keys for row in rows for text in row.spellings)

    def _is_in(self, paper: str, entity: Row) -> bool:
        sql = "SELECT 1 FROM mentions WHERE paper = ? AND entity = ? LIMIT 1"
        return bool(select(self._db, sql, paper, entity["id"]))

    def lines_of(self, verb: str, entity: Row) -> list[str]:
        """Return the lines of a verb that speak of this entity."""
        own = self._keys(entity)
        return [str(verdict) for verdict in self._said if verdict.verb == verb and key(verdict.name) in own]

    def _keys(self, entity: Row) -> set[str]:
        mine = {row["key"] for row in self._spellings(entity) if row["owners"] == 1}
        return mine | {key(str(entity["id"])), key(self.reference(entity))}
