// The page's one upload queue: uploads go on while the reader looks at other pages.
import { useSyncExternalStore } from "react";
import { provideUploads } from "@/api/files";
import { UploadQueue, type QueueSnapshot } from "./queue";
import { httpTransport } from "./transport";

export const uploads = new UploadQueue(httpTransport);

// Other features upload too, and may not import this one.
provideUploads((wanted) => uploads.add(wanted));

export function useUploads(): QueueSnapshot {
  return useSyncExternalStore(uploads.subscribe, uploads.snapshot);
}

function busy(): boolean {
  const { counts } = uploads.snapshot();
  return counts.waiting + counts.uploading > 0;
}

// Leaving the page ends the uploads: the browser asks first.
window.addEventListener("beforeunload", (event) => {
  if (busy()) event.preventDefault();
});

// What stopped because the network was away goes on when it is back.
window.addEventListener("online", () => {
  for (const { id, state, error } of uploads.snapshot().items)
    if (state === "paused" && error?.offline) uploads.resume(id);
});
