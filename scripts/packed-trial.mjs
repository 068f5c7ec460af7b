// Packs the packages, installs them in a project outside the workspace, and runs the README's first
// example there: as an ES module, as CommonJS, as TypeScript under `strict`, and inside vitest and jest;
// then a third party's provider under the conformance suite.
// With --quick, only the JavaScript programs.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const quick = process.argv.includes("--quick");
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "packed-trial-")));
// A temporary directory of their own, so that what they leave behind can be seen.
const temporary = join(scratch, "tmp");
mkdirSync(temporary);
process.env.TMPDIR = temporary;
const packages = ["core", "bundler", "gc", "local"];
/** Megabytes that a user's node_modules may have, with core and local. */
const SIZE_LIMIT = 25;

const run = (command, ...args) =>
  execFileSync(command, args, {
    cwd: scratch,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
const expect = (what, actual, wanted) => {
  const fits = wanted instanceof RegExp ? wanted.test(actual) : actual === wanted;
  if (!fits) throw new Error(`${what}: expected ${wanted}, got ${JSON.stringify(actual)}`);
  console.log(`ok: ${what}`);
};
const counted = new Set();
/** Bytes on disk; a file with two names (esbuild's binary) counts once. */
const sizeOf = (path) => {
  const stat = lstatSync(path);
  if (stat.isDirectory())
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  if (counted.has(stat.ino)) return 0;
  counted.add(stat.ino);
  return stat.size;
};

try {
  const tarballs = packages.map((name) => {
    const output = execFileSync("npm", ["pack", "--silent", "--pack-destination", scratch], {
      cwd: join(root, "packages", name),
      encoding: "utf8",
    });
    return join(scratch, output.trim().split("\n").at(-1));
  });
  cpSync(join(root, "scripts", "packed-trial"), scratch, { recursive: true });
  writeFileSync(join(scratch, "package.json"), JSON.stringify({ private: true }));
  run("npm", "install", "--silent", "--no-audit", "--no-fund", ...tarballs);

  const names = readdirSync(join(scratch, "node_modules"));
  expect(
    "no AWS SDK is installed",
    names.some((name) => /aws/.test(name)),
    false,
  );
  const megabytes = sizeOf(join(scratch, "node_modules")) / 2 ** 20;
  expect(
    `node_modules has ${megabytes.toFixed(1)} MB, under ${SIZE_LIMIT}`,
    megabytes < SIZE_LIMIT,
    true,
  );
  for (const name of packages) {
    const directory = join(scratch, "node_modules", "@faast", name);
    const { exports } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    const missing = Object.values(exports)
      .flatMap((target) => (typeof target === "string" ? target : Object.values(target)))
      .filter((target) => !existsSync(join(directory, target)));
    expect(`@faast/${name} has what it exports`, missing.join(), "");
  }
  const modules = readdirSync(join(scratch, "node_modules", "@faast", "core", "dist"), {
    recursive: true,
  }).filter((name) => name.endsWith(".js"));
  expect(`@faast/core has ${modules.length} modules, at most 30`, modules.length <= 30, true);
  const greeting = /^hello world, from process \d+\n$/;
  expect("the first example as an ES module", run(process.execPath, "main.mjs"), greeting);
  expect("the first example as CommonJS", run(process.execPath, "main.cjs"), greeting);
  expect("the program faast", run("npx", "faast", "--version"), /^\d+\.\d+\.\d+\n$/);
  expect("it finds its providers", run("npx", "faast", "doctor", "local", "--json"), /"ok": true/);
  expect("it collects", run("npx", "faast", "cleanup", "local", "-xf", "--json"), /"failed": \[\]/);
  expect("it bundles", run("npx", "faast", "bundle", "functions.mjs"), /as an archive/);
  if (!quick) {
    run(
      "npm",
      "install",
      "--silent",
      "--no-audit",
      "--no-fund",
      "typescript@5.9",
      "@types/node@20",
      "tsx@4",
      "vitest@3",
      "jest@30",
    );
    expect("strict TypeScript compiles", run("npx", "tsc", "-p", "tsconfig.json"), "");
    expect("compiled to an ES module", run(process.execPath, "out/main.mjs"), greeting);
    expect("compiled to CommonJS", run(process.execPath, "out/main.cjs"), greeting);
    expect("unbuilt, by tsx", run("npx", "tsx", "main.mts"), greeting);
    expect(
      "inside vitest",
      run("npx", "vitest", "run", "--reporter=json", "trial.vitest.test.ts"),
      /"numPassedTests":1/,
    );
    const jest = [
      "--experimental-vm-modules",
      "node_modules/jest/bin/jest.js",
      "trial.jest.test.mjs",
      "--json",
    ];
    expect("inside jest", run(process.execPath, ...jest), /"numPassedTests":1/);
    cpSync(join(root, "examples", "provider-template", "dist"), join(scratch, "third-party"), {
      recursive: true,
    });
    expect(
      "a third party's provider passes the conformance suite",
      run(process.execPath, "--test", "--test-reporter=tap", "third-party.test.mjs"),
      /^# fail 0$/m,
    );
  }
  const left = readdirSync(temporary).filter((name) => name.startsWith("faast-"));
  expect("nothing is left in the temporary directory", left.join(), "");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
