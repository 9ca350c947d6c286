"""Stand-ins for Google, Microsoft, Apple and Firebase, as identity providers."""
