import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npmProgram } from "../dist/dependencies/installer/npm-program.js";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "npm-program-")));
  for (const each of ["bin", "path", "lib/npm"])
    await mkdir(join(folder, each), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const node = () => join(folder, "bin", "node");

describe("npm", () => {
  it("is found beside Node first, and is run by that Node", async () => {
    const file = join(folder, "lib", "npm", "npm-cli.js");
    await writeFile(file, "");
    await symlink(file, join(folder, "bin", "npm"));
    await writeFile(join(folder, "path", "npm"), "");
    expect(await npmProgram(node(), join(folder, "path"))).toEqual([node(), file]);
  });

  it("is found on the PATH, as whatever kind of program it is", async () => {
    const file = join(folder, "path", "npm");
    await writeFile(file, "");
    expect(await npmProgram(node(), `/nowhere::${join(folder, "path")}`)).toEqual([file]);
  });

  it("that is nowhere is missed with the places where it was looked for", async () => {
    await expect(npmProgram(node(), join(folder, "path"))).rejects.toThrow(
      `no npm in this runtime; it was looked for in ${join(folder, "bin", "npm")}`,
    );
    await expect(npmProgram(node(), "")).rejects.toThrow("/var/lang/bin/npm");
  });
});
