// The rules of the form for a new dataset, and the field that a refusal of the server belongs to. Pure.
import { parsePlace, placePath } from "@/api/files";
import type { ApiError } from "@/api/errors";

export type FormField = "name" | "input" | "output" | "labels" | "columns";
export type PathProblem = "missing" | "invalid" | "same" | "inside";

/** What is wrong with a folder; `input` is given for the output path, which must be neither it nor inside of it. */
export function pathProblem(value: string, input?: string): PathProblem | null {
  if (value.trim() === "") return "missing";
  const place = parsePlace(value);
  if (!place || !value.trim().endsWith("/")) return "invalid";
  const other = parsePlace(input ?? "");
  if (!other) return null;
  const [own, above] = [placePath(place), placePath(other)];
  if (own === above) return "same";
  return own.startsWith(above) ? "inside" : null;
}

export const pathRules = ["ruleFolder", "ruleBucket", "ruleApart"] as const;
export type PathRule = (typeof pathRules)[number];
/** "open" while too little is filled in to judge. */
export type Verdict = "kept" | "broken" | "open";

/** How the two paths stand to each rule; `buckets` are the names of those that exist, undefined while nobody knows. */
export function pathVerdicts(input: string, output: string, buckets: readonly string[] | undefined): Record<PathRule, Verdict> {
  const filled = [input, output].filter((path) => path.trim() !== "");
  const both = filled.length === 2;
  const verdict = (broken: boolean, judged: boolean): Verdict => (broken ? "broken" : judged ? "kept" : "open");
  const misspelt = filled.some((path) => pathProblem(path) !== null);
  const lost = filled.some((path) => {
    const place = parsePlace(path);
    return place !== null && buckets !== undefined && !buckets.includes(place.bucket);
  });
  const problem = both ? pathProblem(output, input) : null;
  return {
    ruleFolder: verdict(misspelt, both),
    ruleBucket: verdict(lost, both && !misspelt && buckets !== undefined),
    ruleApart: verdict(problem === "same" || problem === "inside", both && !misspelt),
  };
}

export function fieldOfError({ code, message }: Pick<ApiError, "code" | "message">): FormField | null {
  if (code === "ModelArts.4353") return "name";
  if (code === "ModelArts.4355" || message.startsWith("The label name")) return "labels";
  if (message.includes("schema")) return "columns";
  if (message.startsWith("data_path")) return "input";
  if (message.startsWith("work_path")) return "output";
  return null;
}
