"""JSON schemas: values that satisfy an unknown one, and what OpenAI's strict mode refuses."""

from __future__ import annotations

from typing import Any

NOTICE = "Offline stand-in, not an LLM."
_DEEPEST = 12  # recursive schemas end here


def check_strict(schema: dict[str, Any], path: str = "()") -> str | None:
    """Why strict mode refuses `schema`, in words; None when it does not.

    Strict mode wants every object closed and every property required, and knows no defaults.
    """
    if "default" in schema:
        return f"In context={path}, 'default' is not permitted."
    if isinstance(schema.get("properties"), dict):
        properties: dict[str, Any] = schema["properties"]
        if schema.get("additionalProperties") is not False:
            return f"In context={path}, 'additionalProperties' is required to be supplied and to be false."
        missing = set(properties) - set(schema.get("required", []))
        if missing:
            return f"In context={path}, 'required' must include every key. Missing '{min(missing)}'."
        for name, part in properties.items():
            if problem := check_strict(part, f"{path}.{name}"):
                return problem
    if isinstance(schema.get("items"), dict):
        return check_strict(schema["items"], f"{path}[]")
    branches = [*schema.get("anyOf", []), *schema.get("$defs", {}).values()]
    return next((problem for part in branches if (problem := check_strict(part, path))), None)


def harmless(schema: dict[str, Any]) -> Any:
    """The plainest value that satisfies `schema`: null where allowed, else the emptiest."""
    return _fill(schema, schema, 0)


def conform(value: dict[str, Any], schema: dict[str, Any]) -> Any:
    """`value` with the keys that `schema` knows; keys it wants beside those get harmless values."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return value
    kept = {name: value[name] for name in properties if name in value}
    wanted = set(schema.get("required", [])) - set(kept)
    return kept | {name: _fill(properties[name], schema, 1) for name in properties if name in wanted}


def _fill(schema: dict[str, Any], root: dict[str, Any], depth: int) -> Any:
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return None if None in schema["enum"] else schema["enum"][0]
    if "$ref" in schema and depth < _DEEPEST:
        return _fill(_referred(schema["$ref"], root), root, depth + 1)
    for keyword in ("anyOf", "oneOf"):
        if schema.get(keyword):
            return _fill(_plainest(schema[keyword]), root, depth + 1)
    if schema.get("allOf"):
        merged: dict[str, Any] = {}
        for part in schema["allOf"]:
            merged |= part
        return _fill(merged, root, depth + 1)
    return _of_type(schema, root, depth)


def _of_type(schema: dict[str, Any], root: dict[str, Any], depth: int) -> Any:
    types = schema.get("type", "object" if "properties" in schema else "null")
    kinds = types if isinstance(types, list) else [types]
    kind = "null" if "null" in kinds else kinds[0]
    match kind:
        case "object":
            wanted = schema.get("required", [])
            properties = schema.get("properties", {})
            return {name: _fill(part, root, depth + 1) for name, part in properties.items() if name in wanted}
        case "array":
            few = schema.get("minItems", 0) if depth < _DEEPEST else 0
            return [_fill(schema.get("items", {}), root, depth + 1) for _ in range(few)]
        case "string":
            text = NOTICE if len(NOTICE) <= schema.get("maxLength", len(NOTICE)) else ""
            return text.ljust(schema.get("minLength", 0), ".")
        case "integer":
            return int(_number(schema))
        case "number":
            return _number(schema)
        case "boolean":
            return False
        case _:
            return None


def _number(schema: dict[str, Any]) -> float:
    """Zero, or the nearest to it that the bounds allow."""
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    most = schema.get("maximum", max(least, 0))
    value = min(max(0, least), most)
    return float(value) if schema.get("type") == "number" else value


def _plainest(options: list[dict[str, Any]]) -> dict[str, Any]:
    return next((option for option in options if option.get("type") == "null"), options[0])


def _referred(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step, {}) if isinstance(found, dict) and step != "#" else found
    return found if isinstance(found, dict) else {}
