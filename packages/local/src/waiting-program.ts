import { pathToFileURL } from "node:url";
import type { Assignment } from "./waiting-process.js";

/** What a process runs that is started before there is an archive: it waits to be told the entry. */
process.once("message", ({ entry }: Assignment) => {
  // The entry is to find all as if Node had been started with it.
  process.argv[1] = entry;
  void import(pathToFileURL(entry).href);
});
