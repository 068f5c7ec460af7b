import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endpointOf } from "../../worker/environment.js";
import { signedFetch } from "../../worker/signed-fetch.js";
import {
  unpackFiles,
  type InstallFile,
  type InstallRequest,
  type InstallResponse,
} from "../install-message.js";
import { withoutSecrets } from "../npmrc.js";
import { layerArchive } from "./layer-archive.js";
import { moduleFiles, oversize } from "./module-files.js";
import { runNpm } from "./npm-run.js";

/** Milliseconds kept back of what Lambda leaves: for the archive, its way to the bucket, and our answer. */
const RESERVE = 90_000;
/** Milliseconds that npm has at least. */
const LEAST_TIME = 10_000;
/** Milliseconds that the archive may take to the bucket, beyond what any request may take. */
const UPLOAD_TIME = 45_000;

/**
 * Installs dependencies, and puts a layer's archive of them into the job's bucket. Whatever goes wrong is
 * in the answer; nothing is logged, since what npm prints may hold secrets.
 *
 * @param timeLeft - milliseconds until Lambda ends this.
 */
export async function install(request: InstallRequest, timeLeft: number): Promise<InstallResponse> {
  const scratch = await mkdtemp(join(tmpdir(), "faast-install-"));
  let npmrc = "";
  const failed = (reason: string, output = ""): InstallResponse => ({
    faast: 1,
    failure: { reason: withoutSecrets(reason, npmrc), output: withoutSecrets(output, npmrc) },
  });
  try {
    const files = await unpackFiles(request.files);
    npmrc = contentOf(files, ".npmrc");
    const directory = join(scratch, "project");
    await mkdir(directory);
    await mkdir(join(scratch, "home"));
    for (const { content, name } of files)
      await writeFile(join(directory, name), content, { mode: name === ".npmrc" ? 0o600 : 0o644 });
    const time = Math.max(LEAST_TIME, timeLeft - RESERVE);
    const { failure, output } = await runNpm({
      directory,
      scratch,
      command: request.command,
      time,
    });
    if (failure !== undefined) return failed(failure, output);
    const installed = await moduleFiles(join(directory, "node_modules"));
    const excess = oversize(installed);
    if (excess !== undefined) return failed(excess);
    await upload(request, await layerArchive(installed, contentOf(files, "package.json")));
    return { faast: 1 };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

function contentOf(files: readonly InstallFile[], wanted: InstallFile["name"]): string {
  return files.find(({ name }) => name === wanted)?.content ?? "";
}

/** Into the bucket that is there: one that has been removed is not made again. */
async function upload({ bucket, key }: InstallRequest, archive: Uint8Array): Promise<void> {
  const response = await signedFetch("s3", `${endpointOf("s3")}/${bucket}/${key}`, {
    method: "PUT",
    body: archive as RequestInit["body"] & {},
    wait: UPLOAD_TIME,
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`S3 PutObject failed: ${response.status} ${text.slice(0, 500)}`);
}
