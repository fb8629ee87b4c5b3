// The last part of the main job: an AI application from the job, a service of it, and answers from inside and outside.
import { execFile } from "node:child_process";
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { Reader } from "../harness/reader.ts";

export async function createModel(reader: Reader, name: string): Promise<void> {
  const { page, t } = reader;
  await reader.press(t("training:createModel"), reader.main);
  await reader.heading(t("models:create"));
  // The job's name comes by itself.
  await expect.poll(() => page.getByLabel(t("field.name"), { exact: true }).inputValue(), { timeout: 20_000 }).toBe(name);
  await reader.inspect("create-model");
  await reader.press(t("action.create"));
  await reader.heading(new RegExp(`^${name} `));
  await reader.main.getByText(t("models:state.published"), { exact: true }).waitFor({ timeout: 60_000 });
}

export async function deploy(reader: Reader, name: string): Promise<void> {
  const { t } = reader;
  await reader.press(t("models:deploy"), reader.main);
  await reader.heading(t("services:create"));
  await reader.fill(t("field.name"), name);
  await reader.inspect("create-service");
  await reader.press(t("services:deploy"));
  await reader.heading(name);
  await reader.main.getByText(t("services:state.running"), { exact: true }).waitFor({ timeout: 90_000 });
}

/** Ask the service about a picture on its prediction page. */
export async function predict(reader: Reader, picture: string): Promise<void> {
  const { page, t } = reader;
  await reader.main.locator("input[type=file]").setInputFiles(picture);
  await reader.press(t("services:predict"), reader.main);
  await page.getByText(new RegExp(`^${t("services:predicted", { label: "[0-9]" })}$`)).waitFor({ timeout: 60_000 });
}

/** The command of the call guide, run as it is: with a token in $TOKEN and the picture beside it. What it printed. */
export async function runCallGuide(reader: Reader, token: string, picture: string): Promise<string> {
  const { page, t } = reader;
  await page.getByRole("tab", { name: t("services:tab.guide") }).click();
  const command = page.getByRole("region", { name: t("services:callApi", { api: "POST /" }) });
  await reader.press(t("action.copy"), page.locator("div").filter({ has: command }).last());
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const folder = dirname(picture);
  await copyFile(picture, join(folder, "picture.png"));
  const { stdout } = await promisify(execFile)("bash", ["-euc", text], { cwd: folder, env: { ...process.env, TOKEN: token } });
  return stdout;
}
