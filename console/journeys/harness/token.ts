// A token of the administrator, got as a client gets it.
import { password, type Server } from "./server.ts";

export async function tokenOf({ origin }: Server): Promise<string> {
  const user = { name: "admin", password, domain: { name: "admin" } };
  const auth = { identity: { methods: ["password"], password: { user } }, scope: { project: { name: "default" } } };
  const response = await fetch(`${origin}/v3/auth/tokens`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  const token = response.headers.get("X-Subject-Token");
  if (!token) throw new Error(`No token: ${response.status} ${await response.text()}`);
  return token;
}
