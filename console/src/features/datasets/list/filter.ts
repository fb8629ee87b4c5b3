// Which datasets of the list are shown. Pure.
import type { Dataset } from "../queries";

type Named = Pick<Dataset, "dataset_name" | "description" | "dataset_type">;

/** Those with the text in their name or description, of one of the types; no types are all. */
export function filterDatasets<T extends Named>(datasets: readonly T[], text: string, types: readonly number[]): T[] {
  const part = text.trim().toLowerCase();
  return datasets.filter(
    ({ dataset_name: name, description, dataset_type: type }) =>
      (types.length === 0 || types.includes(type)) &&
      (name.toLowerCase().includes(part) || description.toLowerCase().includes(part)),
  );
}
