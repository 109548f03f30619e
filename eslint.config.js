import js from "@eslint/js";
import tseslint from "typescript-eslint";

const processesAndTemporaryNames = {
  paths: [
    { name: "node:child_process", message: "Processes run through execa." },
    { name: "child_process", message: "Processes run through execa." },
    ...["node:fs", "node:fs/promises", "fs", "fs/promises"].map((name) => ({
      name,
      importNames: ["mkdtemp", "mkdtempSync"],
      message: "Temporary names and directories come from tmp.",
    })),
  ],
};

export default tseslint.config(
  { ignores: ["node_modules/", ".images/", ".local/", "**/*.go"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 300 }],
      "no-console": "off",
    },
  },
  {
    files: ["**/*.mjs", "**/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", setTimeout: "readonly", URL: "readonly" } },
  },
  {
    files: ["index.ts", "components/**", "providers/**", "core/**"],
    rules: {
      "no-restricted-imports": ["error", processesAndTemporaryNames],
      "no-restricted-properties": [
        "error",
        { property: "mkdtemp", message: "Temporary names and directories come from tmp." },
        { property: "mkdtempSync", message: "Temporary names and directories come from tmp." },
      ],
    },
  },
  {
    files: ["core/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          ...processesAndTemporaryNames,
          patterns: [
            {
              group: ["@pulumi/*", "**/providers/*", "**/components/*", "**/tools/*"],
              message: "core/ has never heard of Pulumi, and depends on nothing above it.",
            },
          ],
        },
      ],
    },
  },
);
