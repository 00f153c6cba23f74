import "@fontsource/inter/latin-400.css";
import "@fontsource/inter/latin-600.css";
import "../styles/tokens.css";
import "./demo.css";
import { modelOf, type Server } from "./ask";
import { Demo } from "./page";

const saved = (() => {
  try {
    return localStorage.getItem("sightline.theme");
  } catch {
    return null;
  }
})();
const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  const isDark = saved === "dark" || (saved !== "light" && dark.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
};
dress();
dark.addEventListener("change", dress);

const root = document.querySelector<HTMLElement>("#demo");
if (root) {
  const server: Server = document.documentElement.dataset.server === "serve" ? "serve" : "api";
  root.hidden = false;
  void new Demo(root, server, modelOf(location.pathname)).start();
}
