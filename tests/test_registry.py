"""The text of a user's lexicon: what a line put in or taken out leaves as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.corrections import Verdict, parse
from kgraph.registry import HEADER, Step, added, edit, take_back

MERGE = Verdict("merge", "LoRA", "adapters")
IGNORE = Verdict("ignore", "the model", note="no name at all")
HAND = (
    "# ours\n\n# why: see the wiki\nforbid  BERT | RoBERTa\nmerge ViT | vision transformers\nzz\tmodel\tZZ\n"
)


def test_a_new_file_says_what_it_is() -> None:
    assert edit(None, [MERGE]) == HEADER + "merge LoRA | adapters\n"


@pytest.mark.parametrize(
    ("verdict", "after"),
    [
        pytest.param(
            MERGE,
            "# ours\n\n# why: see the wiki\nforbid  BERT | RoBERTa\nmerge LoRA | adapters\n"
            "merge ViT | vision transformers\nzz\tmodel\tZZ\n",
            id="among its like",
        ),
        pytest.param(
            Verdict("forbid", "Adam", "AdamW"),
            "# ours\n\nforbid Adam | AdamW\n# why: see the wiki\nforbid  BERT | RoBERTa\n"
            "merge ViT | vision transformers\nzz\tmodel\tZZ\n",
            id="above the comment of the next",
        ),
        pytest.param(Verdict("retype", "ViT", "model"), HAND + "retype ViT | model\n", id="last"),
        pytest.param(Verdict("forbid", "BERT", "RoBERTa"), HAND, id="there already, spelled otherwise"),
    ],
)
def test_a_line_is_put_in(verdict: Verdict, after: str) -> None:
    assert edit(HAND, [verdict]) == after


def test_a_line_goes_with_its_comment() -> None:
    assert (
        edit(HAND, [], ["forbid BERT | RoBERTa"])
        == "# ours\n\nmerge ViT | vision transformers\nzz\tmodel\tZZ\n"
    )
    assert edit(HAND, [], ["forbid BERT | ALBERT"]) == HAND


def test_nothing_is_left_of_a_file_that_held_one_line() -> None:
    assert edit(edit(None, [IGNORE]), [], [str(IGNORE)]) is None


def test_what_is_new() -> None:
    assert added(None, edit(None, [IGNORE])) == ["ignore the model"]
    assert added(HAND, HAND) == []


def test_hands_may_change_the_file_between_a_step_and_its_undoing() -> None:
    before = "merge ViT | vision transformers\n"
    after = edit(before, [IGNORE])
    assert after is not None
    by_hand = after.replace("ViT", "ViTs") + "retype ViT | model\n"
    assert (
        take_back(Step("", before, after), by_hand)
        == "merge ViTs | vision transformers\nretype ViT | model\n"
    )
    with pytest.raises(ValueError, match="ignore the model"):
        take_back(Step("", before, after), before)


names = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=4)
lines = st.lists(st.tuples(st.sampled_from(["merge", "forbid"]), names, names), max_size=5, unique=True)


@given(lines, lines)
def test_a_step_and_its_undoing_leave_every_byte(
    there: list[tuple[str, str, str]], new: list[tuple[str, str, str]]
) -> None:
    before = edit(None, _read(there))
    verdicts = _read(new)
    after = edit(before, verdicts)
    assert take_back(Step("", before, after), after) == before
    known = {str(verdict) for verdict in _read(there)}
    fresh = [str(verdict) for verdict in verdicts if str(verdict) not in known]
    assert edit(after, [], fresh) == before
    assert edit(after, verdicts) == after


def _read(rows: list[tuple[str, str, str]]) -> list[Verdict]:
    """Return what a file can hold of these."""
    verdicts: list[Verdict] = []
    for verb, name, other in rows:
        try:
            verdicts += parse(f"{verb} {name} | {other}", "")
        except Exception:
            continue
    return verdicts
