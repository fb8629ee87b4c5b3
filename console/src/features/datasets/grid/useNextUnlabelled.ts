// The way to the next sample without a label, which may lie far beyond what is loaded.
import { chunkSize } from "./pages";
import type { SampleList } from "./sampleList";

/** Chunks that are looked through at most: beyond that a filter finds it sooner. */
const most = 300;

/** Gives the position of the first unlabelled sample from `from` on, wrapping at the end; null when there is none. */
export function useNextUnlabelled(list: SampleList, unlabelled: number): (from: number) => Promise<number | null> {
  async function search(from: number, to: number): Promise<number | null> {
    let start = from;
    for (let round = 0; round < most && start < to; round += 1) {
      // Up to the end of the chunk that `start` lies in.
      const end = Math.min(to, (Math.floor(start / chunkSize) + 1) * chunkSize) - 1;
      const samples = await list.load(start, end);
      const found = samples.findIndex(({ labels }) => labels.length === 0);
      if (found >= 0) return start + found;
      start = end + 1;
    }
    return null;
  }
  return async (from) => {
    const total = list.total ?? 0;
    if (unlabelled === 0 || total === 0) return null;
    return (await search(from, total)) ?? search(0, Math.min(from, total));
  };
}
