import { describe, expect, it } from "vitest";
import { configOf, fieldOfMessage, fieldsOf, folderOf, parameterDifferences, type JobFields } from "./fields";
import type { VersionDetails } from "./queries";

const fields: JobFields = {
  name: "digits",
  engine_id: 1,
  app_url: "/b/code/",
  boot_file_url: "/b/code/train.py",
  inputs: [{ kind: "dataset", dataset_id: "d", dataset_version: "v" }],
  parameters: [{ name: "epochs", value: "3" }, {}],
  train_url: "/b/out/",
  spec_id: 2,
};

describe("configOf", () => {
  it("names a single dataset directly and leaves empty rows out", () => {
    const config = configOf(fields, 7);
    expect(config).toMatchObject({ dataset_id: "d", dataset_version_id: "v", pre_version_id: 7, spec_id: 2 });
    expect(config.parameter).toEqual([{ label: "epochs", value: "3" }]);
    expect(config).not.toHaveProperty("data_source");
    expect(config).not.toHaveProperty("log_url");
  });

  it("lists several sources", () => {
    const inputs = [...fields.inputs, { kind: "path" as const, data_url: "/b/more/" }, { kind: "path" as const }];
    expect(configOf({ ...fields, inputs }).data_source).toEqual([
      { type: "dataset", dataset_id: "d", dataset_version: "v" },
      { type: "obs", data_url: "/b/more/" },
    ]);
  });

  it("is undone by fieldsOf", () => {
    const config = configOf(fields);
    // A version answers the manifest's address beside the dataset.
    const version = { ...config, job_name: "digits", job_desc: "", data_url: "obs://b/m.manifest" };
    expect(configOf(fieldsOf(version as unknown as VersionDetails))).toEqual(config);
  });
});

it("finds what changed between parameters", () => {
  const before = [{ label: "lr", value: 0.1 }, { label: "epochs", value: "3" }, { label: "old", value: "1" }];
  const after = [{ label: "lr", value: "0.1" }, { label: "epochs", value: "5" }, { label: "new", value: "" }];
  expect(parameterDifferences(before, after)).toEqual([
    { label: "epochs", before: "3", after: "5" },
    { label: "new", before: undefined, after: "" },
    { label: "old", before: "1", after: undefined },
  ]);
});

it("knows which field a refusal is about", () => {
  expect(fieldOfMessage("The boot file obs://b/x.py does not lie in the code directory obs://b/code/.")).toBe("boot_file_url");
  expect(fieldOfMessage("app_url is missing. Write obs://bucket/path or /bucket/path.")).toBe("app_url");
  expect(fieldOfMessage("There is no bucket 'x'. Create it, or check its name.", { ...fields, log_url: "obs://x/log/" })).toBe("log_url");
  expect(fieldOfMessage("There is nothing here that we know.")).toBeNull();
});

it("takes the folder of a file", () => {
  expect(folderOf("obs://b/code/train.py")).toBe("obs://b/code/");
});
