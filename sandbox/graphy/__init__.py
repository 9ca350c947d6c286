"""Graphy's stand-in: learners, assignments, what they completed, and its signed messages."""
