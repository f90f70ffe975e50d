// The petitions of an account (www/my-petitions.html)
(function () {
	"use strict";

	const portal = window.petition_portal;
	Array.prototype.forEach.call(document.querySelectorAll("button[data-petition]"), function (button) {
		button.addEventListener("click", function () {
			portal
				.once(button, function () {
					return portal.post("petitioner.choose", { petition: button.getAttribute("data-petition") });
				})
				.then(function () {
					window.location.assign("/my-petition");
				}, function () {});
		});
	});
})();
