// The receipt: one button, for browsers that can print.
(function () {
	"use strict";

	const button = document.getElementById("print");
	if (!window.print) button.hidden = true;
	button.addEventListener("click", function () {
		window.print();
	});
})();
