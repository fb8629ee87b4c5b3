// The typed client of the REST API. Types come from the server's OpenAPI (`make gen`); the session cookie goes along
// because the origin is the same. Every failure is thrown as an ApiError.
import createClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { preferences } from "@/lib/preferences";
import { errorFrom, toApiError } from "./errors";
import type { paths } from "./schema";

export function commonHeaders(): Record<string, string> {
  return {
    // Huawei Cloud's header for the language of messages.
    "X-Language": preferences().language === "zh-CN" ? "zh-cn" : "en-us",
    // A page of another origin cannot send this without a preflight: it marks the request as the console's own.
    "X-Requested-With": "maquette-console",
  };
}

const middleware: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(commonHeaders())) request.headers.set(name, value);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return undefined;
    throw errorFrom(response.status, await response.text(), response.headers.get("X-Request-Id"));
  },
  onError({ error }) {
    return toApiError(error);
  },
};

/** Calls outside of components: `const { data } = await api.GET("/v1/…", { params })`. Throws ApiError. */
export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(middleware);

/** Hooks: `$api.useQuery("get", "/v1/…", { params })`, `$api.useMutation(…)`, `$api.queryOptions(…)`. */
export const $api = createQueryClient(api);

/** The JSON body that an operation answers with. */
export type Answer<
  Path extends keyof paths,
  Method extends keyof paths[Path],
> = paths[Path][Method] extends { responses: infer R }
  ? { [Status in keyof R]: Status extends 200 | 201 | 202 ? Json<R[Status]> : never }[keyof R]
  : never;

/** The JSON body that an operation takes. */
export type Body<
  Path extends keyof paths,
  Method extends keyof paths[Path],
> = paths[Path][Method] extends { requestBody?: infer R } ? Json<NonNullable<R>> : never;

type Json<T> = T extends { content: { "application/json": infer J } } ? J : never;
