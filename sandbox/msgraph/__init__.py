"""Microsoft Graph's calendar with Teams, and the OAuth that opens it."""
