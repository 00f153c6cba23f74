import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server whose API `npm run dev` talks to.
const server = process.env.SIGHTLINE_URL ?? "http://127.0.0.1:8000";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": at("./src") } },
  build: {
    outDir: "../src/sightline/server/_web",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 600,
    rollupOptions: { input: [at("./index.html"), at("./demo.html")] },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/api": { target: server, changeOrigin: true }, "/ws": { target: server, changeOrigin: true, ws: true } },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
