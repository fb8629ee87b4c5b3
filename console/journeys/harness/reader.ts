// A reader of the console: a page in one language, with words to find things by and judgement on how each page looks.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { Language } from "@/lib/preferences";
import { accessibilityProblems } from "./accessibility.ts";
import { layoutProblems } from "./layout.ts";
import { wordsOf, type Words } from "./words.ts";

const shots = fileURLToPath(new URL("../.shots", import.meta.url));
export const narrow = { width: 1280, height: 800 };
export const wide = { width: 1920, height: 1080 };

type Role = Parameters<Page["getByRole"]>[0];

export class Reader {
  readonly t: Words;
  /** Errors of scripts on the page, and console errors other than failed requests: a journey ends without any. */
  readonly broken: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly language: Language,
  ) {
    this.t = wordsOf(language);
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => this.broken.push(error.stack ?? error.message));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !text.startsWith("Failed to load resource")) this.broken.push(text);
    });
  }

  static async open(browser: Browser, origin: string, language: Language): Promise<Reader> {
    const context = await browser.newContext({
      baseURL: origin,
      locale: language === "en" ? "en-US" : "zh-CN",
      timezoneId: "Asia/Shanghai",
      viewport: narrow,
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    return new Reader(await context.newPage(), context, language);
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  get main(): Locator {
    return this.page.getByRole("main");
  }

  /** The dialog on top. */
  get dialog(): Locator {
    return this.page.getByRole("dialog").last();
  }

  /** A button by its text; an icon before it adds a word to its name. */
  button(name: string, within: Page | Locator = this.page): Locator {
    const text = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return within.getByRole("button", { name: new RegExp(`^(?:[a-z-]+ )?${text}$`) });
  }

  async press(name: string, within: Page | Locator = this.page): Promise<void> {
    await this.button(name, within).click();
  }

  async fill(label: string, text: string, within: Page | Locator = this.page): Promise<void> {
    await within.getByLabel(label, { exact: true }).fill(text);
  }

  /** Wait until the page shows this heading. */
  async heading(name: string | RegExp, patience?: number): Promise<void> {
    await this.sees("heading", name, patience);
  }

  async sees(role: Role, name: string | RegExp, patience?: number): Promise<void> {
    await this.page.getByRole(role, { name, exact: true }).first().waitFor({ timeout: patience });
  }

  /** Follow an entry of the navigation at the left. */
  async goTo(name: string): Promise<void> {
    const navigation = this.page.getByRole("navigation", { name: this.t("nav.label") });
    await navigation.getByRole("link", { name, exact: true }).click();
    await this.heading(name);
  }

  /** Choose an option of a drop-down field. */
  async choose(field: Locator, option: string | RegExp): Promise<void> {
    await field.click();
    await this.page.locator(".ant-select-dropdown:visible").getByText(option).first().click();
  }

  /** Send a request with the page's own session; the answer's JSON. */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const response = await fetch(path, {
          method,
          headers: { "Content-Type": "application/json", "X-Requested-With": "maquette-console" },
          body: body === undefined ? undefined : JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        return response.json();
      },
      [method, path, body] as const,
    );
  }

  async projectId(): Promise<string> {
    return (await this.request<{ project_id: string }>("GET", "/v1/console/session")).project_id;
  }

  /** Judge the page as it is now, light and dark, narrow and wide, and keep a picture of each theme. */
  async inspect(name: string): Promise<void> {
    const { page } = this;
    await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
    // Nothing is under the pointer: no tip lies over the page.
    await page.mouse.move(0, 0);
    const problems: string[] = [];
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await settled(page);
      await this.#picture(`${name}.${this.language}.${theme}`);
      problems.push(...(await accessibilityProblems(page)).map((problem) => `${theme}: ${problem}`));
    }
    await page.emulateMedia({ colorScheme: "light" });
    for (const size of [wide, narrow]) {
      await page.setViewportSize(size);
      await settled(page);
      problems.push(...(await lastingProblems(page)).map((problem) => `${size.width} px: ${problem}`));
    }
    expect.soft(problems, `${name} in ${this.language}`).toEqual([]);
  }

  async #picture(name: string): Promise<void> {
    await mkdir(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}.png`), animations: "disabled", caret: "hide" });
  }
}

/** Wait until no transition runs: colours half-way between two themes fail every contrast check. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((each) => each.playState !== "running" || each.effect?.getComputedTiming().iterations === Infinity),
  );
}

const layoutPatience = 3_000;

/** The problems of the layout that do not go by themselves: charts follow a new width some frames later. */
async function lastingProblems(page: Page): Promise<string[]> {
  const until = Date.now() + layoutPatience;
  for (;;) {
    const problems = await layoutProblems(page);
    if (problems.length === 0 || Date.now() > until) return problems;
  }
}
