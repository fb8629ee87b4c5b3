import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeAll, expect, it, vi } from "vitest";
import { startI18n } from "@/lib/i18n";
import { UploadPanel } from "./UploadPanel";
import { UploadQueue } from "./upload/queue";
import type { UploadTransport } from "./upload/transport";
import { uploads } from "./upload/uploads";

beforeAll(startI18n);

it("folds to one line once all is done, and unfolds again on demand", async () => {
  let stored: () => void = () => undefined;
  const transport = { putWhole: () => new Promise<void>((resolve) => (stored = resolve)) } as unknown as UploadTransport;
  const queue = new UploadQueue(transport, { interval: 0 });
  vi.spyOn(uploads, "subscribe").mockImplementation(queue.subscribe);
  vi.spyOn(uploads, "snapshot").mockImplementation(queue.snapshot);
  queue.add([{ target: { projectId: "p", bucket: "b", key: "a.png" }, file: new File(["x"], "a.png") }]);
  render(<UploadPanel />);
  const list = () => screen.queryByRole("group", { name: "Uploads" });
  expect(list()).not.toBeNull();
  await act(async () => stored());
  expect(list()).toBeNull();
  expect(screen.getByText("1 file uploaded")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Unfold uploads" }));
  expect(list()).not.toBeNull();
});
