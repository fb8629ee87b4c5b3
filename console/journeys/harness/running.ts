// Ends what a journey has started: services and jobs outlive the server by design, and their home is about to go.
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "./server.ts";
import { tokenOf } from "./token.ts";

const patience = 30_000;

interface Running {
  services?: { service_id: string }[];
  jobs?: { job_id: number }[];
}

export async function removeRunning(server: Server): Promise<void> {
  const headers = { "X-Auth-Token": await tokenOf(server) };
  const ask = async (method: string, path: string): Promise<Running> => {
    const response = await fetch(server.origin + path, { method, headers });
    return response.ok && method === "GET" ? ((await response.json()) as Running) : {};
  };
  const session = (await (await fetch(`${server.origin}/v3/projects`, { headers })).json()) as { projects: { id: string }[] };
  for (const { id } of session.projects) {
    const { services = [] } = await ask("GET", `/v1/${id}/services`);
    for (const { service_id } of services) await ask("DELETE", `/v1/${id}/services/${service_id}`);
    const { jobs = [] } = await ask("GET", `/v1/${id}/training-jobs`);
    for (const { job_id } of jobs) await ask("DELETE", `/v1/${id}/training-jobs/${job_id}`);
  }
  await server.stop();
  await gone(server.home);
}

/** Wait until no process names this home in its command line. */
async function gone(home: string): Promise<void> {
  const until = Date.now() + patience;
  while (await anyOf(home)) {
    if (Date.now() > until) throw new Error(`Processes of ${home} still run after ${patience} ms.`);
    await sleep(100);
  }
}

async function anyOf(home: string): Promise<boolean> {
  const processes = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.some((line) => line.includes(home));
}
