import { expect, it } from "vitest";
import { errorFrom, toApiError } from "./errors";

it("keeps code, message, request id and details", () => {
  const body = '{"error_code":"ModelArts.4405","error_msg":"No bucket \\"x\\".","error_details":{"offset":5}}';
  expect(errorFrom(404, body, "req-1")).toMatchObject({
    status: 404,
    code: "ModelArts.4405",
    message: 'No bucket "x".',
    requestId: "req-1",
    details: { offset: 5 },
  });
});

it("reads training's older error body", () => {
  expect(errorFrom(400, '{"is_success":false,"error_code":"M.1","error_message":"No."}', null).message).toBe("No.");
});

it("makes do with a proxy's page", () => {
  expect(errorFrom(502, "<html>Bad gateway</html>", null)).toMatchObject({ code: "HTTP 502", status: 502 });
});

it("knows a lost connection from a broken console", () => {
  expect(toApiError(new TypeError("Failed to fetch")).offline).toBe(true);
  expect(toApiError(new Error("x is undefined"))).toMatchObject({ offline: false, status: -1 });
});
