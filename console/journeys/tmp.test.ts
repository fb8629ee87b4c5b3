import { it } from "vitest";
import { launch } from "./harness/browser.ts";
import { Server, password } from "./harness/server.ts";
it("dd", async () => {
  const [server, browser] = await Promise.all([Server.start(), launch()]);
  for (const reducedMotion of ["reduce", "no-preference"] as const) {
    const context = await browser.newContext({ baseURL: server.origin, reducedMotion });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByLabel("User name").fill("admin");
    await page.getByLabel("Password", {exact: true}).fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    for (let i = 0; i < 4; i++) {
      await page.getByRole("button", { name: /admin/ }).click();
      const item = page.getByRole("menuitem", { name: "Sign out" });
      const t0 = Date.now();
      try { await item.hover({ timeout: 4000 }); console.log(reducedMotion, i, "ok", Date.now() - t0); }
      catch { console.log(reducedMotion, i, "STUCK", await page.locator(".ant-dropdown").evaluateAll((a) => a.map((e) => e.outerHTML.slice(0, 300)))); }
      await page.keyboard.press("Escape");
      await page.mouse.click(600, 600);
    }
    await context.close();
  }
  await browser.close(); await server.remove();
});
