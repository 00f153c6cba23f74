// Runs before the first paint, so that the page never flashes in the other theme.
(() => {
  let chosen = "system";
  try {
    chosen = localStorage.getItem("sightline.theme") || "system";
  } catch {
    // Storage may be closed to us: the system's theme will do.
  }
  const dark = chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
