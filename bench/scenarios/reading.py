"""Pages and calls that change nothing, so that what they ask the database for is their floor."""

import http.client
import itertools
import secrets
import time
from collections.abc import Iterator

from bench.drive import Ask, Server
from bench.scenarios.people import API, Person, cookie, every, token

# Of these the catalogue knows nothing yet, and finds as much as by those that are asked again.
NEW_WORDS = "catalogue page with words not asked before"
_WORDS = ("equations", "spanish+verbs", "python", "waves+energy", "harmony")


def searches() -> Iterator[str]:
    return itertools.cycle(_WORDS)


def new_searches() -> Iterator[str]:
    return (f"{words}+or+q{secrets.token_hex(5)}" for words in searches())


def reading(people: list[Person]) -> dict[str, Iterator[Ask]]:
    pairs = list(every(people))
    return {
        "sign-in page, a visitor (no query: the floor)": (
            Ask("GET", "/account/login/") for _ in itertools.count()
        ),
        "catalogue page with search, signed in": (
            Ask("GET", f"/courses/?search={text}", cookie(person))
            for text, (person, _course) in zip(searches(), itertools.cycle(pairs), strict=False)
        ),
        NEW_WORDS: (
            Ask("GET", f"/courses/?search={text}", cookie(person))
            for text, (person, _course) in zip(new_searches(), itertools.cycle(pairs), strict=False)
        ),
        "catalogue API with search": (
            Ask("GET", f"{API}/courses/?search={text}", token(person))
            for text, (person, _course) in zip(searches(), itertools.cycle(pairs), strict=False)
        ),
        "course page": (
            Ask("GET", f"/courses/{course['slug']}/", cookie(person)) for person, course in pairs
        ),
        "lesson page": (
            Ask("GET", f"/learn/{course['slug']}/lesson-6/", cookie(person))
            for person, course in pairs
        ),
        "today page (20 enrolments)": (
            Ask("GET", "/today/", cookie(person)) for person in itertools.cycle(people)
        ),
        "order list page (25 orders)": (
            Ask("GET", "/orders/", cookie(person)) for person, _course in pairs
        ),
        "order list API": (
            Ask("GET", f"{API}/payments/orders/", token(person)) for person, _course in pairs
        ),
    }


def browsing(server: Server, people: list[Person]) -> dict[str, Iterator[Ask]]:
    """The catalogue as visitors and learners leaf through it, and what they look for inside."""
    pairs = list(every(people))
    filters = (
        "category=Music",
        "difficulty=beginner&price=free",
        "tag=exam&ordering=rating",
        "ordering=price",
    )
    return {
        "catalogue page, a visitor": (Ask("GET", "/courses/") for _ in itertools.count()),
        "catalogue page, a visitor again (304)": again(server, "/courses/"),
        "catalogue page with filters, a visitor": (
            Ask("GET", f"/courses/?{chosen}") for chosen in itertools.cycle(filters)
        ),
        "catalogue page with a slip of the finger": (
            Ask("GET", "/courses/?search=equatoins") for _ in itertools.count()
        ),
        "search within a course": (
            Ask("GET", f"/learn/{course['slug']}/my/search/?q=waves", cookie(person))
            for person, course in pairs
        ),
        "progress explained": (
            Ask("GET", f"/learn/{course['slug']}/my/progress/", cookie(person))
            for person, course in pairs
        ),
    }


def again(server: Server, path: str) -> Iterator[Ask]:
    """Asks with the tag of the answer before; a fresh tag each minute, as tags live no longer."""
    minute, headers = -1, {}
    while True:
        if minute != int(time.time() // 60):
            minute, headers = int(time.time() // 60), tagged(server, path)
        yield Ask("GET", path, headers, status=304)


def tagged(server: Server, path: str) -> dict[str, str]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    line.request("GET", path)
    first = line.getresponse()
    kept = first.getheader("Set-Cookie", "").partition(";")[0]
    first.read()
    line.request("GET", path, headers={"Cookie": kept})
    second = line.getresponse()
    second.read()
    line.close()
    return {"Cookie": kept, "If-None-Match": second.getheader("ETag", "")}
