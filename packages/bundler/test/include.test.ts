import { chmod, mkdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { bundle, type IncludeOption } from "@faast/bundler";
import {
  Installation,
  project,
  rejection,
  removeTemporaryDirectories,
} from "./temporary-project.ts";

afterAll(removeTemporaryDirectories);

const files = {
  "f.js": `export const f = () => 1;`,
  "data/a.json": "{}",
  "data/b.txt": "b",
  "data/.hidden": "h",
  "data/.config/c.txt": "c",
  "data/deep/d.txt": "d",
  "data/[id].json": "{}",
  ".env": "A=1",
};

async function included(root: string, include: IncludeOption[], exclude: string[] = []) {
  const bundled = await bundle({ module: "f.js", root, include, exclude });
  return bundled.files.map(({ path }) => path).filter((path) => !path.startsWith("f.mjs"));
}

describe("include", () => {
  let root: string;
  beforeAll(async () => {
    root = await project(files);
  });

  const everything = ["data/[id].json", "data/a.json", "data/b.txt", "data/deep/d.txt"];

  it.each<[string, IncludeOption[], string[]]>([
    ["a file", ["data/a.json"], ["data/a.json"]],
    ["a file by its absolute path", ["<root>/data/a.json"], ["data/a.json"]],
    ["a file whose name looks like a pattern", ["data/[id].json"], ["data/[id].json"]],
    ["a dotfile that is named", [".env"], [".env"]],
    ["a directory, with everything below", ["data"], everything],
    ["a directory, written in another way", ["./data/"], everything],
    ["a pattern, without dotfiles", ["data/**"], everything.filter((path) => !path.includes("/."))],
    ["a pattern that names dotfiles", ["data/.*"], ["data/.hidden"]],
    ["a directory whose name starts with a dot, named", ["data/.config"], ["data/.config/c.txt"]],
    ["a pattern with alternatives", ["data/{a,b}.*"], ["data/a.json", "data/b.txt"]],
    ["the same file twice", ["data/a.json", "data/*.json"], ["data/[id].json", "data/a.json"]],
    ["a file from a directory of its own", [{ path: "b.txt", cwd: "data" }], ["b.txt"]],
    [
      "a pattern from such a directory",
      [{ path: "**/*.txt", cwd: "data" }],
      ["b.txt", "deep/d.txt"],
    ],
    ["all of such a directory", [{ path: ".", cwd: "data/deep" }], ["d.txt"]],
    ["a directory without cwd", [{ path: "data/deep" }], ["data/deep/d.txt"]],
  ])("takes %s", async (_what, include, expected) => {
    const given = include.map((each) =>
      typeof each === "string" ? each.replace("<root>", root) : each,
    );
    expect(await included(root, given)).toEqual(expected);
  });

  it.each<[string, string[], string[]]>([
    ["a file", ["data/a.json"], everything.filter((path) => path !== "data/a.json")],
    [
      "a directory",
      ["data/.config", "./data/deep/"],
      everything.filter((path) => path.split("/").length === 2),
    ],
    ["a pattern, dotfiles too", ["**/*.txt", "data/.*"], ["data/[id].json", "data/a.json"]],
    ["everything", ["**"], []],
  ])("leaves out %s", async (_what, exclude, expected) => {
    expect(await included(root, ["data"], exclude)).toEqual(expected);
  });

  it("excludes by the path in the archive", async () => {
    expect(await included(root, [{ path: "*.txt", cwd: "data" }, "data/b.txt"], ["b.txt"])).toEqual(
      ["data/b.txt"],
    );
  });

  it("excludes what is named outright", async () => {
    expect(await included(root, ["data/a.json", "data/b.txt"], ["**/*.json"])).toEqual([
      "data/b.txt",
    ]);
  });

  it("keeps what may be executed so, and makes the rest readable for all", async () => {
    const root = await project({
      "f.js": "export {};",
      "run.sh": "#!/bin/sh\n",
      "secret.txt": "s",
    });
    await chmod(join(root, "secret.txt"), 0o600);
    const { directory, bundle } = await Installation.of({
      module: "f.js",
      root,
      include: ["*.sh", "*.txt"],
    });
    expect(bundle.files.find(({ path }) => path === "run.sh")?.mode).toBe(0o755);
    expect((await stat(join(directory, "run.sh"))).mode & 0o777).toBe(0o755);
    expect((await stat(join(directory, "secret.txt"))).mode & 0o777).toBe(0o644);
  });

  it("follows links, to files and to directories", async () => {
    const elsewhere = await project({ "target.txt": "linked", "dir/inner.txt": "inner" });
    const root = await project({ "f.js": "export {};", "data/own.txt": "own" });
    await symlink(join(elsewhere, "target.txt"), join(root, "data/link.txt"));
    await symlink(join(elsewhere, "dir"), join(root, "data/dir"));
    const expected = ["data/dir/inner.txt", "data/link.txt", "data/own.txt"];
    expect(await included(root, ["data"])).toEqual(expected);
    expect(await included(root, ["data/**"])).toEqual(expected);
    const { files } = await bundle({ module: "f.js", root, include: ["data/link.txt"] });
    expect(
      Buffer.from(files.find(({ path }) => path === "data/link.txt")!.content).toString(),
    ).toBe("linked");
  });

  it("ends where links go round in circles", async () => {
    const root = await project({ "f.js": "export {};", "data/own.txt": "own" });
    await symlink(join(root, "data"), join(root, "data/again"));
    expect(await included(root, ["data"])).toContain("data/own.txt");
  });
});

describe("an included file is refused", () => {
  it("when nothing has that name, or matches", async () => {
    const root = await project(files);
    await mkdir(join(root, "empty"));
    for (const path of ["missing.json", "data/*.xml", "empty", "data/[.json"]) {
      const error = await rejection(bundle({ module: "f.js", root, include: [path] }));
      expect(error).toMatchObject({ code: "FAAST_BUNDLE_INCLUDE" });
      expect(error.message).toContain(`"${path}"`);
    }
  });

  it("when its cwd is no directory", async () => {
    const root = await project(files);
    const include = [{ path: "a.json", cwd: "no-data" }];
    const error = await rejection(bundle({ module: "f.js", root, include }));
    expect(error.message).toContain(join(root, "no-data"));
  });

  it("when it would lie outside of the archive", async () => {
    const outer = await project({
      "secret.txt": "s",
      "inner/f.js": "export {};",
      "dir/x.txt": "x",
    });
    const root = join(outer, "inner");
    for (const path of ["../secret.txt", "../*.txt", "../dir", "..", join(outer, "secret.txt")]) {
      const error = await rejection(bundle({ module: "f.js", root, include: [path] }));
      expect(error).toMatchObject({ code: "FAAST_BUNDLE_INCLUDE" });
      expect(error.message).toContain("{ path, cwd }");
    }
    expect(await included(root, [{ path: "secret.txt", cwd: ".." }])).toEqual(["secret.txt"]);
  });

  it("when it would replace a file of ours", async () => {
    const root = await project({ "f.js": "export {};", "index.mjs": "x", "package.json": "{}" });
    const entry = "f.js";
    const error = await rejection(bundle({ module: "f.js", entry, root, include: ["index.mjs"] }));
    expect(error).toMatchObject({ code: "FAAST_BUNDLE_INCLUDE" });
    expect(error.message).toContain('exclude: ["index.mjs"]');
    const options = { module: "f.js", root, include: ["package.json"] };
    expect((await rejection(bundle({ ...options, packageJson: {} }))).message).toContain(
      "package.json",
    );
    await expect(bundle(options)).resolves.toBeDefined();
  });

  it("when another has its place", async () => {
    const root = await project({ "f.js": "export {};", "one/a.txt": "1", "two/a.txt": "2" });
    const include = [
      { path: "a.txt", cwd: "one" },
      { path: "a.txt", cwd: "two" },
    ];
    const error = await rejection(bundle({ module: "f.js", root, include }));
    expect(error.message).toContain(join(root, "one/a.txt"));
    expect(error.message).toContain(join(root, "two/a.txt"));
  });

  it("when it is a link to nothing that is named outright; below a directory it is no file", async () => {
    const root = await project({ "f.js": "export {};", "data/own.txt": "own" });
    await symlink(join(root, "gone"), join(root, "data/broken"));
    const error = await rejection(bundle({ module: "f.js", root, include: ["data/broken"] }));
    expect(error.message).toContain("data/broken");
    expect(await included(root, ["data"])).toEqual(["data/own.txt"]);
  });
});
