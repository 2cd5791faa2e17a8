"""The arguments of an operation: its parameters, and its body."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from generator.config import ClientConfig
from generator.errors import ContractError, Reasons
from generator.parser import (
    FORM,
    PARTS,
    SCHEMAS,
    Document,
    argument_name,
    check_charset,
    class_name,
    dump,
    essence,
    is_file,
    is_json,
    is_text,
    models_in,
    properties_of,
    short_argument_name,
)
from generator.plan.argument import NO_DEFAULT, ArgumentPlan, patching
from generator.plan.bodies import check_encoding, check_form, whole_body
from generator.plan.codec import CodecPlan, Scope, check_required, raw_property
from generator.plan.codecs import FILE, Codecs, accepted
from generator.plan.groups import is_property, left_out
from generator.plan.parameters import check_null, check_style, find_parameter, round_up
from generator.plan.security import header_of_credentials

_CLASSES = {"path": "PathParameter", "query": "QueryParameter", "header": "HeaderParameter"}
# Parameters of these names are to be ignored (OpenAPI 3.1, 4.8.12.2).
_IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
_TEXT = CodecPlan("str", "str", "_codecs.String()")


class Arguments:
    """Plans arguments.

    Attributes:
        models: The models that the planned arguments take.
        patched: Those of them of which properties are left out by `UNSET`, because null means something else.
    """

    def __init__(self, document: Document, config: ClientConfig, codecs: Codecs) -> None:
        self._document, self._config, self._codecs = document, config, codecs
        self._known = codecs.models
        self._key = header_of_credentials(document)
        self._scope = Scope(frozenset(self._known.by_name), bound=True)
        self.models: set[str] = set()
        self.patched: set[str] = set()

    def plan(
        self, operation_id: str, method: str, operation: dict[str, Any], endpoint: Endpoint, place: str
    ) -> tuple[ArgumentPlan, ...]:
        """Plan the arguments of an operation, in the order of the document."""
        if method == "trace" and "requestBody" in operation:
            raise ContractError(place, "a TRACE has no body (RFC 9110, section 9.3.8); remove it")
        parameters = self._plan_parameters(operation_id, operation, endpoint, place)
        body = list(self._plan_body(operation, endpoint, {item.argument for item in parameters}, place))
        parameters = self._shorten(parameters, body)
        arguments = (*parameters, *body)
        seen: set[str] = set()
        for item in arguments:
            if item.argument in seen:
                raise ContractError(place, f"two arguments would be called {item.argument}; rename one")
            seen.add(item.argument)
        if method == "patch":
            self.patched |= self._known.below({name for item in body for name in item.models})
            return (*parameters, *map(patching, body))
        return arguments

    def _shorten(self, parameters: list[ArgumentPlan], body: list[ArgumentPlan]) -> list[ArgumentPlan]:
        """Name a parameter `group.property` that is no part of its group by the property, if that is free."""
        short = {item.name: short_argument_name(item.name, self._config.groups) for item in parameters}
        names = Counter([*(item.argument for item in (*parameters, *body)), *filter(None, short.values())])
        return [
            replace(item, argument=name) if (name := short[item.name]) and names[name] == 1 else item
            for item in parameters
        ]

    def _plan_parameters(
        self, operation_id: str, operation: dict[str, Any], endpoint: Endpoint, place: str
    ) -> list[ArgumentPlan]:
        planned: list[ArgumentPlan] = []
        reasons = Reasons()
        grouped: dict[str, list[dict[str, Any]]] = {}
        seen: set[tuple[str, str]] = set()
        for node in operation["parameters"]:
            parameter = self._document.resolve(node, place)
            name, location = parameter["name"], parameter["in"]
            if (location, name) in seen:
                continue  # a parameter of the path item that the operation overrides
            seen.add((location, name))
            if location == "header" and name.lower() in _IGNORED_HEADERS:
                continue
            group = name.partition(".")[0]
            if location == "query" and "." in name and self._is_grouped(group, parameter, place):
                grouped.setdefault(group, []).append(parameter)
                continue
            where = f"{place}, parameter {name}"
            with reasons.noting():
                made = self._plan_parameter(parameter, find_parameter(endpoint, location, name, where), where)
                rounded = f"{operation_id}.{name}" in self._config.rounded_up
                planned.append(round_up(made, where) if rounded else made)
        for group, parameters in grouped.items():
            with reasons.noting():
                planned.append(self._plan_group(group, parameters, f"{place}, parameters {group}.…"))
        reasons.check()
        return planned

    def _plan_parameter(self, parameter: dict[str, Any], prop: PropertyProtocol, place: str) -> ArgumentPlan:
        location = parameter["in"]
        is_array = isinstance(prop, ListProperty)
        check_style(parameter, is_array=is_array, credentials=self._key, place=place)
        if list(models_in(prop)):
            raise ContractError(
                place, "an object as a parameter is not supported; write one for each property"
            )
        if isinstance(prop, ListProperty) and isinstance(prop.inner_property, ListProperty):
            raise ContractError(place, "an array of arrays as a parameter is not supported; use a body")
        joined = is_array and not parameter.get("explode", True)
        codec = self._codecs.plan(prop, parameter["schema"], place, self._scope)
        required = bool(parameter.get("required", False))
        check_null(codec, place, required=required)
        return ArgumentPlan(
            parameter["name"],
            argument_name(parameter["name"], place),
            "JoinedQueryParameter" if joined else _CLASSES[location],
            codec,
            required,
            parameter.get("description", ""),
            NO_DEFAULT if required else self._default(parameter["schema"], codec, place),
            deprecated=bool(parameter.get("deprecated")),
        )

    def _default(self, node: dict[str, Any], codec: CodecPlan, place: str) -> object:
        """Return the default in the contract, if it is the same value in Python."""
        plain = codec.hint in ("str", "int", "float", "bool")
        return self._document.resolve(node, place).get("default", NO_DEFAULT) if plain else NO_DEFAULT

    def _plan_group(self, group: str, parameters: list[dict[str, Any]], place: str) -> ArgumentPlan:
        """Plan one argument for all parameters `group.property`: a model that has them all, or more."""
        schema = self._config.groups[group]
        name = self._config.schemas.get(schema, class_name(schema))
        leaves = list(self._leaves(name, group))
        found = {parameter["name"] for parameter in parameters}
        if any(parameter.get("required") for parameter in parameters):
            raise ContractError(place, "a required parameter among those of a group is not supported")
        self.models.add(name)
        described = self._document.look_up(SCHEMAS + schema, place).get("description", "")
        codec = CodecPlan(name, accepted(name), f"_base_model.ModelCodec({name})")
        return ArgumentPlan(
            group,
            argument_name(group, place),
            "QueryGroup",
            codec,
            required=False,
            description=described,
            without=tuple(left_out(group, leaves, found)),
        )

    def _is_grouped(self, group: str, parameter: dict[str, Any], place: str) -> bool:
        """Return whether a parameter is one of a group; others of its form are arguments of their own."""
        schema = self._config.groups.get(group)
        if schema is None:
            return False
        name = self._config.schemas.get(schema, class_name(schema))
        if name not in self._known.by_name:
            raise ContractError(place, f"expected a schema {schema} that operations use")
        known = parameter["name"] in self._leaves(name, group)
        return known and is_property(self._document, parameter, schema, place)

    def _leaves(self, model: str, prefix: str) -> Iterator[str]:
        for prop in properties_of(self._known.by_name[model]):
            name = f"{prefix}.{prop.name.get_untrusted_value()}"
            inner = list(models_in(prop))
            if inner:
                yield from self._leaves(inner[0], name)
            else:
                yield name

    def _plan_body(
        self, operation: dict[str, Any], endpoint: Endpoint, taken: set[str], place: str
    ) -> Iterator[ArgumentPlan]:
        if "requestBody" not in operation:
            return
        body = self._document.resolve(operation["requestBody"], place)
        content = body.get("content") or {}
        media_type: str = next(iter(content), "")
        where, form = f"{place}, body", essence(media_type) in (FORM, PARTS)
        check_charset(media_type, where)
        node = (content.get(media_type) or {}).get("schema") or {}
        if essence(media_type) != "*/*" and "*" in media_type:
            raise ContractError(
                where, f"{media_type} is no media type of a body; name one, such as image/png"
            )
        if not (form or is_json(media_type) or is_text(media_type) or is_file(media_type)):
            raise ContractError(
                place,
                f"a body of {', '.join(content) or 'no type'} is not supported; offer JSON, a form or a file",
            )
        if not (form or is_json(media_type)):
            yield whole_body(
                body, self._plan_text(endpoint, node, where) if is_text(media_type) else FILE, ()
            )
            return
        prop = endpoint.bodies[0].prop
        scope = replace(self._scope, files=essence(media_type) == PARTS)
        arguments = self._plan_properties(prop, where, scope) if body.get("required") or form else []
        if form:
            for argument in arguments:
                check_null(argument.codec, argument.where, required=argument.required)
            check_encoding(arguments, content[media_type].get("encoding") or {}, where)
        if form and essence(media_type) == FORM:
            check_form(arguments)
        if arguments and not taken & {argument.argument for argument in arguments}:
            yield from arguments
            return
        if form:
            both = sorted(taken & {argument.argument for argument in arguments})
            problem = (
                f"it has parameters of the same name, {', '.join(both)}" if both else "expected properties"
            )
            raise ContractError(
                where, f"a form has to be an object whose properties become arguments; {problem}"
            )
        self.models.update(models_in(prop))
        codec = self._codecs.plan(prop, node, where, scope)
        yield whole_body(body, codec, tuple(models_in(prop)))

    def _plan_text(self, endpoint: Endpoint, node: dict[str, Any], place: str) -> CodecPlan:
        """Plan a body that is a text, with the bounds of its schema."""
        prop = endpoint.bodies[0].prop if endpoint.bodies else None
        planned = self._codecs.plan(prop, node, place, self._scope) if prop and node else _TEXT
        return planned if planned.hint == "str" else _TEXT

    def _plan_properties(self, prop: PropertyProtocol, place: str, scope: Scope) -> list[ArgumentPlan]:
        """Plan an argument for each property of a body; none for a body that is no object with properties."""
        if not isinstance(prop, ModelProperty) or self._known.is_free(str(prop.class_info.name)):
            return []
        model = self._known.by_name[str(prop.class_info.name)]
        schema = dump(model.data)
        check_required(self._document, schema, model, place)
        written = {prop.name.get_untrusted_value(): prop for prop in properties_of(model)}
        in_order = [name for name in schema.get("properties", written) if name in written]
        rest = [name for name in written if name not in in_order]
        planned: list[ArgumentPlan] = []
        reasons = Reasons()
        for name in (*in_order, *rest):
            node = raw_property(self._document, schema, name, place)
            with reasons.noting():
                if not self._codecs.is_marked(node, "readOnly", place):
                    planned.append(self._plan_property(written[name], schema, place, scope))
        reasons.check()
        return planned

    def _plan_property(
        self, prop: PropertyProtocol, schema: dict[str, Any], place: str, scope: Scope
    ) -> ArgumentPlan:
        name = prop.name.get_untrusted_value()
        where = f"{place}, property {name}"
        node = raw_property(self._document, schema, name, where)
        codec = self._codecs.plan(prop, node, where, scope)
        self.models.update(models_in(prop))
        return ArgumentPlan(
            name,
            argument_name(name, where),
            "BodyProperty",
            codec,
            prop.required,
            self._document.resolve(node, where).get("description", ""),
            NO_DEFAULT if prop.required else self._default(node, codec, where),
            models=tuple(models_in(prop)),
            where=where,
            deprecated=bool(self._document.resolve(node, where).get("deprecated")),
        )
