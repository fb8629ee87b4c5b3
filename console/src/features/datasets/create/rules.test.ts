import { describe, expect, it } from "vitest";
import { fieldOfError, pathProblem, pathVerdicts } from "./rules";

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

describe("pathVerdicts", () => {
  const judge = (input: string, output: string, buckets: string[] | null = ["b"]) => Object.values(pathVerdicts(input, output, buckets ?? undefined)).join(" ");

  it("is open until both are filled in, unless something is wrong already", () => {
    expect(judge("", "")).toBe("open open open");
    expect(judge("/b/in/", "")).toBe("open open open");
    expect(judge("/b/in", "")).toBe("broken open open");
    expect(judge("/c/in/", "")).toBe("open broken open");
  });

  it("judges both together", () => {
    expect(judge("/b/in/", "/b/out/")).toBe("kept kept kept");
    expect(judge("/b/in/", "/b/in/out/")).toBe("kept kept broken");
    expect(judge("/b/in/", "/c/out/")).toBe("kept broken kept");
    expect(judge("/b/in/", "/b/out/", null)).toBe("kept open kept");
  });
});

it("puts a refusal at its field", () => {
  expect(fieldOfError({ code: "ModelArts.4353", message: "A dataset named …" })).toBe("name");
  expect(fieldOfError({ code: "ModelArts.4361", message: "work_path '/b/' cannot be used" })).toBe("output");
  expect(fieldOfError({ code: "ModelArts.0105", message: "Something else" })).toBeNull();
});
