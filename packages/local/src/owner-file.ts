import { renameSync, writeFileSync } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { JobIdentity } from "@faast/core/provider";
import { ownIdentity, parseIdentity, type ProcessIdentity } from "./process-identity.js";

/** The file that makes a directory ours: the first to be there, and the last to go. */
export const OWNER_FILE = "job.json";
/** Bytes that such a file may have. */
const MOST_BYTES = 64 * 1024;

/** What an owner file says. */
export interface DirectoryOwner {
  readonly tags: Readonly<Record<string, string>>;
  /** The calling process. */
  readonly client: ProcessIdentity | undefined;
  /** When the lease was last renewed. */
  readonly renewed: Date;
}

/** Says whose a directory is; whole or not at all, since collectors go by it. */
export function writeOwner(directory: string, job: JobIdentity, description: string): void {
  const tags = {
    "faast:job": job.id,
    "faast:owner": ownerName(),
    "faast:created": job.createdAt.toISOString(),
  };
  writeMark(join(directory, OWNER_FILE), { tags, description, ...ownIdentity() });
}

/** Writes a file that marks something as ours. */
export function writeMark(file: string, content: Record<string, unknown>): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, JSON.stringify(content), { mode: 0o600 });
  renameSync(unfinished, file);
}

/** Whose a directory is; undefined if there is no such file in it, or it does not say. */
export async function readOwner(directory: string): Promise<DirectoryOwner | undefined> {
  return readMark(join(directory, OWNER_FILE));
}

/** What a mark says; undefined if there is none of ours. */
export async function readMark(file: string): Promise<DirectoryOwner | undefined> {
  try {
    const status = await lstat(file);
    if (!status.isFile() || status.size > MOST_BYTES) return undefined;
    const content = JSON.parse(await readFile(file, "utf8")) as { tags?: Record<string, unknown> };
    const tags = Object.entries(content.tags ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return {
      tags: Object.fromEntries(tags),
      client: parseIdentity(content),
      renewed: status.mtime,
    };
  } catch {
    return undefined;
  }
}

/** Who runs this, for people. */
function ownerName(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname(); // a user without a name
  }
}
