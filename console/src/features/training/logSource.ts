// Where a version's log comes from: its last pages, then a stream that follows it, earlier pages on demand, and all of
// it for a download. Positions are byte offsets that the server gives.
import { api, commonHeaders, type Answer } from "@/api/client";
import { errorFrom } from "@/api/errors";
import { LogLines, stripAnsi } from "@/lib/logLines";

type Page = Answer<"/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/aom-log", "get">;

export interface LogAddress {
  projectId: string;
  jobId: number;
  versionId: number;
}

const pageLines = 500;
const firstPages = 4;
const earlierPages = 20;
const retryMs = 3000;

function streamUrl({ projectId, jobId, versionId }: LogAddress, offset: number): string {
  const project = encodeURIComponent(projectId);
  return `/v1/${project}/training-jobs/${jobId}/versions/${versionId}/log-stream?offset=${offset}`;
}

export class VersionLogSource {
  readonly lines = new LogLines();
  private readonly address: LogAddress;
  private fileName = "";
  /** The byte where the first loaded line begins. */
  private start = 0;
  private end = 0;

  constructor(address: LogAddress) {
    this.address = address;
  }

  /** Load the end of the log and follow it until `signal` stops it; `onEnd` is called when the job has ended. */
  async follow(signal: AbortSignal, onEnd: () => void): Promise<void> {
    this.fileName = await this.findFile(signal);
    const last = await this.page("", 0, signal);
    this.start = this.end = Number(last.end_line);
    this.lines.reset(this.start === 0);
    await this.loadEarlier(signal, firstPages);
    if (!signal.aborted) this.listen(signal, onEnd);
  }

  /** Put up to 10,000 lines more before the first one. */
  async loadEarlier(signal?: AbortSignal, pages = earlierPages): Promise<void> {
    const found: string[] = [];
    let start = this.start;
    for (let count = 0; count < pages && start > 0; count += 1) {
      const page = await this.page(String(start), pageLines, signal);
      if (Number(page.start_line) >= start) break;
      found.unshift(page.content);
      start = Number(page.start_line);
    }
    this.start = start;
    if (found.length > 0) this.lines.prepend(found.join(""), start === 0);
  }

  /** The whole log as it is now, without terminal codes. */
  async download(): Promise<Blob> {
    const size = Number((await this.page("", 0)).end_line);
    const abort = new AbortController();
    const parts: string[] = [];
    for await (const { offset, text } of readStream(streamUrl(this.address, 0), abort.signal, size)) {
      parts.push(text);
      if (offset >= size) break;
    }
    abort.abort();
    return new Blob([stripAnsi(parts.join(""))], { type: "text/plain;charset=utf-8" });
  }

  private listen(signal: AbortSignal, onEnd: () => void): void {
    const source = new EventSource(streamUrl(this.address, this.end));
    const stop = () => source.close();
    signal.addEventListener("abort", stop, { once: true });
    source.addEventListener("log", (event: MessageEvent<string>) => {
      const { offset, text } = JSON.parse(event.data) as { offset: number; text: string };
      this.end = offset;
      this.lines.append(text);
    });
    source.addEventListener("end", () => {
      source.close();
      onEnd();
    });
    source.addEventListener("error", () => {
      // The browser tries again by itself unless it was refused; a server that restarts refuses for a while.
      if (source.readyState !== EventSource.CLOSED || signal.aborted) return;
      signal.removeEventListener("abort", stop);
      setTimeout(() => !signal.aborted && this.listen(signal, onEnd), retryMs);
    });
  }

  private async findFile(signal: AbortSignal): Promise<string> {
    const { projectId: project_id, jobId: job_id, versionId: version_id } = this.address;
    const params = { path: { project_id, job_id, version_id } };
    const path = "/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/log/file-names";
    const { data } = await api.GET(path, { params, signal });
    return data?.log_file_list[0] ?? "";
  }

  private async page(baseLine: string, lines: number, signal?: AbortSignal): Promise<Page> {
    const { projectId: project_id, jobId: job_id, versionId: version_id } = this.address;
    const { data } = await api.GET("/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/aom-log", {
      params: {
        path: { project_id, job_id, version_id },
        query: { log_file: this.fileName, base_line: baseLine, lines, order: "asc" },
      },
      signal,
    });
    return data as Page;
  }
}

/** Server-sent `log` events read with fetch, so that they end when we want. */
async function* readStream(url: string, signal: AbortSignal, size: number) {
  if (size === 0) return;
  const response = await fetch(url, { signal, headers: commonHeaders() });
  if (!response.ok || !response.body)
    throw errorFrom(response.status, await response.text(), response.headers.get("X-Request-Id"));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const events = (rest + step.value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      if (event.includes("event: end\n")) return;
      const data = event.split("\n").find((line) => line.startsWith("data: "));
      if (event.includes("event: log\n") && data) yield JSON.parse(data.slice(6)) as { offset: number; text: string };
    }
  }
}
