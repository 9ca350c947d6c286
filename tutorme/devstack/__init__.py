"""`make run` and `make test` on a bare machine: standard library only, inside .venv."""
