// What axe finds on a page, one line for each element.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";

export async function accessibilityProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary = "" }) => {
      const why = failureSummary.split("\n").slice(1).map((line) => line.trim()).join(" ");
      return `${impact} ${id} at ${target.join(" ")}: ${why}`;
    }),
  );
}
