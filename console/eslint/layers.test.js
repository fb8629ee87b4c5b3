import { describe, expect, it } from "vitest";
import { violation } from "./layers.js";

describe("import direction", () => {
  it.each([
    ["app/router.tsx", "features/files"],
    ["features/files/BucketsPage.tsx", "features/files/queries"],
    ["features/files/BucketsPage.tsx", "ui"],
    ["ui/ErrorState.tsx", "api/errors"],
    ["api/client.ts", "lib/preferences"],
  ])("%s may import %s", (file, target) => {
    expect(violation(file, target)).toBeNull();
  });

  it.each([
    ["features/files/BucketsPage.tsx", "features/tasks/TaskDrawer"],
    ["features/files/BucketsPage.tsx", "app/router"],
    ["ui/ErrorState.tsx", "features/files"],
    ["lib/format.ts", "api/client"],
    ["api/client.ts", "ui"],
  ])("%s may not import %s", (file, target) => {
    expect(violation(file, target)).not.toBeNull();
  });
});
