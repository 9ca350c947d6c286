"""Patterns for short answers that cannot hang: every one is matched in time proportional to the
pattern times the text, whatever either says.

A safe part of the usual language: letters, `.`, `[a-z]`, `[^…]`, `\\d \\w \\s`, `( | )`, and after
them `? * + {2} {2,5}`. There are no references, no lookaround, no anchors: the whole answer has to
match. A pattern becomes a small automaton, and all its states walk through the text together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MAX_PATTERN = 200
MAX_STATES = 250
MAX_DEPTH = 10

Test = Callable[[str], bool]


class PatternInvalid(ValueError):
    """What is wrong with it, in words."""


@dataclass
class _Automaton:
    """State n goes to `nexts[n]` without reading, or past a letter where `tests[n]` says so."""

    tests: list[Test | None] = field(default_factory=list)
    nexts: list[list[int]] = field(default_factory=list)

    def state(self, test: Test | None = None) -> int:
        if len(self.tests) >= MAX_STATES:
            raise PatternInvalid("The pattern is too large.")
        self.tests.append(test)
        self.nexts.append([])
        return len(self.tests) - 1

    def closed(self, states: set[int]) -> set[int]:
        """With everything reached without reading."""
        seen, todo = set(states), list(states)
        while todo:
            state = todo.pop()
            if self.tests[state] is None:
                fresh = [other for other in self.nexts[state] if other not in seen]
                seen.update(fresh)
                todo.extend(fresh)
        return seen


Part = tuple[int, int]
_CLASSES: dict[str, Test] = {
    "d": lambda char: char.isdigit(),
    "w": lambda char: char.isalnum() or char == "_",
    "s": lambda char: char.isspace(),
}


class _Reader:
    """Recursive descent; each method answers with the first and the last state of its part."""

    def __init__(self, pattern: str) -> None:
        self.text, self.at, self.depth, self.net = pattern, 0, 0, _Automaton()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise PatternInvalid("The pattern ends too early.")
        self.at += 1
        return char

    def either(self) -> Part:
        parts = [self.row()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.row())
        if len(parts) == 1:
            return parts[0]
        first, last = self.net.state(), self.net.state()
        for begin, end in parts:
            self.net.nexts[first].append(begin)
            self.net.nexts[end].append(last)
        return first, last

    def row(self) -> Part:
        first = last = self.net.state()
        while self.peek() not in {"", "|", ")"}:
            begin, end = self.repeated()
            self.net.nexts[last].append(begin)
            last = end
        return first, last

    def repeated(self) -> Part:
        start = self.at
        part, stop = self.one(), self.at
        least, most = self.count()
        if (least, most) == (1, 1):
            return part
        end = self.at
        copies = self._copies(start, stop, part, max(least, most or least + 1))
        self.at = end
        return self._chain(copies, least, endless=most is None)

    def _copies(self, start: int, stop: int, part: Part, number: int) -> list[Part]:
        """The same part read again, as often as it may come."""
        copies = [part]
        for _again in range(number - 1):
            self.at = start
            copies.append(self.one())
            assert self.at == stop
        return copies

    def _chain(self, copies: list[Part], least: int, *, endless: bool) -> Part:
        first, last = self.net.state(), self.net.state()
        at = first
        for place, (begin, end) in enumerate(copies):
            if place >= least:
                self.net.nexts[at].append(last)
            self.net.nexts[at].append(begin)
            at = end
        self.net.nexts[at].append(last)
        if endless:
            self.net.nexts[at].append(copies[-1][0])
        return first, last

    def count(self) -> tuple[int, int | None]:
        simple: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        char = self.peek()
        if char in simple and char:
            self.at += 1
            return simple[char]
        if char != "{":
            return 1, 1
        self.at += 1
        least = self.number()
        most = least
        if self.peek() == ",":
            self.at += 1
            most = self.number()
        if self.take() != "}" or most < least or not 1 <= most <= 50:
            raise PatternInvalid("A count is {2} or {2,5}, at most 50.")
        return least, most

    def number(self) -> int:
        digits = ""
        while self.peek().isascii() and self.peek().isdigit():
            digits += self.take()
        if not digits or len(digits) > 2:
            raise PatternInvalid("A count is a number of at most two digits.")
        return int(digits)

    def one(self) -> Part:
        char = self.take()
        if char == "(":
            if self.peek() == "?":
                raise PatternInvalid("Groups with ? are not offered here.")
            return self.group()
        return self.letter(self.test_of(char))

    def group(self) -> Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PatternInvalid("The brackets are nested too deeply.")
        part = self.either()
        if self.take() != ")":
            raise PatternInvalid("A bracket is not closed.")
        self.depth -= 1
        return part

    def letter(self, test: Test) -> Part:
        first, last = self.net.state(test), self.net.state()
        self.net.nexts[first].append(last)
        return first, last

    def test_of(self, char: str) -> Test:
        if char == "[":
            return self.set_of()
        if char == "\\":
            return self.escaped()
        if char == ".":
            return lambda _given: True
        if char in ")?*+{}^$":
            raise PatternInvalid(f"A “{char}” has nothing to stand for here; write \\{char}.")
        return _is(char)

    def escaped(self) -> Test:
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char.isalnum():
            raise PatternInvalid(f"\\{char} is not offered here.")
        return _is(char)

    def set_of(self) -> Test:
        negative = self.peek() == "^"
        self.at += negative
        tests: list[Test] = []
        while not tests or self.peek() != "]":
            tests.append(self.member())
        self.at += 1
        return lambda char: any(test(char) for test in tests) is not negative

    def member(self) -> Test:
        char = self.take()
        if char == "\\":
            return self.escaped()
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in {"]", ""}:
            return _is(char)
        self.at += 1
        return _between(char, self.take())


def _is(char: str) -> Test:
    return lambda given: given == char


def _between(low: str, high: str) -> Test:
    if low > high:
        raise PatternInvalid(f"The range {low}-{high} is the wrong way round.")
    return lambda given: low <= given <= high


@dataclass(frozen=True)
class Pattern:
    net: _Automaton
    first: int
    last: int

    def matches(self, text: str) -> bool:
        """The whole text."""
        states = self.net.closed({self.first})
        for char in text:
            states = self.net.closed(set(self._after(states, char)))
            if not states:
                return False
        return self.last in states

    def _after(self, states: set[int], char: str) -> Iterator[int]:
        for state in states:
            test = self.net.tests[state]
            if test is not None and test(char):
                yield from self.net.nexts[state]


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Pattern:
    """`PatternInvalid` says in words what is not understood."""
    if not 1 <= len(pattern) <= MAX_PATTERN:
        raise PatternInvalid(f"A pattern has 1 to {MAX_PATTERN} characters.")
    reader = _Reader(pattern)
    first, last = reader.either()
    if reader.peek():
        raise PatternInvalid("A bracket closes that was never opened.")
    return Pattern(reader.net, first, last)
