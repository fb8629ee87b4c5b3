// How the console is built and served while it is developed. The build hook of the wheel runs this same file.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./build/compress.ts";

const server = process.env.MAQUETTE_DEV_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), compress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 5173,
    proxy: Object.fromEntries(["/v1", "/v2", "/v3"].map((path) => [path, { target: server, ws: true }])),
  },
  build: {
    outDir: "../server/src/maquette/console",
    emptyOutDir: true,
    target: "es2023",
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler|react-i18next|i18next|@tanstack)[\\/]/, priority: 2 },
          ],
        },
      },
    },
  },
});
