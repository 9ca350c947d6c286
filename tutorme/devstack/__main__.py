"""python -m tutorme.devstack up | stop | clean | check | audit | clients | manage … | test …

What follows `manage` and `test` is manage.py's and pytest's.
"""

import sys
from pathlib import Path

from tutorme.devstack import audit, clients, place, stack, suite
from tutorme.devstack.place import CannotGoOn, Place

_COMMANDS = ("up", "stop", "clean", "manage", "check", "audit", "clients", "test")


def main(arguments: list[str]) -> int:
    command, rest = (arguments or [""])[0], arguments[1:]
    if command not in _COMMANDS:
        raise CannotGoOn(f"devstack knows {', '.join(_COMMANDS)}.")
    where = place.checkout()
    if rest[:1] == ["--throwaway"]:
        where, rest = Place(Path(rest[1]), throwaway=True), rest[2:]
    match command:
        case "up":
            return stack.up(stack.from_environment(where))
        case "stop":
            return stack.stop(where)
        case "clean":
            return stack.clean(where)
        case "check":
            return suite.check()
        case "audit":
            return audit.audit()
        case "clients":
            return clients.clients()
        case "test":
            only, chosen = suite.parse(rest)
            return suite.main(chosen, only=only)
        case _:
            return stack.manage(stack.from_environment(where), rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotGoOn as error:
        print(error, file=sys.stderr)
        sys.exit(2)
