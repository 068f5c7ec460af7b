import { rmSync } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { userCacheDirectory } from "../cache/user-cache-directory.js";
import { lateCrypto } from "../late-builtins.js";

/** Milliseconds between two automatic collections in one place. */
const INTERVAL = 60 * 60_000;

/** Claims are files named after the place and the hour: `<hash>-<hour>`. */
const claimName = /^[0-9a-f]{64}-\d+$/;

/** Where claims are kept, for all programs of this user. */
function stampDirectory(): string {
  return join(userCacheDirectory(), "faast", "collections");
}

/**
 * Claims the automatic collection of a place for this process: one process an hour gets it, however many
 * ask at once, since only one can create the file of this hour. The result gives the claim back, at once.
 *
 * @param place - what is collected: the provider, and its collector's scope.
 * @returns undefined if it has been claimed by another within the hour.
 * @throws what the file system says.
 */
export async function claimCollection(place: string): Promise<(() => void) | undefined> {
  const now = Date.now();
  const directory = stampDirectory();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const hash = lateCrypto().createHash("sha256").update(place).digest("hex");
  const hour = Math.floor(now / INTERVAL);
  const before = await stat(join(directory, `${hash}-${hour - 1}`)).catch(() => undefined);
  if (before !== undefined && now - before.mtimeMs < INTERVAL) return undefined;
  const claim = join(directory, `${hash}-${hour}`);
  try {
    await (await open(claim, "wx", 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
  for (const name of await readdir(directory)) {
    const isOld = claimName.test(name) && Number(name.split("-")[1]) < hour - 1;
    if (isOld) await rm(join(directory, name), { force: true });
  }
  return () => rmSync(claim, { force: true });
}
