from hypothesis import given
from hypothesis import strategies as st

from certificates import codes

CODE = "".join(codes.new_code().split("-"))


def test_new_codes_are_well_formed_and_differ() -> None:
    made = {codes.new_code() for _ in range(500)}
    assert len(made) == 500
    assert all(codes.is_well_formed(code) and len(code) == 23 for code in made)


def test_every_single_wrong_symbol_is_noticed() -> None:
    for at, symbol in enumerate(CODE):
        for wrong in codes.ALPHABET.replace(symbol, ""):
            assert not codes.is_well_formed(CODE[:at] + wrong + CODE[at + 1 :])


def test_every_swap_of_two_different_symbols_is_noticed() -> None:
    for i in range(codes.LENGTH):
        for j in range(i + 1, codes.LENGTH):
            swapped = list(CODE)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            if CODE[i] != CODE[j]:
                assert not codes.is_well_formed("".join(swapped))


@given(st.sampled_from(["", " ", "-", " - "]), st.booleans())
def test_spacing_case_and_look_alikes_do_not_matter(between: str, lower: bool) -> None:
    code = codes.new_code()
    typed = between.join(code.replace("-", "")).replace("0", "o").replace("1", "l")
    assert codes.normalized(typed.lower() if lower else typed) == code


@given(st.text(max_size=300))
def test_anything_may_be_typed(text: str) -> None:
    read = codes.normalized(text)
    assert codes.normalized(read) == read
    assert codes.is_well_formed(read) in {True, False}
