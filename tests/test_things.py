"""What the network is told of things: their order, company and distance."""

from itertools import pairwise

import pytest

from kgraph.extraction.features import Evidence, Names, Tokens, Words, describe
from kgraph.extraction.things import Things, describe_things
from kgraph.lexicon import Lexicon
from kgraph.records import TYPES

TEXT = "DuoNet: Two Towers\nDuoNet (DN) extends TowerNet. We test on Lakes. It beats TowerNet on Lakes."
NAMES = ["DuoNet", "TowerNet", "Lakes"]


def tokens_of(text: str) -> Tokens:
    return describe(text, text.index("\n"), Words([], [], []), Names(Lexicon()), Evidence({}))


@pytest.fixture
def things() -> Things:
    tokens = tokens_of(TEXT)
    words = [TEXT[start:end] for start, end in tokens.spans]
    mentions = [(i, i + 1, NAMES.index(word)) for i, word in enumerate(words) if word in NAMES]
    return describe_things(
        tokens, mentions, [TYPES.index(t) for t in ("model", "model", "dataset")], [0.9] * 3
    )


def test_every_two_things_are_a_pair(things: Things) -> None:
    assert things.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]


def test_meetings_are_mentions_of_one_sentence(things: Things) -> None:
    # mentions: DuoNet, DuoNet, TowerNet, Lakes, TowerNet, Lakes
    assert things.meetings.tolist() == [[1, 2, 0, 0], [4, 5, 2, 0]]


def test_a_meeting_in_which_the_later_thing_leads() -> None:
    tokens = tokens_of("Ones\nTwoNet beats OneNet. Then OneNet beats TwoNet.")
    words, order = [tokens.text[start:end] for start, end in tokens.spans], ["TwoNet", "OneNet"]
    mentions = [(i, i + 1, order.index(word)) for i, word in enumerate(words) if word in order]
    assert describe_things(tokens, mentions, [0, 0], [1, 1]).meetings.tolist() == [[0, 1, 0, 0], [2, 3, 0, 1]]


@pytest.mark.parametrize(
    ("thing", "titled", "before_colon", "defined"),
    [(0, 1, 1, 1), (1, 0, 0, 0), (2, 0, 0, 0)],
    ids=NAMES,
)
def test_where_a_thing_stands(
    things: Things, thing: int, titled: int, before_colon: int, defined: int
) -> None:
    flags = things.flags[thing].tolist()
    assert flags[TYPES.index("model")] == (thing < 2)
    assert [flags[len(TYPES) + k] for k in (1, 3, 5)] == [titled, before_colon, defined]


def test_pairs_that_share_no_sentence_say_how_far_apart(things: Things) -> None:
    shared, _, _, apart, _ = things.pair_flags[1].tolist()  # DuoNet and Lakes: a sentence later
    assert shared == 0
    assert apart == pytest.approx(1 / 5)


def test_one_thing_has_no_company() -> None:
    tokens = tokens_of("Alone\nHere.")
    things = describe_things(tokens, [(0, 1, 0)], [0], [1])
    assert things.pairs.shape == (0, 2)
    assert things.meetings.shape == (0, 4)


def test_many_things_pair_with_their_neighbours_only() -> None:
    tokens = tokens_of("List\n" + " ".join(f"N{i}" for i in range(500)))
    things = describe_things(tokens, [(i + 1, i + 2, i) for i in range(500)], [0] * 500, [1] * 500)
    assert len(things.pairs) < 500 * 40
    assert max(b - a for a, b in things.pairs.tolist()) < 40
    assert all(a <= b for a, b in pairwise(things.meetings[:, 0].tolist()))
