import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./expectations.js";
import type { SuiteContext } from "./suite-context.js";

/** A deployment from its beginning to its end. Where the first of these fails, the others will. */
export function lifeTests(context: SuiteContext): void {
  const test = context.test.bind(context);

  test("a job is deployed, answers a call, and is cleaned up", [], async () => {
    const m = await context.start();
    assert.equal(await m.functions.hello("there"), "hello there");
    await m.cleanup();
    await context.expectNothingLeft();
  });

  test(
    "cleanup() keeps what was created if it is told to, and removes it when called again",
    [],
    async () => {
      const m = await context.start();
      await m.functions.hello("there");
      await m.cleanup({ deleteResources: false });
      const { leftovers } = context.subject;
      if (leftovers !== undefined) assert.notDeepEqual([...(await leftovers())], []);
      await m.cleanup();
      await context.expectNothingLeft();
    },
  );

  test("files to include are there, from the working directory", ["own process"], async () => {
    const folder = await mkdtemp(join(tmpdir(), "conformance-"));
    try {
      await writeFile(join(folder, "conformance-note.txt"), "a note");
      await writeFile(join(folder, "conformance-secret.txt"), "not to be sent");
      const include = [{ path: "conformance-*.txt", cwd: folder }];
      const m = await context.start({ include, exclude: ["conformance-secret.txt"] });
      assert.equal(await m.functions.readText("conformance-note.txt"), "a note");
      assert.equal(await m.functions.readText("conformance-secret.txt"), undefined);
      await m.cleanup();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const { readLog } = context.subject;
  if (readLog === undefined) return;
  test("what functions print is read where logUrl says", [], async () => {
    const m = await context.start();
    const marker = `printed by the suite ${Math.random()}`;
    await m.functions.print(marker);
    const { logUrl } = await m.functionsDetail.hello("there");
    assert.ok(logUrl !== undefined);
    await until(async () => (await readLog(logUrl)).includes(marker));
    await m.cleanup();
  });
}
