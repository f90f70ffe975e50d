// A photo as it goes over a village network: smaller, without the camera's notes. What the browser cannot read goes as it
// is; the server shrinks and cleans every picture anyway.

const LONGEST_SIDE = 1800;
const QUALITY = 0.82;
const SMALL_ENOUGH = 300 * 1024;

export function shrink(file) {
	// An old browser draws a photo lying on its side and the note of that is lost; the server turns the original instead
	const turns = window.CSS && CSS.supports && CSS.supports("image-orientation", "from-image");
	const is_picture = /^image\/(jpeg|png|webp)$/.test(file.type);
	if (!turns || !is_picture || !window.URL || !HTMLCanvasElement.prototype.toBlob) return Promise.resolve(file);
	return new Promise(function (resolve) {
		const image = new Image();
		const url = URL.createObjectURL(file);
		const give = function (blob) {
			URL.revokeObjectURL(url);
			resolve(blob && blob.size && blob.size < file.size ? blob : file);
		};
		image.onerror = function () {
			give(null);
		};
		image.onload = function () {
			const ratio = Math.min(1, LONGEST_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
			if (ratio === 1 && file.size <= SMALL_ENOUGH) return give(null);
			const canvas = document.createElement("canvas");
			canvas.width = Math.max(1, Math.round(image.naturalWidth * ratio));
			canvas.height = Math.max(1, Math.round(image.naturalHeight * ratio));
			const paper = canvas.getContext("2d");
			if (!paper) return give(null);
			paper.fillStyle = "#fff";
			paper.fillRect(0, 0, canvas.width, canvas.height);
			paper.drawImage(image, 0, 0, canvas.width, canvas.height);
			canvas.toBlob(give, "image/jpeg", QUALITY);
		};
		image.src = url;
	});
}
