import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle, writeInspectionCopy } from "@faast/bundler";
import { project, removeTemporaryDirectories, temporaryDirectory } from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

describe("a copy for inspection", () => {
  const before = process.env.FAAST_PACKAGE_DIR;
  afterEach(() => {
    if (before === undefined) delete process.env.FAAST_PACKAGE_DIR;
    else process.env.FAAST_PACKAGE_DIR = before;
  });

  it("is written to FAAST_PACKAGE_DIR, which is made", async () => {
    const bundled = await bundle({ module: "f.js", root: await project({ "f.js": "export {};" }) });
    const directory = join(await temporaryDirectory(), "made/for it");
    process.env.FAAST_PACKAGE_DIR = directory;
    expect(await writeInspectionCopy(bundled, "faast-1")).toBe(join(directory, "faast-1.zip"));
    expect(await readFile(join(directory, "faast-1.zip"))).toEqual(
      Buffer.from(await bundled.archive()),
    );
    await writeInspectionCopy(bundled, "../a:b");
    expect((await readdir(directory)).sort()).toEqual([".._a_b.zip", "faast-1.zip"]);
  });

  it("is not written, nor is the archive made, where the variable is not set", async () => {
    const archive = () => Promise.reject(new Error("not wanted"));
    for (const value of [undefined, ""]) {
      if (value === undefined) delete process.env.FAAST_PACKAGE_DIR;
      else process.env.FAAST_PACKAGE_DIR = value;
      expect(await writeInspectionCopy({ archive }, "faast-1")).toBeUndefined();
    }
  });
});
