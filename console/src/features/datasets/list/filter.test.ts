import { expect, it } from "vitest";
import { filterDatasets } from "./filter";

const dataset = (dataset_name: string, dataset_type: number, description = "") => ({ dataset_name, dataset_type, description });
const all = [dataset("Cats", 0), dataset("boxes", 1, "cats and dogs"), dataset("news", 100)];
const names = (text: string, types: number[]) => filterDatasets(all, text, types).map(({ dataset_name }) => dataset_name);

it("finds datasets by text and by type", () => {
  expect(names(" CAT ", [])).toEqual(["Cats", "boxes"]);
  expect(names("cat", [1, 100])).toEqual(["boxes"]);
  expect(names("", [100])).toEqual(["news"]);
});
