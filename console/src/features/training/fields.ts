// The form's fields, and how they become a job's config and come from a version's. Pure.
import { parsePlace } from "@/api/files";
import type { NamedValue } from "@/ui/NamedValueRows";
import type { JobConfig, VersionDetails } from "./queries";

export interface InputFields {
  kind: "dataset" | "path";
  dataset_id?: string;
  dataset_version?: string;
  data_url?: string;
}

export interface JobFields {
  name: string;
  description?: string;
  engine_id: number;
  app_url: string;
  boot_file_url: string;
  inputs: InputFields[];
  train_url?: string;
  log_url?: string;
  parameters: NamedValue[];
  spec_id: number;
}

export const emptyFields: Partial<JobFields> = { inputs: [{ kind: "dataset" }], parameters: [] };

/** The config of the request; rows that were left empty are left out. */
export function configOf(fields: JobFields, previous?: number): JobConfig {
  const inputs = (fields.inputs ?? []).filter((input) => (input.kind === "path" ? input.data_url : input.dataset_id));
  const [only] = inputs;
  return {
    engine_id: fields.engine_id,
    app_url: fields.app_url ?? "",
    boot_file_url: fields.boot_file_url ?? "",
    parameter: (fields.parameters ?? [])
      .filter(({ name }) => name)
      .map(({ name = "", value = "" }) => ({ label: name, value })),
    ...(inputs.length === 1 && only && single(only)),
    ...(inputs.length > 1 && { data_source: inputs.map(source) }),
    ...(fields.train_url && { train_url: fields.train_url }),
    ...(fields.log_url && { log_url: fields.log_url }),
    spec_id: fields.spec_id,
    worker_server_num: 1,
    ...(previous !== undefined && { pre_version_id: previous }),
  };
}

function single(input: InputFields): Partial<JobConfig> {
  if (input.kind === "path") return { data_url: input.data_url };
  return { dataset_id: input.dataset_id, dataset_version_id: input.dataset_version };
}

function source(input: InputFields) {
  if (input.kind === "path") return { type: "obs", data_url: input.data_url };
  return { type: "dataset", dataset_id: input.dataset_id, dataset_version: input.dataset_version };
}

/** The fields of a form that repeats a version. */
export function fieldsOf(version: VersionDetails): JobFields {
  const many = (version.data_source ?? []).map(
    ({ dataset_id, dataset_version, data_url }): InputFields =>
      dataset_id
        ? { kind: "dataset", dataset_id, dataset_version: dataset_version ?? undefined }
        : { kind: "path", data_url: data_url ?? undefined },
  );
  const one: InputFields[] = [];
  if (version.dataset_id)
    one.push({ kind: "dataset", dataset_id: version.dataset_id, dataset_version: version.dataset_version_id ?? undefined });
  else if (version.data_url) one.push({ kind: "path", data_url: version.data_url });
  return {
    name: version.job_name,
    description: version.job_desc,
    engine_id: version.engine_id,
    app_url: version.app_url,
    boot_file_url: version.boot_file_url,
    inputs: many.length > 0 ? many : one,
    train_url: version.train_url ?? undefined,
    log_url: version.log_url ?? undefined,
    parameters: version.parameter.map(({ label, value }) => ({ name: label, value: String(value ?? "") })),
    spec_id: version.spec_id,
  };
}

/** The folder of a file's address: "/b/code/train.py" gives "/b/code/". */
export function folderOf(address: string): string {
  return address.slice(0, address.lastIndexOf("/") + 1);
}

export interface ParameterDifference {
  label: string;
  /** Undefined where the version has no such parameter. */
  before?: string;
  after?: string;
}

type Parameters = readonly { label: string; value?: unknown }[];

/** What changed from one version's parameters to another's, in the order of the newer one. */
export function parameterDifferences(before: Parameters, after: Parameters): ParameterDifference[] {
  const old = new Map(before.map(({ label, value }) => [label, String(value ?? "")]));
  const now = new Map(after.map(({ label, value }) => [label, String(value ?? "")]));
  const labels = [...now.keys(), ...[...old.keys()].filter((label) => !now.has(label))];
  return labels
    .map((label) => ({ label, before: old.get(label), after: now.get(label) }))
    .filter((each) => each.before !== each.after);
}

const named: [RegExp, keyof JobFields][] = [
  [/\bboot[_ ]file/i, "boot_file_url"],
  [/\bapp_url\b|code directory/i, "app_url"],
  [/\btrain_url\b/, "train_url"],
  [/\blog_url\b/, "log_url"],
  [/\bengine/i, "engine_id"],
  [/\bspec_id\b|\bflavor\b/i, "spec_id"],
  [/\bjob[_ ]name\b/i, "name"],
];

const places = ["app_url", "boot_file_url", "train_url", "log_url"] as const;

/** The field that a refusal is about, if its sentence names one, or the bucket of one; the first one named decides. */
export function fieldOfMessage(message: string, fields: Partial<JobFields> = {}): keyof JobFields | null {
  const bucket = /bucket '([^']+)'/.exec(message)?.[1];
  const place = places.find((name) => bucket !== undefined && parsePlace(fields[name] ?? "")?.bucket === bucket);
  if (place) return place;
  const found = named
    .map(([pattern, field]) => ({ at: message.search(pattern), field }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  return found[0]?.field ?? null;
}
