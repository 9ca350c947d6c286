from hypothesis import given
from hypothesis import strategies as st

from video.merging import merge

TEXT = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8).map("\n".join)


@given(TEXT, TEXT)
def test_one_writer_wins_as_they_wrote(base: str, ours: str) -> None:
    assert merge(base=base, theirs=base, ours=ours) == ours
    assert merge(base=base, theirs=ours, ours=base) == ours
    assert merge(base=base, theirs=ours, ours=ours) == ours


@given(TEXT, TEXT, TEXT)
def test_no_new_line_is_dropped(base: str, theirs: str, ours: str) -> None:
    merged = merge(base=base, theirs=theirs, ours=ours).split("\n")
    new = (set(theirs.split("\n")) | set(ours.split("\n"))) - set(base.split("\n"))
    assert new <= set(merged)


def test_where_both_change_one_line_both_stand() -> None:
    assert merge(base="x", theirs="tess", ours="sam") == "tess\nsam"
