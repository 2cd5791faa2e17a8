"""An argument of a method, as the templates print it."""

from dataclasses import dataclass, replace

from generator.plan.codec import CodecPlan

NO_DEFAULT = object()
"""Stands for a default that the contract does not have."""


@dataclass(frozen=True)
class ArgumentPlan:
    """An argument of a method.

    Attributes:
        place: The class of `runtime/` that puts it into the request.
        without: The properties that have no parameter in the query string, such as `webhook`.
        instead: The operation that takes these properties.
        models: The models that it is made of directly.
        where: Its place in the contract.
        deprecated: Whether using it brings a warning.
    """

    name: str
    argument: str
    place: str
    codec: CodecPlan
    required: bool
    description: str
    default: object = NO_DEFAULT
    without: tuple[str, ...] = ()
    instead: str = ""
    models: tuple[str, ...] = ()
    where: str = ""
    deprecated: bool = False

    @property
    def is_given(self) -> str:
        """The expression for whether a caller gave it."""
        if self.required:
            return ""
        if self.place == "PatchProperty":
            return f"{self.argument} is not UNSET"
        return f"{self.argument} {'is not' if self.default is NO_DEFAULT else '!='} {self.shown_default}"

    @property
    def shown_default(self) -> str:
        """The default as written in the signature."""
        return "None" if self.default is NO_DEFAULT else repr(self.default)

    @property
    def declaration(self) -> str:
        """The argument as written in the signature."""
        if self.required:
            return f"{self.argument}: {self.codec.accepts}"
        if self.place == "PatchProperty":
            return f"{self.argument}: {self.codec.accepts} | Unset = UNSET"
        if self.default is not NO_DEFAULT:
            return f"{self.argument}: {self.codec.accepts} = {self.default!r}"
        optional = (
            self.codec.accepts if self.codec.accepts.endswith("None") else f"{self.codec.accepts} | None"
        )
        return f"{self.argument}: {optional} = None"


def patching(plan: ArgumentPlan) -> ArgumentPlan:
    """Return a property of a PATCH: left out unless it is given, whatever its default."""
    if plan.required or plan.place != "BodyProperty":
        return plan
    note = f"{plan.codec.note} Left out by default{', None sets it to null' if plan.codec.nullable else ''}."
    return replace(
        plan, place="PatchProperty", default=NO_DEFAULT, codec=replace(plan.codec, note=note.strip())
    )
