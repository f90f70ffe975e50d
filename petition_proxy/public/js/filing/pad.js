// A box to sign in with a finger, a pen or a mouse: pointer events where there are some, touch and mouse where not.

const ENOUGH = 80; // of the canvas's own points; less is a slip of the finger
const WIDTH = 5;

export function make_pad(canvas, on_signed) {
	const paper = canvas.getContext("2d");
	let last = null;
	let drawn = 0;

	function place(event) {
		const box = canvas.getBoundingClientRect();
		const at = event.touches && event.touches.length ? event.touches[0] : event;
		return {
			x: ((at.clientX - box.left) * canvas.width) / box.width,
			y: ((at.clientY - box.top) * canvas.height) / box.height,
		};
	}

	function begin(event) {
		last = place(event);
		if (event.pointerId !== undefined && canvas.setPointerCapture) canvas.setPointerCapture(event.pointerId);
		event.preventDefault();
	}

	function draw(event) {
		if (!last) return;
		const next = place(event);
		paper.lineWidth = WIDTH;
		paper.lineCap = paper.lineJoin = "round";
		paper.strokeStyle = "#000";
		paper.beginPath();
		paper.moveTo(last.x, last.y);
		paper.lineTo(next.x, next.y);
		paper.stroke();
		drawn += Math.abs(next.x - last.x) + Math.abs(next.y - last.y);
		last = next;
		event.preventDefault();
	}

	function end() {
		if (!last) return;
		last = null;
		if (drawn >= ENOUGH) on_signed(canvas.toDataURL("image/png"));
	}

	const names = window.PointerEvent
		? [["pointerdown", "pointermove", "pointerup", "pointercancel"]]
		: [
				["touchstart", "touchmove", "touchend", "touchcancel"],
				["mousedown", "mousemove", "mouseup", "mouseleave"],
		  ];
	names.forEach(function (set) {
		canvas.addEventListener(set[0], begin, { passive: false });
		canvas.addEventListener(set[1], draw, { passive: false });
		canvas.addEventListener(set[2], end);
		canvas.addEventListener(set[3], end);
	});

	return {
		clear: function () {
			drawn = 0;
			last = null;
			paper.clearRect(0, 0, canvas.width, canvas.height);
		},
		// Draws a signature that was kept
		show: function (address) {
			this.clear();
			if (!address) return;
			const image = new Image();
			image.onload = function () {
				paper.drawImage(image, 0, 0, canvas.width, canvas.height);
			};
			image.src = address;
			drawn = ENOUGH;
		},
	};
}
