import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import description from "@/api/openapi.json";
import { chinese } from "@/lib/i18n/chinese";
import { english } from "@/lib/i18n/resources";
import { taskTexts } from "./taskText";

const { kind, message_code } = description.components.schemas.PlatformTask.properties;

function dotted(texts: Record<string, Record<string, string>>): string[] {
  return Object.entries(texts).flatMap(([domain, verbs]) => Object.keys(verbs).map((verb) => `${domain}.${verb}`));
}

describe.each([english, chinese])("the texts of a language", ({ tasks }) => {
  it("name every kind of task that the server knows, and no other", () => {
    expect(kind.enum).not.toEqual([]);
    expect(dotted(tasks.kind).sort()).toEqual([...kind.enum].sort());
  });

  it("say every progress that the server knows, and no other", () => {
    const codes = message_code.anyOf[0]?.enum ?? [];
    expect(codes).not.toEqual([]);
    expect(Object.keys(tasks.progress).sort()).toEqual([...codes].sort());
  });
});

describe("a task", () => {
  const i18n = createInstance({ lng: "zh-CN", resources: { "zh-CN": chinese }, interpolation: { escapeValue: false } });
  void i18n.init();
  const { name, message } = taskTexts(i18n);

  it("is named after what it does", () => {
    expect(name({ kind: "dataset.publish", title: "花卉 V001" })).toBe("发布数据集“花卉 V001”");
    const values = { done: 1200, total: 5000 };
    expect(message({ message: "1200 of 5000 samples", message_code: "samples-read", message_values: values })).toBe(
      "已处理 1,200 / 5,000 个样本",
    );
  });

  it("keeps the server's words where there are no others", () => {
    const kind = "dataset.fold" as "dataset.sync";
    expect(name({ kind, title: "花卉" })).toBe("dataset.fold：“花卉”");
    expect(message({ message: "folding", message_code: null, message_values: {} })).toBe("folding");
  });
});
