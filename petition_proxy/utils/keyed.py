"""Fingerprints of secrets (codes, marks, tokens) that are kept instead of them."""

import hashlib
import hmac

from frappe.utils.password import get_encryption_key


def keyed_hash(purpose: str, text: str) -> str:
	"""HMAC-SHA256 of a text with the site's key, other for each purpose.

	Args:
		purpose: what the fingerprint is for, so that one is never taken for another.
		text: the secret.
	"""
	key = f"petition_proxy:{get_encryption_key()}".encode()
	return hmac.new(key, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()
