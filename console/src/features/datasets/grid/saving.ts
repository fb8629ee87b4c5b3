// Sends labelling steps to the server, one after the other and in their order, so that a quick hand cannot overtake
// itself. Every sample's revision goes along: what somebody else changed meanwhile is refused, not overwritten.
import { ApiError, toApiError } from "@/api/errors";
import { toRequest, type Change, type Sample, type SampleChange } from "./labelling";

export const batchSize = 1000;

/** How one item of a request ended. */
export interface Outcome {
  ok: boolean;
  revision?: number;
  /** The sample as it is on the server, when it is not as we thought. */
  current?: Sample;
  error?: ApiError;
}

export interface Failure {
  changes: Change[];
  /** The server's present state of the samples that somebody else changed. */
  current: Sample[];
  /** The first reason; it speaks for all. */
  error: ApiError;
}

export interface SaveState {
  readonly waiting: number;
  readonly state: "idle" | "saving" | "saved" | "failed";
}

interface Port {
  /** Send one request; the outcomes are in the order of the items. */
  send: (items: SampleChange[]) => Promise<Outcome[]>;
  onFailure: (failure: Failure) => void;
  /** Called when nothing is left to send; what was saved is called so once this is done. */
  onSettled: () => Promise<void>;
}

export class SaveQueue {
  private readonly port: Port;
  private readonly revisions = new Map<string, number>();
  private readonly steps: Change[][] = [];
  private readonly listeners = new Set<() => void>();
  private current: SaveState = { waiting: 0, state: "idle" };
  private running = false;
  private failed = false;
  private round = 0;

  constructor(port: Port) {
    this.port = port;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SaveState => this.current;

  /** `revisions` are those of the samples as they were read; what this queue has learnt since counts more. */
  add(changes: Change[], revisions: ReadonlyMap<string, number>): void {
    for (const { id } of changes) {
      const known = Math.max(revisions.get(id) ?? -1, this.revisions.get(id) ?? -1);
      if (known >= 0) this.revisions.set(id, known);
    }
    for (let start = 0; start < changes.length; start += batchSize) this.steps.push(changes.slice(start, start + batchSize));
    this.announce("saving");
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    this.failed = false;
    const round = ++this.round;
    for (let step = this.steps[0]; step; step = this.steps[0]) {
      await this.save(step);
      this.steps.shift();
      if (this.steps.length > 0) this.announce("saving");
    }
    this.running = false;
    if (this.failed) this.announce("failed");
    await this.port.onSettled();
    // A step that came meanwhile has an end of its own.
    if (round === this.round && !this.failed) this.announce("saved");
  }

  private async save(step: Change[]): Promise<void> {
    try {
      const outcomes = await this.port.send(step.map((change) => toRequest(change, this.revisions.get(change.id))));
      const refused: Change[] = [];
      const current: Sample[] = [];
      let error = new ApiError({ status: 500, code: "console", message: "", requestId: null });
      step.forEach((change, index) => {
        const outcome = outcomes[index];
        if (outcome?.revision !== undefined) this.revisions.set(change.id, outcome.revision);
        if (!outcome || outcome.ok) return;
        if (refused.length === 0 && outcome.error) error = outcome.error;
        refused.push(change);
        if (!outcome.current) return;
        current.push(outcome.current);
        this.revisions.set(change.id, outcome.current.revision);
      });
      if (refused.length > 0) this.fail({ changes: refused, current, error });
    } catch (thrown) {
      this.fail({ changes: step, current: [], error: toApiError(thrown) });
    }
  }

  private fail(failure: Failure): void {
    this.failed = true;
    this.port.onFailure(failure);
  }

  private announce(state: SaveState["state"]): void {
    this.current = { waiting: this.steps.reduce((sum, step) => sum + step.length, 0), state };
    this.listeners.forEach((listener) => listener());
  }
}
