"""Stand-ins for the providers, over real HTTP and SMTP, on loopback. Development and tests only."""
