// What a page keeps on the phone: answers in the local storage, photos not sent yet in IndexedDB. Both under the person's
// key, so that a phone that two agents share shows each only the own, and both end after some days.

const DAY = 24 * 3600 * 1000;

// Answers. Each open page has an entry of its own: two pages on one draft do not overwrite each other.
export function make_kept(portal, days) {
	const name = portal.own + "filing";
	const tab = tab_key(portal);

	function read() {
		const all = (portal.kept.get(name) || {}).drafts || {};
		const oldest = Date.now() - days * DAY;
		Object.keys(all).forEach(function (id) {
			if (all[id].at < oldest) delete all[id];
		});
		return all;
	}

	function write(all) {
		if (portal.is_leaving) return false; // logged out: what was taken away stays away
		const ids = Object.keys(all);
		if (!ids.length) {
			portal.kept.remove(name);
			return true;
		}
		const is_unsent = ids.some(function (id) {
			return all[id].unsent;
		});
		return portal.kept.set(name, { drafts: all, unsent: is_unsent });
	}

	return {
		// The entry of a draft: this page's own, or else the one changed last
		get: function (key) {
			const all = read();
			if (all[key + tab]) return all[key + tab];
			return this.all().filter(function (entry) {
				return entry.key === key;
			})[0];
		},
		all: function () {
			const all = read();
			return Object.keys(all)
				.map(function (id) {
					return all[id];
				})
				.sort(function (one, other) {
					return other.at - one.at;
				});
		},
		put: function (entry) {
			const all = read();
			entry.at = Date.now();
			all[entry.key + tab] = entry;
			// another page's entry that says the same or less needs no keeping
			Object.keys(all).forEach(function (id) {
				const other = all[id];
				if (id !== entry.key + tab && other.key === entry.key && !other.unsent) delete all[id];
			});
			return write(all);
		},
		remove: function (key) {
			const all = read();
			Object.keys(all).forEach(function (id) {
				if (all[id].key === key) delete all[id];
			});
			write(all);
		},
	};
}

function tab_key(portal) {
	let key = "";
	try {
		key = window.sessionStorage.getItem("petition-proxy:tab") || portal.key();
		window.sessionStorage.setItem("petition-proxy:tab", key);
	} catch (error) {
		key = key || portal.key();
	}
	return ":" + key;
}

// Photos. Every function gives a promise; where the phone has no such store they do nothing and say so with false.
export function make_photo_store(portal, days) {
	let opening = null;

	function open() {
		if (!window.indexedDB || !portal.user) return Promise.resolve(null);
		if (!opening) {
			opening = new Promise(function (resolve) {
				const request = window.indexedDB.open("petition-proxy-" + portal.user, 1);
				request.onupgradeneeded = function () {
					request.result.createObjectStore("photos", { keyPath: "key" });
				};
				request.onsuccess = function () {
					// makes way when the person logs out on another page
					request.result.onversionchange = function () {
						request.result.close();
						opening = null;
					};
					resolve(request.result);
				};
				request.onerror = request.onblocked = function () {
					resolve(null);
				};
			}).catch(function () {
				return null;
			});
		}
		return opening;
	}

	function work(mode, act) {
		return open()
			.then(function (db) {
				if (!db) return false;
				return new Promise(function (resolve) {
					const change = db.transaction("photos", mode);
					const request = act(change.objectStore("photos"));
					change.oncomplete = function () {
						resolve(request.result === undefined ? true : request.result);
					};
					change.onerror = change.onabort = function () {
						resolve(false);
					};
				});
			})
			.catch(function () {
				return false;
			});
	}

	return {
		put: function (photo) {
			photo.at = Date.now();
			return work("readwrite", function (store) {
				return store.put(photo);
			});
		},
		remove: function (key) {
			return work("readwrite", function (store) {
				return store.delete(key);
			});
		},
		of: function (draft) {
			const oldest = Date.now() - days * DAY;
			const store = this;
			return work("readonly", function (photos) {
				return photos.getAll();
			}).then(function (all) {
				return (all || []).filter(function (photo) {
					if (photo.at < oldest) store.remove(photo.key);
					return photo.at >= oldest && photo.draft === draft;
				});
			});
		},
	};
}
