// Before the first paint, and outside the bundle, because the content security policy allows no inline script.
(function () {
  "use strict";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var asked = new URLSearchParams(location.search).get("theme");
    var kept = null;
    try {
      kept = localStorage.getItem("sdr.theme");
    } catch (error) {
      kept = null; // a frame without storage follows the system
    }
    var theme = asked === "light" || asked === "dark" ? asked : kept;
    document.documentElement.classList.toggle("dark", theme === "dark" || (theme !== "light" && dark.matches));
  }
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  window.addEventListener("sdr:theme", apply);
})();
