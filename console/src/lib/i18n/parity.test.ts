// Both languages must say everything, with the same placeholders.
import { describe, expect, it } from "vitest";
import { chinese } from "./chinese";
import { english } from "./resources";

function flatten(texts: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") found.set(path + key, value);
    else for (const [inner, text] of flatten(value as object, `${path}${key}.`)) found.set(inner, text);
  }
  return found;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)/g)].map((match) => match[1] ?? "").sort();
}

describe.each(Object.keys(english) as (keyof typeof english)[])("%s", (namespace) => {
  const en = flatten(english[namespace]);
  const zh = flatten(chinese[namespace]);

  it("has the same keys in both languages", () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
  });

  it("has the same placeholders and no empty text", () => {
    for (const [key, text] of en) {
      expect(text.trim(), key).not.toBe("");
      expect(zh.get(key)?.trim(), key).not.toBe("");
      expect(placeholders(zh.get(key) ?? ""), key).toEqual(placeholders(text));
    }
  });

  it("has a space between Chinese and Latin letters or digits", () => {
    const touching = /\p{Script=Han}[A-Za-z0-9{]|[A-Za-z0-9%}]\p{Script=Han}/u;
    expect([...zh].filter(([, text]) => touching.test(text))).toEqual([]);
  });
});
