// Rules for the JavaScript in pages/ (the browser's) and tests/js/ (node's).

import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/node_modules/", "pages/engine/files/", ".venv/", "benchmarks/*.js"] },
  js.configs.recommended,
  {
    files: ["pages/**/*.js", "tests/browser/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
  },
  {
    files: ["tests/js/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: { ...globals.node, window: "readonly" } },
  },
  {
    rules: {
      "array-callback-return": "error",
      "consistent-return": "error",
      eqeqeq: "error",
      "no-else-return": "error",
      "no-implicit-globals": "error",
      "no-promise-executor-return": "error",
      "no-shadow": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true, allowTernary: true }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrors: "none" }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
];
