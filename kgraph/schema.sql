-- One SQLite file. Offsets count characters of title || char(10) || abstract, half open.
-- JSON columns hold arrays or objects with sorted keys. Tables of long rows (a text each) have a rowid: a B-tree
-- that carries whole texts in its inner pages is slow to search.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE papers (
    id            TEXT PRIMARY KEY,
    title         TEXT NOT NULL,
    abstract      TEXT NOT NULL,
    authors       TEXT NOT NULL,              -- JSON array
    date          TEXT,                       -- YYYY, YYYY-MM or YYYY-MM-DD
    date_inferred INTEGER NOT NULL CHECK (date_inferred IN (0, 1)),
    venue         TEXT,
    url           TEXT,
    ids           TEXT NOT NULL,              -- JSON array
    refs          TEXT NOT NULL,              -- JSON array
    extra         TEXT NOT NULL,              -- JSON object
    extracted     INTEGER NOT NULL DEFAULT 0 CHECK (extracted IN (0, 1)) -- its mentions are those of its text
) STRICT;
CREATE INDEX papers_to_extract ON papers (id) WHERE extracted = 0;

-- Source records as they were read; papers are derived from them.
CREATE TABLE records (
    digest  TEXT PRIMARY KEY,                 -- of the content: the same record read twice is one row
    paper   TEXT NOT NULL REFERENCES papers (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    source  TEXT NOT NULL,                    -- file and position, the smallest if read several times
    content TEXT NOT NULL                     -- JSON object: the fields of records.Paper
) STRICT;
CREATE INDEX records_by_paper ON records (paper);

CREATE TABLE entities (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    type          TEXT NOT NULL CHECK (type IN ('method', 'model', 'dataset', 'task', 'metric')),
    other_types   TEXT NOT NULL,              -- JSON array
    aliases       TEXT NOT NULL,              -- JSON array, commonest first, without the name
    papers        INTEGER NOT NULL,
    since         TEXT,                       -- first date
    introduced_by TEXT NOT NULL,              -- JSON array of paper ids, earliest first
    family        TEXT                        -- id of the entity of which it is a version or a size
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    paper          TEXT NOT NULL REFERENCES papers (id) ON DELETE CASCADE,
    start          INTEGER NOT NULL,
    "end"          INTEGER NOT NULL CHECK ("end" > start),
    text           TEXT NOT NULL,
    name           TEXT NOT NULL,             -- the thing's commonest form in this paper
    label          TEXT NOT NULL,
    role           TEXT NOT NULL,
    score          INTEGER NOT NULL CHECK (score BETWEEN 0 AND 1000),
    rule           TEXT NOT NULL,             -- what found it
    sentence_start INTEGER NOT NULL,
    sentence_end   INTEGER NOT NULL,
    entity         TEXT REFERENCES entities (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    decided        TEXT,                      -- by which rule it is that entity, or none: see entities.Spelling
    PRIMARY KEY (paper, start, "end")
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_entity ON mentions (entity);

CREATE TABLE statements (
    paper        TEXT NOT NULL,
    source_start INTEGER NOT NULL,
    source_end   INTEGER NOT NULL,
    relation     TEXT NOT NULL,
    target_start INTEGER NOT NULL,
    target_end   INTEGER NOT NULL,
    score        INTEGER NOT NULL CHECK (score BETWEEN 0 AND 1000),
    PRIMARY KEY (paper, source_start, source_end, relation, target_start, target_end),
    FOREIGN KEY (paper, source_start, source_end) REFERENCES mentions (paper, start, "end") ON DELETE CASCADE,
    FOREIGN KEY (paper, target_start, target_end) REFERENCES mentions (paper, start, "end") ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE spellings (
    spelling TEXT NOT NULL,                   -- as it stands in texts
    key      TEXT NOT NULL,                   -- keys.alias_key(spelling), what lookups go by
    entity   TEXT NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    rule     TEXT NOT NULL,                   -- why it is this entity: see entities.Spelling
    papers   INTEGER NOT NULL,
    PRIMARY KEY (spelling, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX spellings_by_key ON spellings (key);
CREATE INDEX spellings_by_entity ON spellings (entity);

-- Paper -> entity (a role), paper -> paper (cites, builds_on), entity -> entity (stated, appears_with).
-- Symmetric relations are stored once, the smaller id first.
CREATE TABLE edges (
    source   TEXT NOT NULL,
    target   TEXT NOT NULL,
    relation TEXT NOT NULL,
    papers   INTEGER NOT NULL CHECK (papers > 0),
    since    TEXT,
    until    TEXT,
    near     INTEGER NOT NULL CHECK (near BETWEEN 0 AND papers), -- see records.Edge; 0 in is_a: names prove it
    PRIMARY KEY (source, relation, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX edges_by_target ON edges (target, relation);

-- Papers outside the collection that papers in it cite: counted, but no nodes until they are added.
CREATE TABLE stubs (
    id     TEXT PRIMARY KEY,                  -- as such a paper would be called; by its title where no id is known
    name   TEXT NOT NULL,                     -- a reference to it, or its id
    papers INTEGER NOT NULL CHECK (papers > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE stub_citations (
    paper TEXT NOT NULL REFERENCES papers (id) ON DELETE CASCADE,
    stub  TEXT NOT NULL REFERENCES stubs (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (paper, stub)
) STRICT, WITHOUT ROWID;
CREATE INDEX stub_citations_by_stub ON stub_citations (stub);
