// One call of a service, timed. An answer that is no success is an answer too: what the model says is shown.
import { commonHeaders } from "@/api/client";
import { errorFrom, toApiError, type ApiError } from "@/api/errors";
import type { PredictApi } from "./apis";

export interface Prediction {
  status: number;
  milliseconds: number;
  text: string;
  /** The parsed answer; undefined when it is no JSON. */
  json: unknown;
  error: ApiError | null;
}

/** Body of a call: the form's values by field, or a JSON text. */
export type PredictInput = { form: Record<string, File | string> } | { json: string } | null;

export async function predict(address: string, api: PredictApi, input: PredictInput): Promise<Prediction> {
  const headers: Record<string, string> = commonHeaders();
  let body: BodyInit | undefined;
  if (input && "form" in input) {
    const form = new FormData();
    for (const [name, value] of Object.entries(input.form)) form.append(name, value);
    body = form;
  } else if (input) {
    headers["Content-Type"] = "application/json";
    body = input.json;
  }
  const begun = performance.now();
  const took = () => performance.now() - begun;
  try {
    const response = await fetch(`${address}${api.path}`, { method: api.method, headers, body });
    const text = await response.text();
    const milliseconds = took();
    const error = response.ok ? null : errorFrom(response.status, text, response.headers.get("X-Request-Id"));
    return { status: response.status, milliseconds, text, json: parsed(text), error };
  } catch (error) {
    return { status: 0, milliseconds: took(), text: "", json: undefined, error: toApiError(error) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
