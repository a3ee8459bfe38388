"""A name in one sense: how a form says which it means, and what senses there are.

A form is what spellings fold to (`spellings`). What one paper means by a name may be a form with a sense: a
row of the lexicon, the long form by which others define it, or the paper's own thing.
"""

NONE = ""  # the paper does not say
ELSEWHERE = "elsewhere"  # said by a person: of papers that do not say
_SENSE = "\v"
_OWN = "own:"


def with_sense(form: str, sense: str) -> str:
    """Return a form that names one sense of another, and is kept apart from it."""
    return f"{form}{_SENSE}{sense}" if sense else form


def bare(form: str) -> str:
    """Return a form without its sense.

    >>> bare(with_sense("comet", "row:comet"))
    'comet'
    """
    return form.partition(_SENSE)[0]


def sense_in(form: str) -> str:
    """Return the sense that a form has, NONE if it has none.

    >>> sense_in(with_sense("comet", "row:comet")), sense_in("comet")
    ('row:comet', '')
    """
    return form.partition(_SENSE)[2]


def row_sense(row_id: str) -> str:
    return f"row:{row_id}"


def long_sense(form: str) -> str:
    return f"long:{form}"


def own_sense(paper: str) -> str:
    return f"{_OWN}{paper}"


def is_own(sense: str) -> bool:
    """Tell a sense that a name has in one paper only."""
    return sense.startswith(_OWN)


def paper_of(form: str) -> str | None:
    """Return the paper in which alone a form has its sense, if it is such a form.

    >>> paper_of(with_sense("lamda", own_sense("p"))), paper_of("lamda")
    ('p', None)
    """
    sense = sense_in(form)
    return sense.removeprefix(_OWN) if is_own(sense) else None
