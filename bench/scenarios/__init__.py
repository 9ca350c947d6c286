"""What is asked for over HTTP, each a stream of requests by the name its row has."""
