import { createInstance } from "i18next";
import { expect, it } from "vitest";
import description from "@/api/openapi.json";
import { chinese } from "@/lib/i18n/chinese";
import { english } from "@/lib/i18n/resources";
import { eventText } from "./events";

it.each([english, chinese])("every event that the server knows has a text, and no other", ({ services }) => {
  const codes = description.components.schemas.EventItem.properties.event_code.anyOf[0]?.enum ?? [];
  expect(codes).not.toEqual([]);
  expect(Object.keys(services.happened).sort()).toEqual([...codes].sort());
});

it("tells an event in the reader's language, and one that it does not know in the server's words", () => {
  const i18n = createInstance({ lng: "zh-CN", resources: { "zh-CN": chinese }, interpolation: { escapeValue: false } });
  void i18n.init();
  const ready = { event_code: "instance-ready" as const, event_info: "instance 0a1b is ready", event_values: { instance: "0a1b" } };
  expect(eventText(ready, i18n)).toBe("实例 0a1b 已就绪");
  expect(eventText({ event_code: null, event_info: "pulling model image", event_values: {} }, i18n)).toBe("pulling model image");
});
