"""The three ways a provider's client may fail; nothing else leaves a gateway."""


class GatewayError(Exception):
    pass


class GatewayUnavailable(GatewayError):
    """No answer, or one that says "not now": the same call may be made again, where the provider
    said when, not before `retry_after_s` seconds."""

    def __init__(self, reason: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class GatewayHeld(GatewayUnavailable):
    """Nobody was asked: a limit, ours or the provider's, holds us back. No attempt was made."""


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
