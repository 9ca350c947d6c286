"""Zoom meetings of a server-to-server app."""
