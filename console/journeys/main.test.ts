// The main job, as a reader does it in the console: pictures in, labels on, a version out, a training job, an AI
// application, a service, an answer. In both languages; every page is judged on the way, light and dark.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Language } from "@/lib/preferences";
import { launch } from "./harness/browser.ts";
import { makeDigits, type Digits } from "./harness/digits.ts";
import { Reader } from "./harness/reader.ts";
import { removeRunning } from "./harness/running.ts";
import { Server } from "./harness/server.ts";
import { tokenOf } from "./harness/token.ts";
import { createDataset, Grid, labelSamples, publish } from "./road/data.ts";
import { closeUploads, createBucket, openFolder, uploadFolder } from "./road/files.ts";
import { createModel, deploy, predict, runCallGuide } from "./road/services.ts";
import { createJob, createVersion, logShows, stopVersion, versionIs } from "./road/training.ts";

const count = 200;
const codeFiles = 5;
let folder: string;
let digits: Digits;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maquette-journey-"));
  [digits, browser] = await Promise.all([makeDigits(folder, count), launch()]);
});
afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe.each<Language>(["en", "zh-CN"])("the main job in %s", (language) => {
  // The guide's own names: its pictures are made here.
  const name = "digits";
  const bucket = "demo";
  let server: Server;
  let reader: Reader;

  beforeAll(async () => {
    server = await Server.start();
    reader = await Reader.open(browser, server.origin, language);
  });
  afterAll(async () => {
    await reader?.close();
    if (server) await removeRunning(server);
    await server?.remove();
  });

  const datasetId = () => new URL(reader.page.url()).pathname.split("/")[2] ?? "";

  it("signs in by the printed link", async () => {
    const { page, t } = reader;
    await page.goto(server.signInLink);
    await reader.heading(t("overview:title"));
    expect(page.url()).not.toContain("code=");
    await reader.inspect("overview-first");
    await reader.goTo(t("nav.datasets"));
    await page.getByText(t("datasets:first.title")).waitFor();
    await reader.inspect("datasets-first");
  });

  it("puts pictures and code into a bucket", async () => {
    const { page, t } = reader;
    await createBucket(reader, bucket);
    await uploadFolder(reader, digits.images, count);
    await reader.inspect("uploads");
    await closeUploads(reader);
    await uploadFolder(reader, digits.code, codeFiles);
    await closeUploads(reader);
    await openFolder(reader, "images");
    await page.getByText(t("files:loaded", { count }), { exact: true }).waitFor();
    await reader.press("0-0000.png", reader.main);
    await page.getByRole("img", { name: "0-0000.png" }).waitFor();
    await reader.inspect("file-preview");
    await page.keyboard.press("Escape");
  });

  it("makes a dataset that fills by itself", async () => {
    const { page, t } = reader;
    await createDataset(reader, name, { input: `/${bucket}/images/`, output: `/${bucket}/work/` });
    const grid = new Grid(reader);
    await grid.filled(count);
    for (const file of await grid.names()) expect(digits.truth).toHaveProperty([file]);
    await page.getByRole("complementary", { name: t("datasets:label.title") }).waitFor();
    await reader.inspect("dataset-unlabelled");
  });

  it("labels by click, shift and lasso, and by keys", async () => {
    const { page, t } = reader;
    const grid = new Grid(reader);
    const names = await grid.names();
    await grid.click(0);
    await grid.click(2, ["Control"]);
    await grid.expectSelected(2);
    await grid.label("5");
    await grid.click(1);
    await grid.click(3, ["Shift"]);
    await grid.expectSelected(3);
    await grid.label("1");
    await page.keyboard.press("Control+z");
    await page.getByRole("option", { name: `${names[3]}, ${t("datasets:tab.unlabelled")}` }).waitFor();
    await page.keyboard.press("Control+Shift+z");
    await page.getByRole("option", { name: `${names[3]}, 1` }).waitFor();
    await grid.lasso(1, 2);
    await grid.expectSelected(2);
    await page.keyboard.press("Escape");
    await grid.expectSelected(0);

    // The first ones get their true labels; then all of one kind that are in sight are chosen and labelled.
    const first = Object.fromEntries(names.slice(0, 8).map((file) => [file, digits.truth[file] ?? ""]));
    await labelSamples(reader, datasetId(), first);
    await page.reload();
    await page.getByRole("tab", { name: `${t("datasets:tab.labelled")} (8)` }).waitFor();
    await grid.filled(count);
    const kind = mostFrequent(names.slice(8, 15).map((file) => digits.truth[file] ?? ""));
    for (const [index, file] of names.slice(0, 15).entries())
      if (index >= 8 && digits.truth[file] === kind) await grid.click(index, ["Control"]);
    await grid.label(kind);
    await reader.inspect("dataset-labelling");
    await page.keyboard.press("?");
    await reader.dialog.waitFor();
    await reader.inspect("dataset-keys");
    await page.keyboard.press("Escape");
    await grid.cells.nth(8).dblclick();
    await reader.dialog.waitFor();
    await reader.inspect("dataset-preview");
    await page.keyboard.press("Escape");
    await reader.dialog.waitFor({ state: "hidden" });

    const sevens = Object.values(digits.truth).filter((label) => label === "7").length;
    await reader.fill(t("datasets:filter.name"), "7-");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: t("datasets:count.samples", { count: sevens }) }).waitFor();
    await reader.press(t("datasets:select.title"), reader.main);
    await page.getByRole("menuitem", { name: t("datasets:select.loaded") }).click();
    await page.getByRole("status").filter({ hasText: t("table.selected", { count: sevens }) }).waitFor();
    await grid.label("7");
    await reader.inspect("dataset-filtered");
    await reader.press(t("datasets:filter.clear"), reader.main);

    await labelSamples(reader, datasetId(), digits.truth);
    await page.reload();
    await page.getByRole("tab", { name: `${t("datasets:tab.labelled")} (${count})` }).waitFor();
    await grid.filled(count);
    await reader.inspect("dataset-labelled");
  });

  it("publishes a version and shows its manifest", async () => {
    const { page, t } = reader;
    await publish(reader, name);
    await page.getByRole("link", { name: t("datasets:version.title"), exact: true }).click();
    const manifest = page.getByRole("region", { name: t("datasets:version.manifest", { count: 20 }) });
    await manifest.getByText("modelarts/image_classification").waitFor({ timeout: 60_000 });
    expect(await manifest.innerText()).toContain(`"source":"s3://${bucket}/images/`);
    const evolution = page.getByRole("navigation", { name: t("datasets:version.evolution") });
    await evolution.getByText(t("datasets:version.current")).waitFor();
    await reader.inspect("version");
    await reader.goTo(t("nav.datasets"));
    await page.getByRole("link", { name, exact: true }).waitFor();
    await reader.inspect("datasets");
  });

  it("trains on the version and shows the log as it grows", async () => {
    const { page, t } = reader;
    await createJob(reader, {
      name,
      dataset: name,
      code: `/${bucket}/digits/`,
      output: `/${bucket}/output/`,
      epochs: "20",
    });
    await logShows(reader, /epoch 1\/20/);
    await logShows(reader, /epoch 20\/20/);
    await versionIs(reader, "completed");
    await reader.inspect("job-log");
    await page.getByRole("tab", { name: t("training:tab.details") }).click();
    await page.getByText("epochs").first().waitFor();
    await reader.inspect("job-details");
    await page.getByRole("tab", { name: t("training:tab.usage") }).click();
    await page.locator("[_echarts_instance_] svg").first().waitFor();
    await reader.inspect("job-usage");
  });

  it("runs a further version and stops it", async () => {
    const { page, t } = reader;
    await createVersion(reader, "100000");
    await logShows(reader, /epoch \d+\/100000/);
    await stopVersion(reader);
    await page.getByRole("link", { name: t("training:compare") }).click();
    await page.getByRole("cell", { name: "100000" }).waitFor();
    await reader.inspect("job-compare");
    await reader.goTo(t("nav.jobs"));
    await page.getByRole("link", { name, exact: true }).waitFor();
    await reader.inspect("jobs");
  });

  it("makes an AI application of the job, deploys it and asks it", async () => {
    const { page, t } = reader;
    await reader.goTo(t("nav.jobs"));
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("navigation", { name: t("training:versions") }).getByText("V0001").click();
    await versionIs(reader, "completed");
    await createModel(reader, name);
    await reader.inspect("model");
    await deploy(reader, name);
    await predict(reader, digits.heldOut);
    await reader.inspect("service-predict");
    const answer = await runCallGuide(reader, await tokenOf(server), digits.heldOut);
    expect(JSON.parse(answer)).toMatchObject({ predicted_label: expect.stringMatching(/^[0-9]$/) as string });
    await reader.inspect("service-guide");
    for (const tab of ["config", "monitor", "events", "history", "instances"] as const) {
      await page.getByRole("tab", { name: t(`services:tab.${tab}`) }).click();
      await page.getByRole("tabpanel", { name: t(`services:tab.${tab}`) }).waitFor();
      await reader.inspect(`service-${tab}`);
    }
    await reader.goTo(t("nav.applications"));
    await page.getByRole("link", { name: new RegExp(name) }).first().waitFor();
    await reader.inspect("models");
    await reader.goTo(t("nav.realtime"));
    await page.getByRole("link", { name, exact: true }).waitFor();
    await reader.inspect("services");
  });

  it("tells in the audit log who did it", async () => {
    const { page, t } = reader;
    await reader.goTo(t("nav.audit"));
    for (const event of ["createDataset", "publishDatasetVersion", "createModelArtsTrainJob", "stopModelArtsTrainVersion", "addModel", "addService"] as const)
      await page.getByRole("cell", { name: t(`audit:event.${event}`) }).first().waitFor();
    await reader.inspect("audit");
    await page.getByRole("cell", { name: t("audit:event.addService") }).first().click();
    await page.getByRole("region", { name: /^addService/ }).waitFor();
    await reader.inspect("audit-event");
    expect(reader.broken).toEqual([]);
  });
});

function mostFrequent(words: string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? "";
}
