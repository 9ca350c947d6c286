"""The three ways a provider's client may fail; nothing else leaves a gateway."""


class GatewayError(Exception):
    pass


class GatewayUnavailable(GatewayError):
    """No answer, or one that says "not now": the same call may be made again."""


class GatewaySilent(GatewayUnavailable):
    """The call left and no answer came back: it may have been carried out."""


class GatewayRejected(GatewayError):
    """A final no. `code` is the provider's own."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class GatewayMisconfigured(GatewayError):
    """Keys are absent or refused: an operator has to act, repeating is no use."""
