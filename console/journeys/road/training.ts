// The third part of the main job: a training job on the version, its log, a further version and its end.
import type { Reader } from "../harness/reader.ts";

export interface Job {
  name: string;
  dataset: string;
  code: string;
  output: string;
  epochs: string;
}

export async function createJob(reader: Reader, job: Job): Promise<void> {
  const { page, t } = reader;
  await reader.goTo(t("nav.jobs"));
  await reader.button(t("training:create"), reader.main).first().click();
  await reader.fill(t("field.name"), job.name);
  await reader.choose(page.getByLabel(t("training:engine"), { exact: true }), /^PyTorch/);
  await reader.fill(t("training:codeDirectory"), job.code);
  await chooseBootFile(reader, "train.py");
  await reader.press(t("training:addParameter"));
  await reader.fill(`${t("training:parameterName")} 1`, "epochs");
  await reader.fill(`${t("training:parameterValue")} 1`, job.epochs);
  await chooseVersion(reader, job.dataset);
  await reader.fill(t("training:output"), job.output);
  await page.getByRole("radiogroup", { name: t("training:flavor") }).getByRole("radio").first().check();
  await reader.inspect("create-job");
  await reader.press(t("training:start"));
  await reader.heading(job.name);
}

/** Walk to the file in the dialog, which begins in the code directory. */
async function chooseBootFile(reader: Reader, file: string): Promise<void> {
  const { page, t } = reader;
  const field = page.locator(".ant-form-item").filter({ has: page.getByLabel(t("training:bootFile"), { exact: true }) });
  await reader.press(t("picker:browse"), field);
  await reader.dialog.getByRole("button", { name: file }).click();
  await reader.inspect("choose-boot-file");
  await reader.press(t("picker:useFile"), reader.dialog);
}

async function chooseVersion(reader: Reader, dataset: string): Promise<void> {
  const { page, t } = reader;
  const source = t("training:inputNumber", { number: 1 });
  const field = page.getByLabel(`${source}: ${t("training:source.dataset")}`);
  if (!(await field.isVisible())) await reader.press(t("training:addInput"));
  await reader.choose(field, dataset);
  // The current version comes by itself.
  await page.locator(".ant-select").filter({ has: page.getByLabel(`${source}: ${t("training:version")}`) }).getByText("V001").waitFor();
}

/** Wait until the shown version is in a state. */
export async function versionIs(reader: Reader, state: "running" | "completed" | "stopped", patience = 120_000): Promise<void> {
  const { page, t } = reader;
  const panel = page.locator("section.maquette-panel").filter({ has: page.getByRole("tablist") });
  const failed = panel.getByText(t("training:state.failed"), { exact: true });
  const wanted = panel.getByText(t(`training:state.${state}`), { exact: true });
  await wanted.or(failed).first().waitFor({ timeout: patience });
  if (await failed.isVisible()) throw new Error(`The job failed: ${await page.getByRole("log").innerText()}`);
}

export async function logShows(reader: Reader, text: string | RegExp, patience = 120_000): Promise<void> {
  await reader.page.getByRole("log").getByText(text).first().waitFor({ timeout: patience });
}

/** Run the job again with another number of epochs. */
export async function createVersion(reader: Reader, epochs: string): Promise<void> {
  const { t } = reader;
  await reader.press(t("training:newVersion"), reader.main);
  await reader.heading(t("training:newVersion"));
  await reader.fill(`${t("training:parameterValue")} 1`, epochs);
  await reader.inspect("create-version");
  await reader.press(t("training:startVersion"));
}

export async function stopVersion(reader: Reader): Promise<void> {
  const { t } = reader;
  await reader.press(t("training:stop"), reader.main);
  await reader.press(t("training:stop"), reader.dialog);
  await versionIs(reader, "stopped", 40_000);
}
