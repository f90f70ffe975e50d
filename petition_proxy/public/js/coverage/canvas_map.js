// A map made from nothing but coordinates: no foreign server is asked. Where the office has chosen a tile address, its
// tiles lie below, and only that address is asked.
frappe.provide("petition_proxy.coverage");

const TILE = 256;
const MAX_ZOOM = 19;
const EARTH = 40075016.7; // metres round the equator

// Web Mercator in units of the world's width, so that tiles fit.
const project = (latitude, longitude) => {
	const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180);
	return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
};

petition_proxy.coverage.CanvasMap = class CanvasMap {
	/**
	 * @param {HTMLElement} parent is filled by the map.
	 * @param {object} options `label` for screen readers, `draw(context, map)`, `describe(mark)` gives text lines,
	 *   `on_pick(mark)`.
	 */
	constructor(parent, options) {
		this.options = options;
		this.marks = [];
		this.tiles = new Map();
		this.canvas = document.createElement("canvas");
		this.canvas.tabIndex = 0;
		this.canvas.setAttribute("role", "img");
		this.canvas.setAttribute("aria-label", options.label);
		this.tip = document.createElement("div");
		this.tip.className = "coverage-tip";
		this.tip.hidden = true;
		parent.append(this.canvas, this.tip, this.make_buttons());
		this.listen();
		new ResizeObserver(() => this.resize()).observe(parent);
		this.resize();
	}

	make_buttons() {
		const box = document.createElement("div");
		box.className = "coverage-zoom";
		const add = (sign, label, act) => {
			const button = document.createElement("button");
			button.type = "button";
			button.className = "btn btn-default";
			button.textContent = sign;
			button.title = label;
			button.setAttribute("aria-label", label);
			button.addEventListener("click", act);
			box.append(button);
		};
		add("+", __("Zoom In"), () => this.zoom_by(1.6));
		add("−", __("Zoom Out"), () => this.zoom_by(1 / 1.6));
		add("⤢", __("Show All", null, "Coverage"), () => this.fit());
		return box;
	}

	/** @param {Array} marks {at: [latitude, longitude], kind, size, ...}; later ones lie on top. */
	set_marks(marks, tile_url, attribution) {
		this.marks = marks;
		for (const mark of marks) mark.world = project(...mark.at);
		this.tile_url = tile_url;
		this.attribution = attribution;
		this.fit();
	}

	fit(marks = this.marks) {
		if (!marks.length) {
			this.centre = [0.5, 0.5];
			this.scale = TILE;
			this.redraw();
			return;
		}
		let [x0, y0, x1, y1] = [1, 1, 0, 0];
		for (const { world } of marks) {
			x0 = Math.min(x0, world[0]);
			x1 = Math.max(x1, world[0]);
			y0 = Math.min(y0, world[1]);
			y1 = Math.max(y1, world[1]);
		}
		this.centre = [(x0 + x1) / 2, (y0 + y1) / 2];
		const room = Math.min(
			(this.width - 60) / Math.max(x1 - x0, 1e-9),
			(this.height - 60) / Math.max(y1 - y0, 1e-9)
		);
		this.set_scale(Math.min(room, TILE * 2 ** 16));
	}

	go_to(mark) {
		this.centre = [...mark.world];
		this.set_scale(Math.max(this.scale, TILE * 2 ** 13.4));
		this.pick(mark);
	}

	set_scale(scale) {
		this.scale = Math.max(TILE, Math.min(TILE * 2 ** MAX_ZOOM, scale));
		this.redraw();
	}

	zoom_by(factor, at = [this.width / 2, this.height / 2]) {
		const before = this.to_world(at);
		this.scale = Math.max(TILE, Math.min(TILE * 2 ** MAX_ZOOM, this.scale * factor));
		const after = this.to_world(at);
		this.centre[0] += before[0] - after[0];
		this.centre[1] += before[1] - after[1];
		this.redraw();
	}

	to_screen([x, y]) {
		return [(x - this.centre[0]) * this.scale + this.width / 2, (y - this.centre[1]) * this.scale + this.height / 2];
	}

	to_world([x, y]) {
		return [(x - this.width / 2) / this.scale + this.centre[0], (y - this.height / 2) / this.scale + this.centre[1]];
	}

	/** Pixels that a distance takes at the latitude of a mark. */
	pixels(metres, latitude) {
		return (metres / (EARTH * Math.cos((latitude * Math.PI) / 180))) * this.scale;
	}

	resize() {
		const box = this.canvas.parentElement.getBoundingClientRect();
		const is_first = !this.width;
		this.width = Math.max(box.width, 100);
		this.height = Math.max(box.height, 100);
		const ratio = window.devicePixelRatio || 1;
		this.canvas.width = this.width * ratio;
		this.canvas.height = this.height * ratio;
		this.canvas.style.width = `${this.width}px`;
		this.canvas.style.height = `${this.height}px`;
		if (is_first || !this.centre) this.fit();
		else this.redraw();
	}

	redraw() {
		if (this.waiting) return;
		this.waiting = true;
		requestAnimationFrame(() => {
			this.waiting = false;
			this.draw();
		});
	}

	draw() {
		const context = this.canvas.getContext("2d");
		const ratio = window.devicePixelRatio || 1;
		context.setTransform(ratio, 0, 0, ratio, 0, 0);
		context.clearRect(0, 0, this.width, this.height);
		if (this.tile_url) this.draw_tiles(context);
		if (this.picked) this.options.draw_reach(context, this, this.picked);
		for (const mark of this.marks) {
			const at = this.to_screen(mark.world);
			mark.screen = at;
			if (at[0] < -20 || at[1] < -20 || at[0] > this.width + 20 || at[1] > this.height + 20) continue;
			this.options.draw_mark(context, mark, at, mark === this.picked);
		}
		this.draw_scale(context);
	}

	draw_tiles(context) {
		const zoom = Math.max(0, Math.min(MAX_ZOOM, Math.round(Math.log2(this.scale / TILE))));
		const size = this.scale / 2 ** zoom;
		const [left, top] = this.to_world([0, 0]).map((value) => Math.floor(value * 2 ** zoom));
		const [right, bottom] = this.to_world([this.width, this.height]).map((value) => Math.floor(value * 2 ** zoom));
		for (let x = left; x <= right; x++) {
			for (let y = Math.max(0, top); y <= Math.min(2 ** zoom - 1, bottom); y++) {
				const image = this.tile(zoom, ((x % 2 ** zoom) + 2 ** zoom) % 2 ** zoom, y);
				if (!image.complete || !image.naturalWidth) continue;
				const at = this.to_screen([x / 2 ** zoom, y / 2 ** zoom]);
				context.drawImage(image, at[0], at[1], size + 0.5, size + 0.5);
			}
		}
	}

	tile(z, x, y) {
		const url = this.tile_url.replace("{z}", z).replace("{x}", x).replace("{y}", y);
		if (!this.tiles.has(url)) {
			if (this.tiles.size > 400) this.tiles.clear();
			const image = new Image();
			image.referrerPolicy = "no-referrer";
			image.onload = () => this.redraw();
			image.src = url;
			this.tiles.set(url, image);
		}
		return this.tiles.get(url);
	}

	draw_scale(context) {
		const style = getComputedStyle(this.canvas);
		const latitude = this.marks[0]?.at[0] || 0;
		const steps = [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
		const metres = steps.find((step) => this.pixels(step, latitude) > 60) || steps[steps.length - 1];
		const length = this.pixels(metres, latitude);
		const words = metres >= 1000 ? __("{0} km", [metres / 1000], "Coverage") : __("{0} m", [metres], "Coverage");
		context.strokeStyle = context.fillStyle = style.color;
		context.lineWidth = 2;
		context.beginPath();
		context.moveTo(12, this.height - 20);
		context.lineTo(12, this.height - 14);
		context.lineTo(12 + length, this.height - 14);
		context.lineTo(12 + length, this.height - 20);
		context.stroke();
		context.font = "13px sans-serif";
		context.fillText(words, 16, this.height - 22);
		if (this.tile_url && this.attribution) {
			context.textAlign = "right";
			context.fillText(this.attribution, this.width - 8, this.height - 8);
			context.textAlign = "left";
		}
	}

	find(at, reach = 14) {
		let found = null;
		let nearest = reach * reach;
		for (const mark of this.marks) {
			if (!mark.screen) continue;
			const far = (mark.screen[0] - at[0]) ** 2 + (mark.screen[1] - at[1]) ** 2;
			if (far <= nearest) [found, nearest] = [mark, far];
		}
		return found;
	}

	pick(mark) {
		this.picked = mark;
		this.tip.hidden = !mark;
		if (mark) {
			this.tip.textContent = "";
			this.options.describe(mark).forEach((line, i) => {
				const node = document.createElement(i ? "div" : "strong");
				node.textContent = line;
				this.tip.append(node);
			});
			const [x, y] = this.to_screen(mark.world);
			this.tip.style.left = `${Math.max(4, Math.min(x + 12, this.width - 232))}px`;
			this.tip.style.top = `${Math.max(4, Math.min(y + 12, this.height - 120))}px`;
		}
		this.redraw();
	}

	listen() {
		const canvas = this.canvas;
		const at = (event) => {
			const box = canvas.getBoundingClientRect();
			return [event.clientX - box.left, event.clientY - box.top];
		};
		const fingers = new Map();
		let moved = 0;
		canvas.addEventListener("pointerdown", (event) => {
			canvas.setPointerCapture(event.pointerId);
			fingers.set(event.pointerId, at(event));
			moved = 0;
		});
		canvas.addEventListener("pointermove", (event) => {
			const now = at(event);
			if (!fingers.has(event.pointerId)) {
				if (event.pointerType === "mouse") this.pick(this.find(now));
				return;
			}
			const before = [...fingers.values()];
			const old = fingers.get(event.pointerId);
			fingers.set(event.pointerId, now);
			moved += Math.abs(now[0] - old[0]) + Math.abs(now[1] - old[1]);
			if (before.length === 2) {
				const after = [...fingers.values()];
				const spread = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
				this.zoom_by(spread(after) / spread(before), [
					(after[0][0] + after[1][0]) / 2,
					(after[0][1] + after[1][1]) / 2,
				]);
			} else {
				this.centre[0] -= (now[0] - old[0]) / this.scale;
				this.centre[1] -= (now[1] - old[1]) / this.scale;
				this.tip.hidden = true;
				this.redraw();
			}
		});
		const up = (event) => {
			fingers.delete(event.pointerId);
			if (event.type === "pointerup" && moved < 6) this.pick(this.find(at(event), 20));
		};
		canvas.addEventListener("pointerup", up);
		canvas.addEventListener("pointercancel", up);
		canvas.addEventListener(
			"wheel",
			(event) => {
				event.preventDefault();
				this.zoom_by(event.deltaY < 0 ? 1.25 : 0.8, at(event));
			},
			{ passive: false }
		);
		canvas.addEventListener("keydown", (event) => {
			const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
			if (step) {
				this.centre[0] += step[0] / this.scale;
				this.centre[1] += step[1] / this.scale;
				this.redraw();
			} else if (event.key === "+" || event.key === "=") this.zoom_by(1.6);
			else if (event.key === "-") this.zoom_by(1 / 1.6);
			else if (event.key === "0") this.fit();
			else return;
			event.preventDefault();
		});
	}
};
