// A page that is made to be printed
document.getElementById("print").addEventListener("click", function () {
	window.print();
});
