"""What keeps a client from being made, in words that name the place."""


class GenerationError(Exception):
    """No client can be made; the message tells why and where."""


class ContractError(GenerationError):
    """The contract says something that this generator has no code for, or contradicts itself.

    Attributes:
        place: Where in the contract, such as `#/components/schemas/SMS/properties/from`.
    """

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
