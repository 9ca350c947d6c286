"""So that `Accept: text/event-stream` is acceptable; problems are JSON all the same."""

from tutorme.core.api.renderers import FastJSONRenderer


class EventStreamRenderer(FastJSONRenderer):
    media_type = "text/event-stream"
    format = "event-stream"
