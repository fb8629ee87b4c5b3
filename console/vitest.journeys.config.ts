// The journeys: a real server, a real Chromium. Without a browser they are left out and named, unless everything is
// required (MAQUETTE_REQUIRE=all), as where a change is judged.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { chromiumPath } from "./journeys/harness/browser.ts";

const browser = chromiumPath();
if (!browser) {
  const lack = "Left out on this machine, for want of: a browser (chromium).";
  if (process.env.MAQUETTE_REQUIRE === "all") throw new Error(lack);
  console.warn(`\n${lack}`);
}

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  test: {
    environment: "node",
    include: browser ? ["journeys/**/*.test.ts"] : [],
    passWithNoTests: true,
    // One browser and one server at a time: a journey measures what a reader of one machine sees.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
