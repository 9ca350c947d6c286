"""The press: what runs in the jailed child process. Imports neither Django nor anything above."""
