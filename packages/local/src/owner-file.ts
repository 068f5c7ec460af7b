import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { lstat, lutimes, readFile, readlink, rm } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import type { JobIdentity } from "@faast/core/provider";
import { ownIdentity, parseIdentity, type ProcessIdentity } from "./process-identity.js";

/** What follows the path of a directory in that of its owner file. */
export const OWNER_SUFFIX = ".owner";
/** Bytes that a mark may have: a link cannot hold more everywhere. */
const MOST_BYTES = 1024;
/** Characters of a description that are kept. */
const DESCRIPTION_LENGTH = 100;

/** What an owner file, or the mark of something else, says. */
export interface Mark {
  readonly tags: Readonly<Record<string, string>>;
  /** Who made it. */
  readonly client: ProcessIdentity | undefined;
  /** When it was made, or its lease was last renewed. */
  readonly renewed: Date;
}

/**
 * Says whose a directory is that is about to be made. It lies beside the directory, from before that is
 * there until after it is gone, so that whatever is interrupted, what is left can be told to be ours.
 *
 * A symbolic link whose target is the text: unlike a file, it appears with its content or not at all.
 * Windows, which lets few users make links, gets a file.
 */
export function writeOwner(directory: string, job: JobIdentity, description: string): void {
  const tags = {
    "faast:job": job.id,
    "faast:owner": ownerName(),
    "faast:created": job.createdAt.toISOString(),
  };
  const note = description === "" ? {} : { description: description.slice(0, DESCRIPTION_LENGTH) };
  const path = directory + OWNER_SUFFIX;
  const full = { tags, ...ownIdentity(), ...note };
  // What is not ASCII takes more bytes than characters.
  const fits = Buffer.byteLength(JSON.stringify(full)) < MOST_BYTES;
  const content = fits ? full : { tags, ...ownIdentity() };
  if (process.platform === "win32") writeMark(path, content);
  else symlinkSync(JSON.stringify(content), path);
}

/** Takes the owner file away: the directory is gone. */
export async function removeOwner(directory: string): Promise<void> {
  await rm(directory + OWNER_SUFFIX, { force: true });
}

/** The same, without waiting. */
export function removeOwnerNow(directory: string): void {
  rmSync(directory + OWNER_SUFFIX, { force: true });
}

/** Tells those who cannot see the owner's process that it is alive. */
export async function renewOwner(directory: string): Promise<void> {
  const now = new Date();
  await lutimes(directory + OWNER_SUFFIX, now, now);
}

/** Whose a directory is; undefined if it has no owner file of this user's. */
export async function readOwner(directory: string): Promise<Mark | undefined> {
  const path = directory + OWNER_SUFFIX;
  const status = await lstat(path).catch(() => undefined);
  const isSound = process.platform === "win32" ? status?.isFile() : status?.isSymbolicLink();
  // Others may write in the temporary directory, too.
  const isOwn = process.getuid === undefined || status?.uid === process.getuid();
  return isSound === true && isOwn ? readMark(path) : undefined;
}

/** Writes a file that marks something as ours. */
export function writeMark(file: string, content: Record<string, unknown>): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, JSON.stringify(content), { mode: 0o600 });
  renameSync(unfinished, file);
}

/** What a mark says, be it a file or a link; undefined if there is none of ours. */
export async function readMark(path: string): Promise<Mark | undefined> {
  try {
    const status = await lstat(path);
    if (!status.isSymbolicLink() && (!status.isFile() || status.size > MOST_BYTES))
      return undefined;
    const text = status.isSymbolicLink() ? await readlink(path) : await readFile(path, "utf8");
    const content = JSON.parse(text) as { tags?: Record<string, unknown> };
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
