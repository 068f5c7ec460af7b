import { stat } from "node:fs/promises";
import { reasonOf, walk, type Listing, type WalkOptions } from "./walk.js";

/** The folder to count is none, or cannot be read. */
export class FolderError extends Error {
  override readonly name = "FolderError";
}

/**
 * Lists the files of the folder that the user named.
 *
 * @throws FolderError saying what is wrong with it, and what to give instead.
 */
export async function listFolder(folder: string, options: WalkOptions): Promise<Listing> {
  let listing: Listing;
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw new FolderError(`${folder} is a file. Give the folder that it is in.`);
    }
    listing = await walk(folder, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof FolderError) throw error;
    const reason = reasonOf(error);
    throw new FolderError(
      reason === "ENOENT"
        ? `There is no folder ${folder}. Give one that is there, or none to count the workspace's node_modules.`
        : `The folder ${folder} cannot be read (${reason}).`,
    );
  }
  if (listing.files.length === 0) {
    throw new FolderError(`There are no files to count in ${folder}.`);
  }
  return listing;
}
