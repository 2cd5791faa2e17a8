"""Python for the types of a contract: hints, and the `Kind` that converts each."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from generator.config import ClientConfig
from generator.errors import ContractError
from generator.parser import (
    SCHEMAS,
    Document,
    FormattedProperty,
    Models,
    constant_name,
    is_plain_reference,
    translate,
)


@dataclass(frozen=True)
class KindPlan:
    """How one value is written, checked and read.

    Attributes:
        hint: The type of what is read.
        accepts: The type of what is given.
        code: The expression that makes its `Kind`.
        nullable: Whether None is a value of it.
        note: What one has to know to give one, for the docstring.
        fits: Makes of an expression for JSON the one that tells whether it has the right type.
        plain: Whether the JSON is the value itself.
        word: The class of words that the JSON is one of.
        whole: Whether the JSON is an integer, which may be written 1.0.
    """

    hint: str
    accepts: str
    code: str
    nullable: bool = False
    note: str = ""
    fits: Callable[[str], str] = "type({}) is str".format
    plain: bool = False
    word: str = ""
    whole: bool = False


@dataclass
class RulePlan:
    """A kind with a name of its own, for a schema that the contract names."""

    name: str
    code: str
    description: str


@dataclass
class Kinds:
    """Makes the plans of kinds, and keeps the rules that they share."""

    document: Document
    config: ClientConfig
    models: Models
    rules: dict[str, RulePlan] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)
    """The models that stand before the one in hand; all others are looked up late."""
    bound: bool = True
    """Whether lengths and patterns matter: they bind what is sent, answers are taken as they come."""

    def plan(self, prop: PropertyProtocol, node: dict[str, Any], place: str) -> KindPlan:
        """The plan of a property, given the schema that stands in the contract."""
        shareable = not isinstance(prop, ModelProperty | EnumProperty | UnionProperty | ListProperty)
        if shareable and is_plain_reference(node) and node["$ref"].startswith(SCHEMAS):
            return self._share(prop, node["$ref"])
        return self._plan(prop, self.document.resolve(node, place), place)

    def top_level(self, prop: PropertyProtocol, node: dict[str, Any], place: str) -> KindPlan:
        """The plan of a result, whose arrays are lists."""
        if isinstance(prop, StringProperty):
            self.bound = True  # a result that is nothing but a string, such as a hash, is used as an argument
        made = self.plan(prop, node, place)
        self.bound = False
        if made.hint.startswith("tuple["):
            inner, _, rest = made.hint.removeprefix("tuple[").rpartition(", ...]")
            return replace(made, hint=f"list[{inner}]{rest}", code=made.code.replace("Array", "ListOf", 1))
        return made

    def _share(self, prop: PropertyProtocol, reference: str) -> KindPlan:
        """The plan of a named schema. Its rule is written once, with its bounds, whoever meets it first."""
        schema = self.document.resolve({"$ref": reference}, reference)
        before, self.bound = self.bound, True
        made = self._plan(prop, schema, reference)
        self.bound = before
        name = constant_name(reference.removeprefix(SCHEMAS))
        known = self.rules.setdefault(name, RulePlan(name, made.code, schema.get("description", "")))
        if known.code != made.code:
            raise ContractError(reference, f"two schemas would be called {name}")
        return replace(made, code=f"_rules.{name}")

    def _plan(  # noqa: C901, PLR0911 - a table: one line for each class of property
        self, prop: PropertyProtocol, schema: dict[str, Any], place: str
    ) -> KindPlan:
        if "const" in schema:
            return _constant(schema["const"])
        match prop:
            case FormattedProperty():
                return self._plan_formatted(prop, schema, place)
            case StringProperty():
                return KindPlan("str", "str", self._string_code(schema, place), plain=True)
            case IntProperty():
                return replace(_INT, code=f"Integer({self._number_bounds(schema)})")
            case FloatProperty():
                return replace(_FLOAT, code=f"Number({self._number_bounds(schema)})")
            case EnumProperty():
                return _plan_words(prop, schema, place)
            case ModelProperty():
                return self._plan_model(prop)
            case ListProperty():
                return self._plan_array(prop, schema, place)
            case UnionProperty():
                return self._plan_nullable(prop, schema, place)
            case _ if type(prop) in _FIXED:
                return _FIXED[type(prop)]
            case _:
                name = type(prop).__name__.removesuffix("Property").lower()
                raise ContractError(place, f"a {name} is not supported")

    def _plan_formatted(self, prop: FormattedProperty, schema: dict[str, Any], place: str) -> KindPlan:
        bounds = _string_bounds(schema, place) if self.bound and prop.kind == "DecimalString" else {}
        code = f"{prop.kind}({_keywords(bounds)})"
        return KindPlan(prop.hint, prop.hint, code, "None" in prop.hint, prop.note)

    def _string_code(self, schema: dict[str, Any], place: str) -> str:
        bounds = _string_bounds(schema, place) if self.bound else {}
        description = " ".join(schema.get("description", "").split())
        fits = "pattern" in bounds and 0 < len(description) <= _LONGEST_ABOUT
        about = {"about": description.rstrip(".")} if fits else {}
        shown = {"shown": True} if schema.get("format") in self.config.shown_formats else {}
        secret = {"secret": True} if schema.get("x-secret") else {}
        return f"String({_keywords({**about, **bounds, **shown, **secret})})"

    def _number_bounds(self, schema: dict[str, Any]) -> str:
        names = ("minimum", "maximum") if self.bound else ()
        return _keywords({name: schema[name] for name in names if name in schema})

    def _plan_model(self, prop: ModelProperty) -> KindPlan:
        name = str(prop.class_info.name)
        if self.models.is_free(name):
            return _JSON_OBJECT
        code = f"ModelKind({name})" if name in self.defined else f"LateModelKind(lambda: {name})"
        return KindPlan(name, name, code, fits=f"{name}.__fit__(({{}},))".format)

    def _plan_array(self, prop: ListProperty, schema: dict[str, Any], place: str) -> KindPlan:
        if "items" not in schema:
            raise ContractError(place, "an array without items is not supported")
        inner = self.plan(prop.inner_property, schema["items"], f"{place}/items")
        limits = {key: schema[name] for key, name in _ITEM_LIMITS if name in schema} if self.bound else {}
        code = f"Array({', '.join(filter(None, (inner.code, _keywords(limits))))})"
        holds_models = isinstance(prop.inner_property, ModelProperty) and inner != _JSON_OBJECT

        def fits(json: str) -> str:
            if holds_models:
                return f"(is_array({json}) and {inner.hint}.__fit__({json}))"
            return f"all_fit(lambda item: {inner.fits('item')}, {json})"

        return KindPlan(
            f"tuple[{inner.hint}, ...]",
            f"Sequence[{inner.accepts}]",
            code,
            fits=fits,
        )

    def _plan_nullable(self, prop: UnionProperty, schema: dict[str, Any], place: str) -> KindPlan:
        others = [inner for inner in prop.inner_properties if not isinstance(inner, NoneProperty)]
        if len(others) != 1 or len(others) == len(prop.inner_properties):
            raise ContractError(place, "a choice between types is not supported, but for one type or null")
        inner = self.plan(others[0], _other_than_null(schema), place)
        if inner.nullable:
            raise ContractError(place, "null would have two meanings here")
        return replace(
            inner,
            hint=f"{inner.hint} | None",
            accepts=f"{inner.accepts} | None",
            code=f"Nullable({inner.code})",
            nullable=True,
            fits=lambda json: f"({json} is None or {inner.fits(json)})",
        )


_FIXED: dict[type, KindPlan] = {
    BooleanProperty: KindPlan("bool", "bool", "Boolean()", fits="type({}) is bool".format, plain=True),
    DateProperty: KindPlan("date", "date", "Day()"),
    UuidProperty: KindPlan("UUID", "UUID", "Uuid()"),
    AnyProperty: KindPlan("object", "object", "Anything()", nullable=True, fits="is_shallow({})".format),
}
_INT = KindPlan("int", "int", "", fits="type({}) is int".format, whole=True)
_FLOAT = KindPlan("float", "float", "", fits="type({}) in (int, float)".format)
_JSON_OBJECT = KindPlan(
    "dict[str, object]",
    "dict[str, object]",
    "JsonObject()",
    fits="(type({0}) is dict and is_shallow({0}))".format,
)
_LONGEST_ABOUT = 100
_ITEM_LIMITS = (("min_items", "minItems"), ("max_items", "maxItems"))


def _plan_words(prop: EnumProperty, schema: dict[str, Any], place: str) -> KindPlan:
    name = str(prop.class_info.name)
    words = [word for word in schema["enum"] if word is not None]
    if len(prop.values) != len(words):
        raise ContractError(place, "two of the words would have the same Python name")
    accepts = f"{name} | Literal[{', '.join(map(repr, words))}]"
    kind, fits = ("NumberWord", _INT.fits) if prop.value_type is int else ("Word", KindPlan.fits)
    return KindPlan(name, accepts, f"{kind}({name})", fits=fits, word=name)


def _constant(value: object) -> KindPlan:
    hint = f"Literal[{value!r}]" if isinstance(value, str | int) else "object"

    def fits(json: str) -> str:
        if value is None or isinstance(value, bool):
            return f"{json} is {value}"
        return f"(type({json}) is {type(value).__name__} and {json} == {value!r})"

    return KindPlan(hint, hint, f"Constant[{hint}]({value!r})", fits=fits)


def raw_property(document: Document, schema: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    """The schema of a member, `allOf` included."""
    if name in schema.get("properties", {}):
        return cast("dict[str, Any]", schema["properties"][name])
    for part in schema.get("allOf", []):
        found = raw_property(document, document.resolve(part, place), name, place)
        if found:
            return found
    return {}


def _other_than_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The one schema of a choice that is not null."""
    for node in (*schema.get("oneOf", []), *schema.get("anyOf", [])):
        if node.get("type") != "null":
            return cast("dict[str, Any]", node)
    types = schema.get("type")
    kept = [name for name in types if name != "null"] if isinstance(types, list) else [types]
    return {**schema, "type": kept[0], "enum": [word for word in schema.get("enum", []) if word is not None]}


def _string_bounds(schema: dict[str, Any], place: str) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    if "pattern" in schema:
        bounds["pattern"] = translate(schema["pattern"], place)
    for key, name in (("min_length", "minLength"), ("max_length", "maxLength")):
        if name in schema:
            bounds[key] = schema[name]
    return bounds


def _keywords(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={_raw(value) if name == 'pattern' else repr(value)}" for name, value in values.items()
    )


def _raw(text: str) -> str:
    """A raw string literal where one can be written, for patterns are read."""
    if '"' in text or "\n" in text or text.endswith("\\"):
        return repr(text)
    return f'r"{text}"'
