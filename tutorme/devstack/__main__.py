"""python -m tutorme.devstack up | stop | clean | manage … | check | test [--only browser] …"""

import argparse
import sys
from pathlib import Path

from tutorme.devstack import place, stack
from tutorme.devstack.place import CannotGoOn, Place


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    parser.add_argument("command", choices=("up", "stop", "clean", "manage", "check", "test"))
    parser.add_argument("--throwaway", type=Path, help="keep nothing; live in this directory")
    options, rest = parser.parse_known_args(arguments)
    where = Place(options.throwaway, throwaway=True) if options.throwaway else place.checkout()
    match options.command:
        case "up":
            return stack.up(stack.from_environment(where))
        case "stop":
            return stack.stop(where)
        case "clean":
            return stack.clean(where)
        case _:
            return stack.manage(stack.from_environment(where), rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotGoOn as error:
        print(error, file=sys.stderr)
        sys.exit(2)
