"""The OpenAPI 3.1 document of the app's endpoints.

Schemas come from pydantic, with which Frappe checks what is sent to the same annotations.
"""

import inspect
import json
import types
import typing
from collections.abc import Iterable
from functools import cache
from typing import Any

import frappe
from pydantic import ConfigDict, TypeAdapter

import petition_proxy
from petition_proxy.apidoc.endpoints import API, Endpoint, find_endpoints

OPENAPI = "3.1.0"
JSON, MULTIPART = "application/json", "multipart/form-data"
# What any endpoint may answer but success, and when
REFUSALS: dict[str, str] = {
	"400": "A session sent no token against forged requests (`X-Frappe-CSRF-Token`), or a wrong one.",
	"401": "The key or the session is not valid.",
	"403": "Not allowed: not logged in, out of the account's scope, or not this verb.",
	"404": "There is no such record, or none that this account may know of.",
	"409": "A record of this name is there already.",
	"417": "Refused with a sentence: an argument is missing or of another type, or a rule does not allow it.",
	"429": "Too often. Wait, then try again.",
	"503": "The site is being maintained. Try again later.",
}
SESSION, CSRF, KEY = "session", "csrf", "key"


def make_document() -> dict[str, Any]:
	"""The whole description, ready for JSON; the same on every site with the same code."""
	endpoints = find_endpoints()
	paths: dict[str, Any] = {}
	for endpoint in endpoints:
		paths[f"/api/method/{endpoint.path}"] = {
			verb.lower(): _operation(endpoint, verb) for verb in endpoint.verbs
		}
	return {
		"openapi": OPENAPI,
		"info": {
			"title": "Petition Proxy",
			"version": petition_proxy.__version__,
			"summary": "Petitions filed through proxy agents: filed, handled, answered and rated",
			"description": _INTRODUCTION,
			"license": {"name": "MIT", "identifier": "MIT"},
		},
		"servers": [
			{
				"url": "https://{site}",
				"description": "Site of a district",
				"variables": {"site": {"default": "petition.example.org", "description": "Host of the site"}},
			}
		],
		"security": [{KEY: []}],
		"tags": _tags(endpoints),
		"paths": paths,
		"components": _components(),
	}


def as_text(document: dict[str, Any]) -> str:
	"""The document as it is kept in a file."""
	return json.dumps(document, ensure_ascii=False, indent="\t") + "\n"


_INTRODUCTION = (
	"The app's own endpoints, generated from their signatures and docstrings. Records themselves are read and written through "
	"Frappe's `/api/resource/{DocType}`. An answer carries its result in `message`, which is left out where there is none. "
	"A refusal carries its sentences in `_server_messages`: a JSON text of a list of JSON texts, each with a `message`."
)


def _tags(endpoints: Iterable[Endpoint]) -> list[dict[str, str]]:
	modules = {_tag(endpoint): inspect.getmodule(endpoint.original) for endpoint in endpoints}
	return [
		{"name": tag, "description": " ".join((module.__doc__ or tag).split())}
		for tag, module in modules.items()
	]


def _tag(endpoint: Endpoint) -> str:
	module = endpoint.path.rpartition(".")[0]
	return module.removeprefix(API) if module.startswith(API) else module.rpartition(".")[2]


def _operation(endpoint: Endpoint, verb: str) -> dict[str, Any]:
	words = endpoint.words
	is_only = len(endpoint.verbs) == 1
	name = endpoint.path.removeprefix(API).removeprefix("petition_proxy.")
	operation: dict[str, Any] = {
		"operationId": name if is_only else f"{name}.{verb.lower()}",
		"tags": [_tag(endpoint)],
		"summary": words.summary,
	}
	if words.description:
		operation["description"] = words.description
	if endpoint.replaces:
		operation["x-frappe-replaces"] = endpoint.replaces
	operation["security"] = _security(endpoint, verb)
	if verb == "GET":
		if parameters := [_query_parameter(endpoint, p) for p in _named(endpoint)]:
			operation["parameters"] = parameters
	elif body := _body(endpoint):
		operation["requestBody"] = body
	operation["responses"] = {"200": _success(endpoint), **_refusals(endpoint)}
	return operation


def _security(endpoint: Endpoint, verb: str) -> list[dict[str, list]]:
	if endpoint.is_open:
		return [{}]
	return [{KEY: []}, {SESSION: []} if verb == "GET" else {SESSION: [], CSRF: []}]


# Arguments
# ---------
def _named(endpoint: Endpoint) -> list[inspect.Parameter]:
	return [p for p in endpoint.parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]


def _argument(endpoint: Endpoint, parameter: inspect.Parameter, schema: dict[str, Any]) -> dict[str, Any]:
	default = parameter.default
	if default is not inspect.Parameter.empty and default is not None:
		schema = {**schema, "default": default}
	return {**schema, "description": endpoint.words.arguments.get(parameter.name, "")}


def _query_parameter(endpoint: Endpoint, parameter: inspect.Parameter) -> dict[str, Any]:
	schema = _argument(endpoint, parameter, _text_schema(parameter.annotation))
	description = schema.pop("description")
	return {
		"name": parameter.name,
		"in": "query",
		"required": parameter.default is inspect.Parameter.empty,
		"description": description,
		"schema": schema,
	}


def _body(endpoint: Endpoint) -> dict[str, Any] | None:
	named, files = _named(endpoint), endpoint.words.files
	if not named and not files:
		return None
	required = [p.name for p in named if p.default is inspect.Parameter.empty]
	kinds = [JSON, MULTIPART] if files else [JSON]
	content = {}
	for kind in kinds:
		read = schema_of if kind == JSON else _text_schema
		properties = {p.name: _argument(endpoint, p, read(p.annotation)) for p in named}
		if kind == MULTIPART:
			for name, said in files.items():
				properties[name] = {"type": "string", "format": "binary", "description": said}
		schema = {"type": "object", "properties": properties}
		content[kind] = {"schema": schema | ({"required": required} if required else {})}
	if files and not _takes_no_file(endpoint):
		del content[JSON]
	return {"required": bool(required), "content": content}


def _takes_no_file(endpoint: Endpoint) -> bool:
	"""Whether the file may be left out: where there is more to say than which record it is for."""
	return len(_named(endpoint)) > 3


@cache
def _adapter(annotation: Any) -> TypeAdapter:
	return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))


def schema_of(annotation: Any, mode: str = "validation") -> dict[str, Any]:
	"""JSON Schema of an annotation, as pydantic gives it, without what says nothing."""
	if annotation is inspect.Parameter.empty or annotation is Any:
		return {}
	if annotation in (None, type(None)):
		return {"type": "null"}
	return _plain(_adapter(annotation).json_schema(mode=mode))


def _plain(schema: Any) -> Any:
	"""Without titles made of names, and without what allows anything, which pydantic says or not depending on its version."""
	if isinstance(schema, list):
		return [_plain(one) for one in schema]
	if not isinstance(schema, dict):
		return schema
	silent = (("title", None), ("additionalProperties", True), ("items", {}))
	return {
		key: _plain(value)
		for key, value in schema.items()
		if not any(key == k and (v is None or value == v) for k, v in silent)
	}


def _text_schema(annotation: Any) -> dict[str, Any]:
	"""As `schema_of`, for what travels as text: in an address, or as the part of a form. Lists and mappings go as their JSON."""
	kinds = _kinds(annotation)
	plain = [kind for kind in kinds if _origin(kind) not in (list, dict)]
	if str in kinds and len(plain) < len(kinds):
		return {"type": "string", "contentMediaType": JSON}
	if not plain:
		return {"type": "string", "contentMediaType": JSON}
	return schema_of(typing.Union[tuple(plain)])  # noqa: UP007


def _kinds(annotation: Any) -> list[Any]:
	is_union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
	kinds = typing.get_args(annotation) if is_union else (annotation,)
	return [kind for kind in kinds if kind is not type(None)]


def _origin(kind: Any) -> Any:
	return typing.get_origin(kind) or kind


# Answers
# -------
def _success(endpoint: Endpoint) -> dict[str, Any]:
	words, result = endpoint.words, endpoint.result
	content: dict[str, Any] = {kind: {} for kind in words.sends}
	if result is not None or not words.sends:
		content[JSON] = {"schema": _envelope(result)}
	said = [words.returns, *(f"{kind}: {text}" for kind, text in words.sends.items())]
	return {"description": " ".join(filter(None, said)) or "Done.", "content": content}


def _envelope(result: Any) -> dict[str, Any]:
	if result is None:
		return {"$ref": "#/components/schemas/Done"}
	may_be_none = type(None) in typing.get_args(result)
	message = {"type": "object", "properties": {"message": schema_of(result, "serialization")}}
	return message if may_be_none else message | {"required": ["message"]}


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
	said: dict[str, list[str]] = {}
	for error, text in endpoint.words.errors:
		# a rule of domain/ reaches the client as a ValidationError (utils/errors.py)
		status = str(getattr(error, "http_status_code", frappe.ValidationError.http_status_code))
		line = f"{error.__name__}: {text}"
		if line not in said.setdefault(status, []):
			said[status].append(line)
	refusals = {}
	for status, common in REFUSALS.items():
		if status in said:
			refusals[status] = _refusal("\n\n".join([common, *said[status]]))
		else:
			refusals[status] = {"$ref": f"#/components/responses/{status}"}
	return refusals


def _refusal(text: str) -> dict[str, Any]:
	return {"description": text, "content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}}}


def _components() -> dict[str, Any]:
	return {
		"securitySchemes": {
			KEY: {
				"type": "apiKey",
				"in": "header",
				"name": "Authorization",
				"description": "`token KEY:SECRET` of an account; the way for other systems.",
			},
			SESSION: {
				"type": "apiKey",
				"in": "cookie",
				"name": "sid",
				"description": "Session of a browser, from `/api/method/login`.",
			},
			CSRF: {
				"type": "apiKey",
				"in": "header",
				"name": "X-Frappe-CSRF-Token",
				"description": "Goes with a session, as the page it was opened on carries it.",
			},
		},
		"schemas": {
			"Done": {
				"type": "object",
				"description": "Done; there is no result.",
				"properties": {"message": {"type": "null"}},
			},
			"Refusal": {
				"type": "object",
				"description": "Why not.",
				"properties": {
					"exc_type": {"type": "string", "description": "Kind of refusal, for programs."},
					"exception": {
						"type": "string",
						"description": "Where the site shows tracebacks: its last line.",
					},
					"exc": {
						"type": "string",
						"description": "Where the site shows tracebacks: JSON text of a list of them.",
					},
					"_server_messages": {
						"type": "string",
						"contentMediaType": JSON,
						"description": "JSON text of a list of JSON texts, each an object with `message`: the sentence for people, "
						"in the language of the account.",
					},
				},
			},
		},
		"responses": {status: _refusal(text) for status, text in REFUSALS.items()},
	}
