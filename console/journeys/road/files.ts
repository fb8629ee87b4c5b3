// The first part of the main job: a bucket, the pictures and the code in it.
import type { Reader } from "../harness/reader.ts";

export async function createBucket(reader: Reader, bucket: string): Promise<void> {
  const { page, t } = reader;
  await reader.goTo(t("nav.files"));
  await reader.button(t("files:createBucket"), reader.main).first().click();
  await reader.fill(t("files:form.name"), bucket, reader.dialog);
  await reader.inspect("create-bucket");
  await reader.press(t("action.create"), reader.dialog);
  await page.getByRole("link", { name: bucket, exact: true }).click();
  await reader.heading(bucket);
  await page.getByText(t("files:emptyFolder")).waitFor();
  await reader.inspect("bucket-empty");
}

/** Upload a folder of this machine into the folder that the page shows, and wait until the server has it all. */
export async function uploadFolder(reader: Reader, folder: string, files: number): Promise<void> {
  const { page, t } = reader;
  await reader.press(t("files:upload"), reader.main);
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("menuitem", { name: t("files:uploadFolder"), exact: true }).click(),
  ]);
  await chooser.setFiles(folder);
  const queue = page.getByRole("region", { name: t("files:queue.title") });
  await queue.getByText(t("files:queue.finished", { count: files }), { exact: true }).waitFor({ timeout: 60_000 });
}

export async function closeUploads(reader: Reader): Promise<void> {
  await reader.press(reader.t("files:queue.clear"));
}

export async function openFolder(reader: Reader, name: string): Promise<void> {
  await reader.page.getByRole("link", { name }).click();
  await reader.heading(name);
}
