// Getting in, and what a reader sees when something is not there: a spent link, a wrong password, an address that leads
// nowhere, a server that is gone for a while, a session that has ended.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Language } from "@/lib/preferences";
import { launch } from "./harness/browser.ts";
import { Reader } from "./harness/reader.ts";
import { password, Server } from "./harness/server.ts";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

describe.each<Language>(["en", "zh-CN"])("in %s", (language) => {
  let reader: Reader;

  beforeEach(async () => {
    reader = await Reader.open(browser, server.origin, language);
  });
  afterEach(async () => {
    const { broken } = reader;
    await reader.close();
    expect(broken).toEqual([]);
  });

  async function signIn(secret = password): Promise<void> {
    const { t } = reader;
    await reader.page.getByLabel(t("session:user")).fill("admin");
    await reader.page.getByLabel(t("session:password"), { exact: true }).fill(secret);
    await reader.press(t("session:submit"));
  }

  it("asks for a password, refuses a wrong one and leads back to where the reader wanted to go", async () => {
    const { page, t } = reader;
    await page.goto("/files?workspace=0");
    await reader.button(t("session:submit")).waitFor();
    await reader.inspect("sign-in");
    await signIn("wrong-password");
    await page.getByRole("alert").filter({ hasText: t("session:refused") }).waitFor();
    await reader.inspect("sign-in-refused");
    await signIn();
    await reader.heading(t("files:title"));
    expect(new URL(page.url()).search).toBe("?workspace=0");
    await reader.inspect("buckets-empty");
  });

  it("says why a link does not work", async () => {
    const { page, t } = reader;
    await page.goto("/sign-in#code=spent");
    await page.getByRole("alert").filter({ hasText: t("session:linkFailed") }).waitFor();
    expect(page.url()).not.toContain("spent");
    await reader.inspect("sign-in-link-failed");
  });

  it("keeps the frame around an address that leads nowhere", async () => {
    const { page, t } = reader;
    await page.goto("/there/is/nothing");
    await signIn();
    await reader.heading(t("error.notFoundTitle"));
    await reader.inspect("not-found");
    await reader.press(t("error.backToOverview"));
    await reader.heading(t("overview:title"));
    await reader.inspect("overview");
  });

  it("goes on after the server was away", async () => {
    const { page, t } = reader;
    await page.goto("/files");
    await signIn();
    await reader.heading(t("files:title"));
    await server.stop();
    try {
      await reader.button(t("files:createBucket"), reader.main).first().click();
      await reader.fill(t("files:form.name"), `offline-${language.toLowerCase()}`, reader.dialog);
      await reader.press(t("action.create"), reader.dialog);
      await reader.dialog.getByRole("alert").filter({ hasText: t("error.offline") }).waitFor();
      await reader.inspect("offline");
    } finally {
      await server.start();
    }
    await reader.press(t("action.create"), reader.dialog);
    await reader.page.getByRole("link", { name: `offline-${language.toLowerCase()}` }).waitFor();
    await reader.inspect("buckets");
  });

  it("signs out, and an ended session leads to signing in and back", async () => {
    const { page, t } = reader;
    await page.goto("/files");
    await signIn();
    await reader.heading(t("files:title"));
    await reader.press("admin");
    await page.getByRole("menuitem", { name: t("header.signOut") }).click();
    await reader.button(t("session:submit")).waitFor();

    await signIn();
    await reader.heading(t("overview:title"));
    await reader.goTo(t("nav.files"));
    await reader.context.clearCookies();
    await page.reload();
    await reader.button(t("session:submit")).waitFor();
    await signIn();
    await reader.heading(t("files:title"));
  });
});
