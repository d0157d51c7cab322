"""SAMP values as tagged JSON: a string is itself, a list {"l": [...]}, a map {"m": [[key, value], ...]}, any other
scalar {"x": its text}. JSON objects would not do: V8 reads some of their keys wrongly (nodejs/node#63785)."""


def tagged(value):
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return {"l": [tagged(item) for item in value]}
    if isinstance(value, dict):
        return {"m": [[str(key), tagged(item)] for key, item in value.items()]}
    if value is None:
        return {"x": ""}
    if isinstance(value, bool):
        return {"x": "1" if value else "0"}
    return {"x": str(value)}


def untagged(value):
    if isinstance(value, str):
        return value
    if "l" in value:
        return [untagged(item) for item in value["l"]]
    return {key: untagged(item) for key, item in value["m"]}
