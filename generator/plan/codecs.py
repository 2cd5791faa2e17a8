"""Python for the types of a contract: hints, and the codec that converts each."""

from dataclasses import replace
from typing import Any

from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.file import FileProperty
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
    dump,
    is_plain_reference,
    translate,
)
from generator.plan.choices import Choices
from generator.plan.codec import CodecPlan, RulePlan, Scope, check_required


class Codecs:
    """Plans the codecs of a contract's values."""

    def __init__(self, document: Document, config: ClientConfig, models: Models) -> None:
        self.document = document
        self._config = config
        self._choices = Choices(document, self.plan)
        self.models = models

    def plan(self, prop: PropertyProtocol, node: dict[str, Any], place: str, scope: Scope) -> CodecPlan:
        """Plan the codec of a property, whose schema in the contract is `node`."""
        if scope.files and self._is_file(prop, node, place):
            return FILE
        shareable = not isinstance(prop, ModelProperty | EnumProperty | UnionProperty | ListProperty)
        if shareable and is_plain_reference(node) and node["$ref"].startswith(SCHEMAS):
            return self._share(prop, node["$ref"], scope)
        return self._plan(prop, self.document.resolve(node, place), place, scope)

    def _is_file(self, prop: PropertyProtocol, node: dict[str, Any], place: str) -> bool:
        """Return whether a part of a form is a file, in the way of OpenAPI 3.0 or of 3.1."""
        schema = self.document.resolve(node, place)
        raw = "contentMediaType" in schema and "contentEncoding" not in schema
        return isinstance(prop, FileProperty) or (raw and isinstance(prop, StringProperty | AnyProperty))

    def is_marked(self, node: dict[str, Any], keyword: str, place: str) -> bool:
        """Return whether a property is `readOnly` or `writeOnly`, next to its reference or behind it."""
        return bool(self.document.resolve(node, place).get(keyword))

    def plan_result(
        self, prop: PropertyProtocol, node: dict[str, Any], place: str, scope: Scope
    ) -> CodecPlan:
        """Plan the codec of an operation's result, whose arrays are lists."""
        # A result that is nothing but a string, such as a hash, is used as an argument.
        planned = self.plan(prop, node, place, replace(scope, bound=isinstance(prop, StringProperty)))
        if planned.hint.startswith("tuple["):
            inner, _, rest = planned.hint.removeprefix("tuple[").rpartition(", ...]")
            return replace(
                planned, hint=f"list[{inner}]{rest}", code=planned.code.replace("Array", "ListOf", 1)
            )
        return planned

    def _share(self, prop: PropertyProtocol, reference: str, scope: Scope) -> CodecPlan:
        """Plan the codec of a named schema. It is written once, so with its bounds."""
        schema = self.document.resolve({"$ref": reference}, reference)
        planned = self._plan(prop, schema, reference, replace(scope, bound=True))
        name = constant_name(reference.removeprefix(SCHEMAS))
        rule = RulePlan(name, planned.code, schema.get("description", ""))
        return replace(planned, code=f"_rules.{name}", rules=(*planned.rules, rule))

    def _plan(  # noqa: C901, PLR0911 - a table: one line for each class of property
        self, prop: PropertyProtocol, schema: dict[str, Any], place: str, scope: Scope
    ) -> CodecPlan:
        if "const" in schema:
            return _constant(schema["const"])
        match prop:
            case FormattedProperty():
                return _with_bounds(_plan_formatted(prop, schema, place, scope), schema, place, scope)
            case StringProperty():
                return CodecPlan("str", "str", self._string_code(schema, place, scope), plain=True)
            case IntProperty():
                return replace(_INT, code=f"_codecs.Integer({_number_bounds(schema, scope)})")
            case FloatProperty():
                return replace(_FLOAT, code=f"_codecs.Number({_number_bounds(schema, scope)})")
            case EnumProperty():
                return _plan_enum(prop, schema, place)
            case ModelProperty():
                return self._plan_model(prop, schema, place, scope)
            case ListProperty():
                return self._plan_array(prop, schema, place, scope)
            case UnionProperty():
                return self._plan_union(prop, schema, place, scope)
            case _ if type(prop) in _FIXED:
                return _with_bounds(_FIXED[type(prop)], schema, place, scope)
            case _:
                name = type(prop).__name__.removesuffix("Property").lower()
                raise ContractError(place, _REFUSED.get(type(prop), f"a {name} is not supported"))

    def _string_code(self, schema: dict[str, Any], place: str, scope: Scope) -> str:
        bounds = _string_bounds(schema, place) if scope.bound else {}
        about = {}
        if "pattern" in bounds:
            # What the text is, in words and with an example, if the contract has them.
            description = " ".join(schema.get("description", "").split())
            form = self._config.forms.get(schema.get("format", ""), description.rstrip("."))
            words = form if len(form) <= _LONGEST_ABOUT else ""
            examples = [schema.get("example"), *schema.get("examples", [])]
            fitting = (
                one
                for one in examples
                if isinstance(one, str) and one.isprintable() and 0 < len(one) <= _LONGEST_EXAMPLE
            )
            example = next(fitting, "")
            if example and "such as" not in words and not schema.get("x-secret"):
                words = f"{words or 'text'}, such as {example}"
            about = {"about": words} if words else {}
        shown = {"shown": True} if schema.get("format") in self._config.shown_formats else {}
        secret = {"secret": True} if schema.get("x-secret") else {}
        return f"_codecs.String({_keywords({**about, **bounds, **shown, **secret})})"

    def _plan_model(self, prop: ModelProperty, schema: dict[str, Any], place: str, scope: Scope) -> CodecPlan:
        if "discriminator" in schema:
            raise ContractError(
                place,
                "a discriminator without `oneOf` is not supported; refer to a schema that lists, under "
                "`oneOf`, those that it tells apart",
            )
        name = str(prop.class_info.name)
        if self.models.is_free(name):
            check_required(self.document, dump(prop.data), prop, place)
            if scope.bound and dump(prop.data).get("additionalProperties") is False:
                raise ContractError(
                    place,
                    "an object that is always empty is not supported; list its properties, or allow any",
                )
            values = self.models.values_of(name)
            return self._plan_map(values, dump(prop.data), place, scope) if values else _JSON_OBJECT
        code = (
            f"_base_model.ModelCodec({name})"
            if name in scope.defined
            else f"_base_model.LateModelCodec(lambda: {name})"
        )
        return CodecPlan(name, accepted(name), code, fits=f"{name}.__fit__(({{}},))".format, model=True)

    def _plan_map(
        self, prop: PropertyProtocol, schema: dict[str, Any], place: str, scope: Scope
    ) -> CodecPlan:
        where = f"{place}/additionalProperties"
        inner = self.plan(prop, schema["additionalProperties"], where, scope)
        return CodecPlan(
            f"dict[str, {inner.hint}]",
            f"Mapping[str, {inner.accepts}]",
            f"_codecs.MapOf({inner.code})",
            fits=lambda json: f"fits_map(lambda item: {inner.fits('item')}, {json})",
            rules=inner.rules,
        )

    def _plan_array(self, prop: ListProperty, schema: dict[str, Any], place: str, scope: Scope) -> CodecPlan:
        if "items" not in schema:
            raise ContractError(place, "an array without items is not supported")
        inner = self.plan(prop.inner_property, schema["items"], f"{place}/items", scope)
        given = {key: schema.get(name) for key, name in _ITEM_LIMITS} if scope.bound else {}
        given = {key: int(value) if isinstance(value, float) else value for key, value in given.items()}
        limits = {key: value for key, value in given.items() if value or (key, value) == ("max_items", 0)}
        code = f"_codecs.Array({', '.join(filter(None, (inner.code, _keywords(limits))))})"
        holds_models = isinstance(prop.inner_property, ModelProperty) and inner != _JSON_OBJECT

        def fits(json: str) -> str:
            if holds_models:
                return f"({json}.__class__ is list and {inner.hint}.__fit__({json}))"
            return f"all_fit(lambda item: {inner.fits('item')}, {json})"

        return CodecPlan(
            f"tuple[{inner.hint}, ...]",
            f"Sequence[{inner.accepts}]",
            code,
            fits=fits,
            rules=inner.rules,
        )

    def _plan_union(self, prop: UnionProperty, schema: dict[str, Any], place: str, scope: Scope) -> CodecPlan:
        others = [inner for inner in prop.inner_properties if not isinstance(inner, NoneProperty)]
        inner = (
            self._plan_equal(others[0], schema, place, scope)
            if len(others) == 1
            else self._choices.plan(others, schema, place, scope)
        )
        if len(others) == len(prop.inner_properties):
            return inner
        if inner.nullable:
            raise ContractError(place, "null would have two meanings; leave it out of the type")
        return replace(
            inner,
            hint=f"{inner.hint} | None",
            accepts=f"{inner.accepts} | None",
            code=f"_codecs.Nullable({inner.code})",
            nullable=True,
            model=False,
            fits=lambda json: f"({json} is None or {inner.fits(json)})",
        )

    def _plan_equal(
        self, prop: PropertyProtocol, schema: dict[str, Any], place: str, scope: Scope
    ) -> CodecPlan:
        """Plan the codec of schemas that have one type, of which the library keeps the first."""
        nodes = _other_than_null(schema)
        if len(nodes) > 1:  # the library knows other spellings of null
            nodes = [node for node in nodes if not _is_null(self.document.resolve(node, place))]
        plans = [self.plan(prop, node, place, scope) for node in nodes]
        if len({plan.code for plan in plans}) > 1:
            raise ContractError(
                place,
                "a choice between schemas of one type that differ in their rules is not supported; write one "
                "schema that allows what they allow",
            )
        return plans[0]


def dict_name(model: str) -> str:
    """Return the name of the typed dictionary that stands for a model that is sent."""
    return f"{model}Dict"


def accepted(model: str) -> str:
    """Return the type of an argument that is a model."""
    return f"{model} | {dict_name(model)}"


_FIXED: dict[type, CodecPlan] = {
    BooleanProperty: CodecPlan(
        "bool", "bool", "_codecs.Boolean()", fits="{}.__class__ is bool".format, plain=True
    ),
    DateProperty: CodecPlan("date", "date", "_codecs.Day()"),
    UuidProperty: CodecPlan("UUID", "UUID", "_codecs.Uuid()"),
    AnyProperty: CodecPlan(
        "object", "object", "_codecs.Anything()", nullable=True, fits="is_shallow({})".format
    ),
}
_REFUSED: dict[type, str] = {
    FileProperty: "a file is not supported in JSON; make it a part of multipart/form-data, or a whole body",
    NoneProperty: "null alone is not supported; allow another type, too, or leave it out",
}
_INT = CodecPlan("int", "int", "", fits="{}.__class__ is int".format, whole=True)
_FLOAT = CodecPlan("float", "float", "", fits="{}.__class__ in (int, float)".format)
_JSON_OBJECT = CodecPlan(
    "dict[str, object]",
    "dict[str, object]",
    "_codecs.JsonObject()",
    fits="(is_object({0}) and is_shallow({0}))".format,
)
FILE = CodecPlan(
    "bytes",
    "bytes | Upload",
    "_codecs.File()",
    note="Its bytes, or an `Upload` with its name and media type.",
)
_LONGEST_ABOUT = 100
_LONGEST_EXAMPLE = 40
#: The lengths of what the codecs of formats write, which have no bounds of their own.
_WRITTEN = {"_codecs.Rfc3339()": (20, 27), "_codecs.Day()": (10, 10), "_codecs.Uuid()": (36, 36)}
_ITEM_LIMITS = (("min_items", "minItems"), ("max_items", "maxItems"), ("unique", "uniqueItems"))
_NUMBER_LIMITS = (
    ("minimum", "minimum"),
    ("maximum", "maximum"),
    ("above", "exclusiveMinimum"),
    ("below", "exclusiveMaximum"),
    ("multiple_of", "multipleOf"),
)


def _plan_formatted(prop: FormattedProperty, schema: dict[str, Any], place: str, scope: Scope) -> CodecPlan:
    bounds = _string_bounds(schema, place) if scope.bound and prop.codec == "DecimalString" else {}
    code = f"_codecs.{prop.codec}({_keywords(bounds)})"
    return CodecPlan(prop.hint, prop.hint, code, "None" in prop.hint, prop.note)


def _with_bounds(planned: CodecPlan, schema: dict[str, Any], place: str, scope: Scope) -> CodecPlan:
    """Return a codec that also checks the text which another one writes, where the text may break a bound."""
    if planned.code not in _WRITTEN or not scope.bound:
        return planned
    shortest, longest = _WRITTEN[planned.code]
    bounds = _string_bounds(schema, place)
    bounds = {
        key: value
        for key, value in bounds.items()
        if not ((key == "min_length" and value <= shortest) or (key == "max_length" and value >= longest))
    }
    return (
        replace(planned, code=f"_codecs.Written({planned.code}, {_keywords(bounds)})") if bounds else planned
    )


def _number_bounds(schema: dict[str, Any], scope: Scope) -> str:
    names = _NUMBER_LIMITS if scope.bound else ()
    given = {key: schema.get(f"x-{name}", schema.get(name)) for key, name in names}
    return _keywords({key: value for key, value in given.items() if value is not None})


def _plan_enum(prop: EnumProperty, schema: dict[str, Any], place: str) -> CodecPlan:
    name = str(prop.class_info.name)
    values = [value for value in schema["enum"] if value is not None]
    if len(prop.values) != len(values):
        raise ContractError(place, "two values would have the same Python name")
    accepts = f"{name} | Literal[{', '.join(map(repr, values))}]"
    codec, fits = ("IntegerEnum", _INT.fits) if prop.value_type is int else ("StringEnum", CodecPlan.fits)
    return CodecPlan(name, accepts, f"_codecs.{codec}({name})", fits=fits, enum=name)


def _constant(value: object) -> CodecPlan:
    hint = f"Literal[{value!r}]" if isinstance(value, str | int) else "object"

    def fits(json: str) -> str:
        if value is None or isinstance(value, bool):
            return f"{json} is {value}"
        same = "in (int, float)" if isinstance(value, int | float) else f"is {type(value).__name__}"
        return f"({json}.__class__ {same} and {json} == {value!r})"

    return CodecPlan(hint, hint, f"_codecs.Constant[{hint}]({value!r})", fits=fits)


def _other_than_null(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas of a choice that are not null."""
    choices = [*schema.get("oneOf", []), *schema.get("anyOf", [])]
    found = [node for node in choices if node.get("type") != "null"]
    if found:
        return found
    types = schema.get("type")
    kept = [name for name in types if name != "null"] if isinstance(types, list) else [types]
    values = [value for value in schema.get("enum", []) if value is not None]
    return [{**schema, "type": kept[0], "enum": values}]


def _is_null(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "null" or schema.get("enum") == [None] or schema.get("const", "") is None


def _string_bounds(schema: dict[str, Any], place: str) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    if "pattern" in schema:
        bounds["pattern"] = translate(schema["pattern"], place)
    for key, name in (("min_length", "minLength"), ("max_length", "maxLength")):
        if name in schema:
            bounds[key] = int(schema[name])  # JSON Schema allows 2.0
    return bounds


def _keywords(values: dict[str, Any]) -> str:
    written = {name: repr(value) for name, value in values.items()}
    pattern = values.get("pattern", '"')
    # A raw string literal where possible, because people read patterns.
    if not ('"' in pattern or "\n" in pattern or pattern.endswith("\\")):
        written["pattern"] = f'r"{pattern}"'
    return ", ".join(f"{name}={value}" for name, value in written.items())
