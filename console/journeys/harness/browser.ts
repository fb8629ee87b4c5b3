// Debian's Chromium under playwright-core, and pages in it with a reader's language and theme.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

/** Where the browser is, or null. */
export function chromiumPath(): string | null {
  return places.find((path) => existsSync(path)) ?? null;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath() ?? undefined,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
