"""Calls to other people's machines: time-outs, a guard against reaching into the own network, errors without secrets.

An address that somebody typed could point at a machine inside (server-side request forgery). Only known hosts are called,
and those that the settings allow. A known host is looked up once, every address it has is checked, and the connection goes
to the very address that was checked, with the certificate checked against the name. Redirects are not followed, nor a proxy of the environment used, for both would go
somewhere that nobody has checked.
"""

import ipaddress
import json
import socket
import time
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import certifi
import frappe
import urllib3
from frappe import _
from frappe.utils import cint

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5, 10, 20
MOST_BYTES = 65_536
LONGEST_WAIT = 3600


class SendError(Exception):
	"""A message was not taken. Its text names the kind of error only: no address, number, key or word of the message.

	Args:
		kind: such as "HTTP 500", "Timeout".
		wait: how long the other side asks to be left alone.
		is_unclear: the message went out and no answer came back: it may have been taken.
	"""

	def __init__(self, kind: str, wait: timedelta | None = None, is_unclear: bool = False) -> None:
		super().__init__(kind)
		self.kind = kind
		self.wait = wait
		self.is_unclear = is_unclear


class UnsafeAddressError(frappe.ValidationError):
	"""The address is no https address of a known host, nor one of a host that the settings allow."""


class Answer(NamedTuple):
	status: int
	body: bytes


def check_address(url: str, known_hosts: Collection[str] = (), inhouse_hosts: Collection[str] = ()) -> str:
	"""Find the one network address to connect to.

	Args:
		url: where to send.
		known_hosts: hosts of the service meant, which must be reached by https and stand in the open internet.
		inhouse_hosts: "host" or "host:port" that the settings allow beside them; private or plain http, if need be.

	Returns:
		An IP address of the host.

	Raises:
		UnsafeAddressError: not https, credentials in the address, a host that is neither known nor allowed, or a known
			one that leads into a private network.
		SendError: the host is not known.
	"""
	try:
		parts = urlsplit(url)
		host, port = (parts.hostname or "").lower(), parts.port
	except ValueError:
		host = ""
	if not host or parts.username or parts.password or parts.scheme not in ("http", "https"):
		frappe.throw(
			_("This is no web address of a robot. Copy it again from the chat group."), UnsafeAddressError
		)
	port = port or (443 if parts.scheme == "https" else 80)
	is_inhouse = host in inhouse_hosts or f"{host}:{port}" in inhouse_hosts
	if parts.scheme != "https" and not is_inhouse:
		frappe.throw(
			_(
				"The address must begin with https. A host of your own network can be allowed in the settings."
			),
			UnsafeAddressError,
		)
	if not is_inhouse and host not in known_hosts:
		frappe.throw(
			_(
				"{0} is no host of this service. Copy the address from the chat group, or let a system manager allow the"
				" host in the settings."
			).format(host),
			UnsafeAddressError,
		)
	try:
		found = [row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
	except OSError:
		raise SendError("Unknown host") from None
	if not is_inhouse and not all(is_public(address) for address in found):
		frappe.throw(
			_("The address leads into a private network. Such a host must be allowed in the settings first."),
			UnsafeAddressError,
		)
	return found[0]


def is_public(address: str) -> bool:
	"""Whether an IP address is one of the open internet; an IPv4 address in IPv6 clothes counts as what it is."""
	ip = ipaddress.ip_address(address.partition("%")[0])
	for inner in (getattr(ip, "ipv4_mapped", None), getattr(ip, "sixtofour", None)):
		if inner and not inner.is_global:
			return False
	return ip.is_global and not ip.is_multicast


def post_json(
	url: str, payload: Mapping, known_hosts: Collection[str] = (), inhouse_hosts: Collection[str] = ()
) -> Answer:
	"""Send JSON to a checked address.

	Args:
		url: where to.
		payload: what.
		known_hosts, inhouse_hosts: see `check_address`.

	Raises:
		UnsafeAddressError: see `check_address`.
		SendError: no connection, no answer in time, or any status that is not 2xx.
	"""
	address = check_address(url, known_hosts, inhouse_hosts)
	parts = urlsplit(url)
	timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
	if parts.scheme == "https":
		pool = urllib3.HTTPSConnectionPool(
			address,
			parts.port or 443,
			timeout=timeout,
			server_hostname=parts.hostname,
			assert_hostname=parts.hostname,
			cert_reqs="CERT_REQUIRED",
			ca_certs=certifi.where(),
		)
	else:
		pool = urllib3.HTTPConnectionPool(address, parts.port or 80, timeout=timeout)
	path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
	headers = {"Host": parts.netloc, "Content-Type": "application/json; charset=utf-8"}
	return _exchange(pool, "POST", path, headers, json.dumps(payload, ensure_ascii=False).encode())


def call_gateway(
	url: str, method: str, headers: Mapping[str, str], query: str = "", body: bytes | None = None
) -> Answer:
	"""Call an address that an administrator has set for the whole site, such as the SMS gateway.

	Args:
		url: where to; whoever may set it may reach the own network.
		method: "GET" or "POST".
		headers: as set.
		query: encoded parameters to add.
		body: encoded body.

	Raises:
		SendError: as `post_json`.
	"""
	timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
	with urllib3.PoolManager(timeout=timeout, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()) as pool:
		parts = urlsplit(url)
		if parts.scheme not in ("http", "https") or not parts.hostname:
			raise SendError("Bad gateway address")
		glue = "&" if parts.query else "?"
		connection = pool.connection_from_url(url)
		path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
		return _exchange(connection, method, f"{path}{glue}{query}" if query else path, headers, body)


def _exchange(pool, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
	"""One request, at most WHOLE_SECONDS long; no exception of the library gets out, for its text holds the address."""
	started = time.monotonic()
	try:
		response = pool.urlopen(
			method,
			path,
			body=body,
			headers=dict(headers),
			redirect=False,
			retries=False,
			preload_content=False,
		)
		try:
			read = b""
			while len(read) < MOST_BYTES and (part := response.read1(4096)):
				read += part
				if time.monotonic() - started > WHOLE_SECONDS:
					raise SendError("Timeout", is_unclear=True)
		finally:
			response.close()
	except SendError:
		raise
	except (urllib3.exceptions.TimeoutError, TimeoutError) as error:
		# a refused connection is a time-out to the library; who was never connected was told nothing
		if isinstance(error, urllib3.exceptions.NewConnectionError):
			raise SendError("No connection") from None
		is_unclear = not isinstance(error, urllib3.exceptions.ConnectTimeoutError)
		raise SendError("Timeout", is_unclear=is_unclear) from None
	except urllib3.exceptions.NewConnectionError:
		raise SendError("No connection") from None
	except urllib3.exceptions.SSLError:
		raise SendError("Bad certificate") from None
	except (urllib3.exceptions.HTTPError, OSError):
		raise SendError("Line cut", is_unclear=True) from None
	finally:
		pool.close()
	if response.status == 429 or response.status == 503:
		wait = min(cint(response.headers.get("Retry-After")), LONGEST_WAIT)
		raise SendError(f"HTTP {response.status}", timedelta(seconds=max(wait, 60)))
	if not 200 <= response.status < 300:
		raise SendError(f"HTTP {response.status}")
	return Answer(response.status, read)
