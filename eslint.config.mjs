import tseslint from "typescript-eslint";

/** Import arrows of the workspace: each package, and the packages of ours that it may not import. */
const forbidden = {
  gc: ["@faast/*"],
  bundler: ["@faast/*"],
  core: ["@faast/local", "@faast/aws", "@faast/bundler"],
  local: ["@faast/aws", "@faast/gc"],
  aws: ["@faast/local", "@faast/gc"],
};

const arrows = Object.entries(forbidden).map(([name, group]) => ({
  files: [`packages/${name}/src/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [{ group, message: `@faast/${name} may not import this (see docs/design.md).` }],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/node_modules/**",
      "**/test/fixtures/**",
      "scripts/packed-trial/**",
      "coverage/**",
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: {
      parserOptions: {
        project: [
          "packages/*/tsconfig.json",
          "packages/*/test/tsconfig.json",
          "examples/*/tsconfig.json",
          "examples/*/test/tsconfig.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // What a user throws, or a signal gives for its reason, is passed on as it is.
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "max-params": ["error", 4],
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true } }],
      "no-console": "error",
    },
  },
  {
    files: ["packages/*/test/**/*.ts", "examples/*/test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    files: ["**/*.config.ts"],
    rules: { "no-restricted-exports": "off" },
  },
  ...arrows,
);
