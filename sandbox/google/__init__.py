"""Google's calendar API with Meet, and the OAuth that opens it."""
