import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";
import { layers } from "./eslint/layers.js";

export default tseslint.config(
  { ignores: ["node_modules", "dist", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    languageOptions: { globals: globals.browser },
    plugins: { "react-hooks": reactHooks, maquette: { rules: { layers } } },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "maquette/layers": "error",
      "max-lines": ["error", { max: 250 }],
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    // An icon says nothing by itself: its word stands beside it, or in the label of what it is on.
    files: ["src/**/*.tsx"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXOpeningElement[name.name=/(Outlined|Filled|TwoTone)$/]:not(:has(JSXAttribute[name.name='aria-hidden']))",
          message: "Hide the icon from screen readers (aria-hidden) and name what it is on.",
        },
      ],
    },
  },
  { files: ["*.{js,ts}", "eslint/**", "build/**", "journeys/**"], languageOptions: { globals: globals.node } },
);
