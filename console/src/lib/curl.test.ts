import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { curlCommand, shellQuote, tokenCommand } from "./curl";

it("quotes what a shell would take apart", () => {
  for (const text of ["it's", "$HOME `id`", 'a "b" \\ c', "中文 🎉"])
    expect(execFileSync("sh", ["-c", `printf %s ${shellQuote(text)}`], { encoding: "utf8" })).toBe(text);
});

it("writes a JSON request", () => {
  expect(curlCommand({ method: "POST", url: "http://h/v1/p/models", body: { a: "it's" } })).toBe(
    [
      "curl -X POST 'http://h/v1/p/models' \\",
      '  -H "X-Auth-Token: $TOKEN" \\',
      "  -H 'Content-Type: application/json' \\",
      `  -d '{\n  "a": "it'\\''s"\n}'`,
    ].join("\n"),
  );
});

it("writes a form with a file", () => {
  const command = curlCommand({ method: "POST", url: "http://h/", form: { images: "@digit.png" } });
  expect(command).toContain("-F 'images=@digit.png'");
  expect(command).not.toContain("Content-Type");
});

it("puts the password into the request as it is typed", () => {
  const command = tokenCommand({ origin: "http://h", user: "o'brien", domain: "default", projectId: "p1" });
  const call = command.split("\n").slice(1).join("\n");
  const script = `curl() { while [ $# -gt 0 ]; do [ "$1" = -d ] && printf 'X-Subject-Token: %s\\r\\n' "$2"; shift; done; }
PASSWORD='s3 cret$'
${call}
printf %s "$TOKEN"`;
  const sent = JSON.parse(execFileSync("sh", ["-c", script], { encoding: "utf8" })) as {
    auth: { identity: { password: { user: object } }; scope: object };
  };
  expect(sent.auth.identity.password.user).toEqual({ name: "o'brien", password: "s3 cret$", domain: { name: "default" } });
  expect(sent.auth.scope).toEqual({ project: { id: "p1" } });
});
