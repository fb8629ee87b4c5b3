// The rules of the form for a new dataset, and the field that a refusal of the server belongs to. Pure.
import { parsePlace, placePath } from "@/api/files";
import type { ApiError } from "@/api/errors";

export type FormField = "name" | "input" | "output" | "labels";
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

export function fieldOfError({ code, message }: Pick<ApiError, "code" | "message">): FormField | null {
  if (code === "ModelArts.4353") return "name";
  if (code === "ModelArts.4355" || message.startsWith("The label name")) return "labels";
  if (message.startsWith("data_path")) return "input";
  if (message.startsWith("work_path")) return "output";
  return null;
}
