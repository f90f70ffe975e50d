"""The one way by which papers come in from the pages: read with a limit, sniffed, cleaned, scanned, kept private."""

import io

import frappe
from frappe import _
from frappe.utils import cint
from PIL import Image, ImageOps

from petition_proxy.domain.paper_kinds import ENDINGS, check_paper, kind_of
from petition_proxy.utils.errors import domain_errors
from petition_proxy.utils.files import PaperRefusedError, check_scan
from petition_proxy.utils.settings import get_setting

# What a phone takes or a scanner makes. Office files and recordings come in at the desk.
KINDS = frozenset({"pdf", "png", "jpeg", "webp"})
PICTURES = KINDS - {"pdf"}
LONGEST_SIDE = 2000  # pixels; a written page stays readable
QUALITY = 82
MOST_PIXELS = 60_000_000


def take_paper(
	doctype: str,
	name: str,
	most: int = 20,
	fieldname: str = "file",
	stem: str | None = None,
	field: str | None = None,
) -> frappe._dict:
	"""Keep the file of this request as a private File on a record.

	The caller has checked that the person may add papers to that record. A picture is turned upright, shrunk and written
	anew, so that nothing of the camera's notes (place, device, time) remains.

	Args:
		doctype, name: the record it belongs to.
		most: how many files that record may hold.
		fieldname: part of the request that holds the file.
		stem, field: as for `keep_paper`.

	Returns:
		name (of the File), file_url and file_name.

	Raises:
		PaperRefusedError: none sent, too many, too large, of a kind that is not taken, unreadable, or not passed by a scanner.
	"""
	sent = frappe.request.files.get(fieldname) if frappe.request else None
	if not sent:
		frappe.throw(_("Choose a photo or a PDF first."), PaperRefusedError)
	content = read_limited(sent.stream)
	return keep_paper(doctype, name, sent.filename or "", content, most, stem, field)


def read_limited(stream) -> bytes:
	"""The content of an upload, read no further than one byte beyond what is allowed."""
	return stream.read(_most_bytes() + 1)


def keep_paper(
	doctype: str,
	name: str,
	file_name: str,
	content: bytes,
	most: int = 20,
	stem: str | None = None,
	field: str | None = None,
) -> frappe._dict:
	"""As `take_paper`, for content that has been read.

	Args:
		doctype, name: the record it belongs to.
		file_name: as sent; shown in a refusal and not kept, for people name photos after people.
		content: the whole file.
		most: how many files that record may hold.
		stem: name to keep it by, without ending, where the caller has one that tells nothing; a random one by default.
		field: field of the record that it belongs to, if it does.
	"""
	held = frappe.db.count("File", {"attached_to_doctype": doctype, "attached_to_name": name})
	if held >= most:
		frappe.throw(_("There are {0} papers already. Remove one first.").format(most), PaperRefusedError)
	kind = kind_of(content)
	with domain_errors(PaperRefusedError):
		# A phone's ending is often wrong (a messenger saves every kind as .jpg). What counts is the content; the ending
		# that the file is kept with is ours.
		check_paper(f"{file_name}.{ENDINGS[kind][0]}" if kind else file_name, content, _most_bytes())
	if kind not in KINDS:
		frappe.throw(
			_("Send a photo (JPG, PNG) or a PDF. Other papers are taken at the office."), PaperRefusedError
		)
	if kind in PICTURES:
		content, ending = clean_picture(content), "jpg"
	else:
		ending = "pdf"
	check_scan(content)
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{stem or frappe.generate_hash(length=10)}.{ending}",
			"attached_to_doctype": doctype,
			"attached_to_name": name,
			"attached_to_field": field,
			"is_private": 1,
			"content": content,
		}
	)
	file.flags.is_scanned = True
	# the person was checked against the record by the caller; agents and petitioners have no right on File itself
	file.insert(ignore_permissions=True)
	return frappe._dict(name=file.name, file_url=file.file_url, file_name=file.file_name)


def clean_picture(content: bytes) -> bytes:
	"""The same picture upright, at most `LONGEST_SIDE` pixels, as JPEG without any notes of the camera.

	Raises:
		PaperRefusedError: it cannot be read, or has more pixels than a phone's camera makes.
	"""
	try:
		with Image.open(io.BytesIO(content)) as picture:
			if picture.width * picture.height > MOST_PIXELS:
				frappe.throw(
					_("The picture is too large. Take it again with the phone's camera."), PaperRefusedError
				)
			upright = ImageOps.exif_transpose(picture).convert("RGB")
	except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
		frappe.throw(_("The picture cannot be read. Take it again."), PaperRefusedError)
	upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
	upright.info.clear()  # whatever Pillow read beside the picture; newer ones write a comment again on saving
	out = io.BytesIO()
	upright.save(out, "JPEG", quality=QUALITY, optimize=True)
	return out.getvalue()


def _most_bytes() -> int:
	return cint(get_setting("most_file_mb")) * 1024**2
