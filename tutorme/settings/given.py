"""What the environment says, read once."""

from tutorme import env as environment

env = environment.read()
