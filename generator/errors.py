"""The errors of the generator: `GenerationError`, and below it `ContractError` with a place."""


class GenerationError(Exception):
    """No client can be generated; the message says why and where."""


class ContractError(GenerationError):
    """The contract contains something that the generator does not support, or contradicts itself.

    Attributes:
        place: The place in the contract, such as `#/components/schemas/SMS/properties/from`.
    """

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
