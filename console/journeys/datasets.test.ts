// Datasets of other types than pictures to classify: a detection dataset whose shapes come from VOC files, checked first
// and then imported; and the data pages of texts, recordings, tables and files.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Language } from "@/lib/preferences";
import { launch } from "./harness/browser.ts";
import { makeMaterial, type Material } from "./harness/material.ts";
import { Reader } from "./harness/reader.ts";
import { Server } from "./harness/server.ts";
import { closeUploads, createBucket, uploadFolder } from "./road/files.ts";

let folder: string;
let material: Material;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maquette-journey-"));
  [material, browser] = await Promise.all([makeMaterial(folder, 24), launch()]);
});
afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe.each<Language>(["en", "zh-CN"])("datasets of many types in %s", (language) => {
  let server: Server;
  let reader: Reader;

  beforeAll(async () => {
    server = await Server.start();
    reader = await Reader.open(browser, server.origin, language);
  });
  afterAll(async () => {
    await reader?.close();
    await server?.remove();
  });

  it("puts the data into a bucket", async () => {
    await reader.page.goto(server.signInLink);
    await reader.heading(reader.t("overview:title"));
    await createBucket(reader, "demo");
    await uploadFolder(reader, material.folder, material.files);
    await closeUploads(reader);
  });

  it("creates a detection dataset with labels and their attributes", async () => {
    const { page, t } = reader;
    await reader.goTo(t("nav.datasets"));
    await reader.button(t("datasets:create.button"), reader.main).first().click();
    await page.getByRole("radio", { name: t("datasetTypes:name.objectDetection") }).check();
    await reader.fill(t("field.name"), "street");
    await reader.fill(t("datasets:field.input"), "/demo/material/input/");
    await reader.fill(t("datasets:field.output"), "/demo/material/input/work/");
    const rules = page.getByRole("list", { name: t("datasetTypes:create.rules") });
    await rules.locator("[data-verdict=broken]", { hasText: t("datasetTypes:create.ruleApart") }).waitFor();
    await reader.fill(t("datasets:field.output"), "/demo/work/");
    await expect.poll(() => rules.locator("[data-verdict=kept]").count()).toBe(3);
    await reader.fill(`${t("datasets:label.name")} 1`, "car");
    await page.getByRole("button", { name: t("datasetTypes:attribute.ofLabel", { name: "car" }) }).click();
    await reader.press(t("datasetTypes:attribute.add"));
    await reader.fill(`${t("datasetTypes:attribute.name")} 1`, "colour");
    await reader.inspect("create-detection");
    await reader.press(t("action.create"));
    await reader.heading("street");
    await page.getByText(t("datasetTypes:empty.image")).waitFor();
    await reader.inspect("detection-empty");
  });

  it("checks an import, sees what is wrong, and imports the rest", async () => {
    const { page, t } = reader;
    await reader.press(t("imports:button"), reader.main);
    const dialog = page.getByRole("dialog", { name: t("imports:title", { name: "street" }) });
    await reader.fill(t("imports:path.folder"), "/demo/material/street/", dialog);
    await reader.inspect("import");
    await reader.press(t("imports:check"), dialog);
    await dialog.getByText(t("imports:verdict.problems", { count: 1 })).waitFor({ timeout: 60_000 });
    await dialog.getByRole("cell", { name: "street-00.xml" }).waitFor();
    expect(await dialog.getByRole("link", { name: t("imports:problem.download") }).getAttribute("href")).toMatch(/\/report$/);
    await reader.inspect("import-check");
    await page.getByRole("tab", { name: `${t("datasets:tab.all")} (0)` }).waitFor();

    await reader.press(t("imports:startNow"), dialog);
    await dialog.getByText(t("imports:verdict.doneProblems", { count: 1 })).waitFor({ timeout: 60_000 });
    await reader.inspect("import-done");
    await dialog.getByRole("button", { name: t("action.close"), exact: true }).last().click();
    await dialog.waitFor({ state: "hidden" });
  });

  it("shows the shapes on the pictures", async () => {
    const { page, t } = reader;
    const { pictures } = material;
    await page.getByRole("tab", { name: `${t("datasets:tab.labelled")} (${pictures - 1})` }).waitFor();
    const cells = page.getByRole("listbox", { name: t("datasets:grid.label") }).getByRole("option");
    await page.getByRole("option", { name: "street-01.png, car × 2, traffic light" }).waitFor();
    await expect.poll(() => cells.nth(1).locator("svg path").count()).toBe(3);
    await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>("[role=option] img")].every((each) => each.complete && each.naturalWidth > 0));
    await reader.inspect("detection");
    await cells.nth(1).dblclick();
    await reader.dialog.waitFor();
    await expect.poll(() => reader.dialog.locator("svg.ds-shapes path").count()).toBe(3);
    await reader.inspect("detection-preview");
    await page.keyboard.press("Escape");
    await reader.dialog.waitFor({ state: "hidden" });

    await cells.nth(2).click();
    await reader.press(t("datasets:filter.usage"), reader.main);
    await page.getByRole("menuitem", { name: t("datasets:usage.TEST") }).click();
    await page.getByRole("status").filter({ hasText: new RegExp(`^${t("datasets:save.saved")}$`) }).waitFor();
    await reader.press(t("datasets:label.manage"));
    await reader.dialog.waitFor();
    await reader.inspect("detection-labels");
    await page.keyboard.press("Escape");
  });

  it("tells of the dataset and of what was imported", async () => {
    const { page, t } = reader;
    await page.getByRole("link", { name: t("datasets:overview.title"), exact: true }).last().click();
    await page.getByRole("heading", { name: t("datasets:overview.facts") }).waitFor();
    await page.getByText(t("imports:history.imported", { count: material.pictures })).waitFor();
    await reader.inspect("dataset-overview");
    await page.getByRole("link", { name: t("imports:history.title"), exact: true }).click();
    await expect.poll(() => page.getByRole("button", { name: t("imports:history.details", { path: "/demo/material/street/" }) }).count()).toBe(2);
    await reader.inspect("imports");
    await page.getByRole("button", { name: t("imports:history.details", { path: "/demo/material/street/" }) }).first().click();
    await reader.dialog.getByRole("cell", { name: "street-00.xml" }).waitFor();
    await reader.inspect("import-details");
  });

  it.each([
    ["texts", "textClassification", 100, "texts"],
    ["recordings", "soundClassification", 200, "sounds"],
    ["sales", "table", 400, "tables"],
    ["papers", "free", 900, "files"],
  ] as const)("lists %s as what they are", async (name, key, number, path) => {
    const { page, t } = reader;
    const project = await reader.projectId();
    const made = await reader.request<{ dataset_id: string }>("POST", `/v2/${project}/datasets`, {
      dataset_name: name,
      dataset_type: number,
      data_sources: [{ data_type: 0, data_path: `/demo/material/${path}/` }],
      work_path: "/demo/work/",
      ...(number === 400 && { schema: [{ name: "id", type: "Int" }, { name: "shop", type: "String" }, { name: "amount", type: "Double" }] }),
    });
    await page.goto(`/datasets/${made.dataset_id}`);
    await reader.heading(name);
    await page.getByText(t(`datasetTypes:name.${key}`)).first().waitFor();
    const rows = page.getByRole("grid", { name: t("datasets:grid.label") }).getByRole("row");
    await rows.nth(0).waitFor({ timeout: 60_000 });
    await reader.inspect(`data-${name}`);
    await rows.nth(0).getByRole("button").click();
    await reader.dialog.waitFor();
    if (number === 400) await reader.dialog.getByRole("cell", { name: "Shop 3" }).first().waitFor();
    await reader.inspect(`preview-${name}`);
    await page.keyboard.press("Escape");
    expect(reader.broken).toEqual([]);
  });

  it("finds datasets by their type", async () => {
    const { page, t } = reader;
    await reader.goTo(t("nav.datasets"));
    await reader.inspect("datasets-types");
    await reader.choose(page.getByRole("combobox", { name: t("datasets:list.type") }), t("datasetTypes:name.free"));
    await page.getByRole("status").filter({ hasText: t("datasets:count.datasets", { count: 1 }) }).waitFor();
    expect(reader.broken).toEqual([]);
  });
});
