from frappe.utils.nestedset import NestedSet


class PetitionCategory(NestedSet):
	pass
