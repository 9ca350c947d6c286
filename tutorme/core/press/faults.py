class Refused(Exception):
    """The document cannot be printed as it is; trying again will not help."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
