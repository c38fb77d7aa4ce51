// Sets the chosen theme before the first paint, so that the page never flashes.
(function () {
  try {
    var theme = localStorage.getItem("affetto.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Storage may be blocked; the system's theme is then right.
  }
})();
