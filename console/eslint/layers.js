// The console's import direction, as an ESLint rule: app → features → ui, api, lib, where features never import each
// other and ui, api and lib never import upwards. Imports are resolved as paths, so neither `@/` nor `../` gets past.
import { dirname, relative, resolve, sep } from "node:path";

const allowed = {
  app: ["app", "features", "ui", "api", "lib"],
  features: ["features", "ui", "api", "lib"],
  ui: ["ui", "api", "lib"],
  api: ["api", "lib"],
  lib: ["lib"],
};

/** What is wrong with `file` importing `target` (both relative to src, "/"-separated), or null. */
export function violation(file, target) {
  const [from, fromFeature] = file.split("/");
  const [to, toFeature] = target.split("/");
  if (!(from in allowed) || !(to in allowed)) return null;
  if (!allowed[from].includes(to)) return `${from} may not import ${to}: imports go app → features → ui, api, lib.`;
  if (from === "features" && to === "features" && fromFeature !== toFeature)
    return `The feature "${fromFeature}" may not import the feature "${toFeature}": move what they share to ui, api or lib.`;
  return null;
}

export const layers = {
  meta: { type: "problem", schema: [], messages: { layer: "{{why}}" } },
  create(context) {
    const source = resolve(context.cwd, "src");
    const inSource = (path) => relative(source, path).split(sep).join("/");
    const file = inSource(context.filename);
    if (file.startsWith("..")) return {};

    function check(node) {
      const name = node.source?.value;
      if (typeof name !== "string") return;
      let path;
      if (name.startsWith("@/")) path = resolve(source, name.slice(2));
      else if (name.startsWith(".")) path = resolve(dirname(context.filename), name);
      else return;
      const why = violation(file, inSource(path));
      if (why) context.report({ node: node.source, messageId: "layer", data: { why } });
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
