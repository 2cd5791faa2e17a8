"""The keywords of schemas: those that decide about the client, are ignored, or are refused."""

#: Where references to schemas point.
SCHEMAS = "#/components/schemas/"

#: Keywords that decide about the client.
SUPPORTED = frozenset(
    {
        *("$ref", "type", "format", "enum", "const", "nullable", "default"),
        *("pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("items", "minItems", "maxItems", "uniqueItems"),
        *("properties", "required", "additionalProperties"),
        *("allOf", "anyOf", "oneOf", "discriminator"),
        *("title", "description", "deprecated", "readOnly", "writeOnly", "contentMediaType"),
    }
)

#: The extensions of schemas that decide about the client, with what they hold.
EXTENSIONS = {
    **dict.fromkeys(("x-possible-values", "x-final-values", "x-success-values"), "a list of values"),
    "x-secret": "true or false",
}

#: Keywords whose numbers are compared, and have to be exact.
EXACT = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")

#: Keywords that change nothing: annotations, and rules that the client keeps anyway.
IGNORED = frozenset(
    {
        *("example", "examples", "externalDocs", "xml"),
        *("$anchor", "$comment", "$defs", "$schema"),
        *("contentEncoding", "contentSchema", "unevaluatedProperties"),
    }
)

#: Keywords next to a `$ref` that leave it a plain reference.
ANNOTATIONS = IGNORED | {
    *("title", "description", "default", "deprecated", "readOnly", "writeOnly", "contentMediaType")
}

_OBJECT = "list the properties under `properties`, or allow any with `additionalProperties`"
_RULE = "remove it, and describe the rule in words"

#: Keywords that are refused, with the cure.
REFUSED = {
    "not": _RULE,
    "if": _RULE,
    "then": _RULE,
    "else": _RULE,
    "dependentRequired": _RULE,
    "dependentSchemas": _RULE,
    "minProperties": _RULE,
    "maxProperties": _RULE,
    "propertyNames": _RULE,
    "contains": _RULE,
    "minContains": _RULE,
    "maxContains": _RULE,
    "patternProperties": _OBJECT,
    "prefixItems": "use `items`, or an object with a property for each position",
    "unevaluatedItems": "use `items`",
    "$id": "refer with `#/components/…`",
    "$dynamicRef": "refer with `$ref`",
    "$dynamicAnchor": "refer with `$ref`",
}

UNKNOWN = "is not one of JSON Schema; correct it, or let its name begin with `x-`"
