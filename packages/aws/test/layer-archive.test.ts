import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import JSZip from "jszip";
import { layerArchive } from "../dist/dependencies/installer/layer-archive.js";
import { moduleFiles, oversize } from "../dist/dependencies/installer/module-files.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "node-modules-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, content: string, mode = 0o600): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  await chmod(join(root, path), mode);
}

describe("the archive of a layer", () => {
  it("has files that all may read, programs that all may run, and links", async () => {
    await write("tool/data.json", "{}");
    await write("tool/run.js", "#!", 0o700);
    await mkdir(join(root, ".bin"));
    await symlink("../tool/run.js", join(root, ".bin", "tool"));
    const archive = await JSZip.loadAsync(await layerArchive(await moduleFiles(root), "{}"));
    const modes = Object.values(archive.files).map(({ name, unixPermissions }) => [
      name,
      Number(unixPermissions).toString(8),
    ]);
    expect(modes).toEqual([
      ["nodejs/package.json", "100644"],
      ["nodejs/node_modules/.bin/tool", "120755"],
      ["nodejs/node_modules/tool/data.json", "100644"],
      ["nodejs/node_modules/tool/run.js", "100755"],
    ]);
    const link = archive.file("nodejs/node_modules/.bin/tool");
    expect(await link?.async("text")).toBe("../tool/run.js");
  });

  it("has links within `node_modules` only, and relative ones", async () => {
    await write("real/index.js", "");
    await symlink(join(root, "real"), join(root, "alias"));
    await symlink(tmpdir(), join(root, "outside"));
    const files = await moduleFiles(root);
    expect(files.map(({ path, target }) => [path, target])).toEqual([
      ["alias", "real"],
      ["real/index.js", undefined],
    ]);
  });

  it("has nothing of npm's own notes, which tell where packages came from", async () => {
    await write(".package-lock.json", '{"resolved":"https://ada:secret@host.example"}');
    await write("a/.package-lock.json", "{}");
    expect((await moduleFiles(root)).map(({ path }) => path)).toEqual(["a/.package-lock.json"]);
  });

  it("may have no modules at all", async () => {
    expect(await moduleFiles(join(root, "none"))).toEqual([]);
  });
});

describe("modules that are too large for Lambda", () => {
  it("are refused with the names of the largest", async () => {
    await write("small/index.js", "x");
    await write("@scope/large/node_modules/inner/data", "x".repeat(3 << 20));
    await write("large/data", "x".repeat(2 << 20));
    const files = await moduleFiles(root);
    expect(oversize(files, 6 << 20)).toBeUndefined();
    expect(oversize(files, 4 << 20)).toMatch(/^they take 5\.0 MB, .* at most 4\.0 MB /);
    expect(oversize(files, 4 << 20)).toContain(
      "The largest packages are @scope/large (3.0 MB), large (2.0 MB), small (0.0 MB)",
    );
  });

  it("are measured by Lambda's limit", () => {
    const file = { path: "big/data", source: "/big/data", mode: 0o644 };
    expect(oversize([{ ...file, bytes: 262_144_000 }])).toBeUndefined();
    expect(oversize([{ ...file, bytes: 262_144_001 }])).toContain("at most 250 MB");
  });
});
