import { expect, it } from "vitest";
import { configOf, emptyShare, fieldsOf, missingWeight, scheduleOf, type ServiceFields } from "./fields";
import type { ConfigDetail, ServiceDetail } from "./queries";

const fields: ServiceFields = {
  config: [{ ...emptyShare("modelarts.vm.cpu.1u", 30), model_id: "m", envs: [{ name: "A", value: "1" }, {}] }],
  autoStop: true,
  stopAfter: 2,
  stopUnit: "HOURS",
};

it("gives a single model every call and leaves empty rows out", () => {
  expect(configOf(fields)).toEqual([
    { model_id: "m", specification: "modelarts.vm.cpu.1u", instance_count: 1, weight: 100, envs: { A: "1" } },
  ]);
});

it("keeps what the form does not show", () => {
  const old = [{ model_id: "m", additional_properties: { log: true } }] as unknown as ConfigDetail[];
  expect(configOf(fields, old)[0]).toMatchObject({ additional_properties: { log: true } });
});

it("writes and reads the time to stop", () => {
  expect(scheduleOf(fields)).toEqual([{ type: "stop", time_unit: "HOURS", duration: 2 }]);
  expect(scheduleOf({ ...fields, autoStop: false })).toEqual([]);
  const service = { description: "", config: [], schedule: scheduleOf(fields) } as unknown as ServiceDetail;
  expect(fieldsOf(service)).toMatchObject({ autoStop: true, stopAfter: 2, stopUnit: "HOURS" });
});

it("counts weights", () => {
  expect(missingWeight([{ weight: 30 }, { weight: 60 }])).toBe(10);
});
