// The second part of the main job: a dataset over the pictures, labels by mouse and keys, and a published version.
import type { Locator } from "playwright-core";
import { expect } from "vitest";
import type { Reader } from "../harness/reader.ts";

export const digitNames = Array.from("0123456789");

export async function createDataset(reader: Reader, name: string, folders: { input: string; output: string }): Promise<void> {
  const { page, t } = reader;
  await reader.goTo(t("nav.datasets"));
  await reader.button(t("datasets:create.button"), reader.main).first().click();
  await reader.fill(t("field.name"), name);
  await reader.fill(t("datasets:field.input"), folders.input);
  await reader.fill(t("datasets:field.output"), folders.output);
  for (const digit of digitNames) {
    await reader.fill(`${t("datasets:label.name")} ${Number(digit) + 1}`, digit);
    if (digit !== "9") await reader.press(t("datasets:label.add"));
  }
  await reader.inspect("create-dataset");
  await reader.press(t("action.create"));
  await reader.heading(name);
  await page.getByRole("option").first().waitFor();
}

export class Grid {
  readonly cells: Locator;
  readonly selected: Locator;

  constructor(readonly reader: Reader) {
    this.cells = reader.page.getByRole("listbox", { name: reader.t("datasets:grid.label") }).getByRole("option");
    this.selected = this.cells.and(reader.page.locator("[aria-selected=true]"));
  }

  /** Wait until so many samples are in the dataset and the thumbnails in sight are drawn. */
  async filled(count: number): Promise<void> {
    const { page, t } = this.reader;
    await page.getByRole("tab", { name: `${t("datasets:tab.all")} (${count})` }).waitFor({ timeout: 60_000 });
    await page.waitForFunction(() => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>("[role=option] img")];
      return pictures.length > 20 && pictures.every((each) => each.complete && each.naturalWidth > 0);
    });
  }

  /** The file names of cells, which begin their accessible names. */
  async names(cells: Locator = this.cells): Promise<string[]> {
    const labels = await cells.evaluateAll((all) => all.map((each) => each.getAttribute("aria-label") ?? ""));
    return labels.map((label) => label.split(",")[0] ?? "");
  }

  async click(index: number, modifiers: ("Shift" | "Control")[] = []): Promise<void> {
    await this.cells.nth(index).click({ modifiers });
  }

  /** Drag a rectangle from the middle of one cell to the middle of another. */
  async lasso(from: number, to: number): Promise<void> {
    const { mouse } = this.reader.page;
    const [start, end] = [await middle(this.cells.nth(from)), await middle(this.cells.nth(to))];
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
    await mouse.move(end.x, end.y, { steps: 4 });
    await expect.poll(() => this.selected.count(), { timeout: 10_000 }).toBeGreaterThan(1);
    await mouse.up();
  }

  async expectSelected(count: number): Promise<void> {
    await expect.poll(() => this.selected.count(), { timeout: 10_000 }).toBe(count);
  }

  /** Press a label's key and wait until the server has it. */
  async label(digit: string): Promise<void> {
    const { page, t } = this.reader;
    const count = await this.selected.count();
    await page.keyboard.press(digit);
    await expect
      .poll(() => this.selected.evaluateAll((all, word) => all.filter((each) => each.getAttribute("aria-label")?.split(", ").includes(word)).length, digit), { timeout: 10_000 })
      .toBe(count);
    await page.getByRole("status").filter({ hasText: new RegExp(`^${t("datasets:save.saved")}$`) }).waitFor();
  }
}

async function middle(cell: Locator): Promise<{ x: number; y: number }> {
  const box = await cell.boundingBox();
  if (!box) throw new Error("The cell is not in sight.");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

interface Listed {
  samples: { sample_id: string; sample_name: string; labels?: { name: string }[] }[];
}

/** Give samples their labels by file name through the API, as a script would. */
export async function labelSamples(reader: Reader, datasetId: string, truth: Record<string, string>): Promise<void> {
  const samples = `/v2/${await reader.projectId()}/datasets/${datasetId}/data-annotations/samples`;
  for (let page = 0; ; page += 1) {
    const listed = await reader.request<Listed>("GET", `${samples}?offset=${page}&limit=100`);
    if (listed.samples.length === 0) return;
    const known = listed.samples.filter(({ sample_name }) => sample_name in truth);
    const labelled = known.map(({ sample_id, sample_name }) => ({
      sample_id,
      labels: [{ name: truth[sample_name], type: 0 }],
    }));
    if (labelled.length > 0) await reader.request("PUT", samples, { samples: labelled });
  }
}

export async function publish(reader: Reader, dataset: string): Promise<void> {
  const { page, t } = reader;
  await reader.press(t("datasets:publish.button"), reader.main);
  const dialog = page.getByRole("dialog", { name: t("datasets:publish.title", { name: dataset }) });
  await dialog.getByRole("switch", { name: t("datasets:publish.split") }).click();
  await reader.inspect("publish");
  await reader.press(t("datasets:publish.button"), dialog);
  await dialog.waitFor({ state: "hidden" });
}
