import { describe, expect, it } from "vitest";
import { fieldOfError, pathProblem } from "./rules";

describe("pathProblem", () => {
  it("wants a folder in a bucket", () => {
    expect(pathProblem(" ")).toBe("missing");
    expect(pathProblem("images/")).toBe("invalid");
    expect(pathProblem("/bucket/images")).toBe("invalid");
    expect(pathProblem("/bucket/")).toBeNull();
    expect(pathProblem("obs://bucket/images/")).toBeNull();
  });

  it("keeps the output out of the input, however both are written", () => {
    expect(pathProblem("obs://b/in/", "/b/in/")).toBe("same");
    expect(pathProblem("/b/in/out/", "/b/in/")).toBe("inside");
    expect(pathProblem("/b/in-out/", "/b/in/")).toBeNull();
    expect(pathProblem("/b/out/", "")).toBeNull();
  });
});

it("puts a refusal at its field", () => {
  expect(fieldOfError({ code: "ModelArts.4353", message: "A dataset named …" })).toBe("name");
  expect(fieldOfError({ code: "ModelArts.4361", message: "work_path '/b/' cannot be used" })).toBe("output");
  expect(fieldOfError({ code: "ModelArts.0105", message: "Something else" })).toBeNull();
});
