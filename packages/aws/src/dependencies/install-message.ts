import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

/** A file that is to lie where npm runs. */
export interface InstallFile {
  readonly name: "package.json" | "package-lock.json" | "npm-shrinkwrap.json" | ".npmrc";
  readonly content: string;
}

/** What the function that installs dependencies is asked for. */
export interface InstallRequest {
  readonly faast: 1;
  /** The files, as JSON, compressed, in base64. They may hold secrets: they are stored nowhere. */
  readonly files: string;
  /** The arguments for npm. */
  readonly command: readonly string[];
  /** Where the layer's archive is to be put. */
  readonly bucket: string;
  readonly key: string;
}

/** What it answers. */
export interface InstallResponse {
  readonly faast: 1;
  /** Why there is no archive; undefined: there is one. */
  readonly failure?: {
    readonly reason: string;
    /** The end of what npm has printed, less secrets. */
    readonly output: string;
  };
}

/** Files, packed for a request: lockfiles are large, and say the same again and again. */
export async function packFiles(files: readonly InstallFile[]): Promise<string> {
  return (await promisify(gzip)(JSON.stringify(files))).toString("base64");
}

/** The files of a request. */
export async function unpackFiles(packed: string): Promise<InstallFile[]> {
  const json = await promisify(gunzip)(Buffer.from(packed, "base64"));
  return JSON.parse(json.toString()) as InstallFile[];
}
