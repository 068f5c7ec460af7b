import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "../../local/test/registry.ts";
import { createAwsClients } from "../dist/infra/clients.js";
import type { Emulator } from "./emulator.ts";

/** What a project is to be like. */
export interface ProjectShape {
  /** The version that its lockfile holds. Default: there is no lockfile. */
  readonly locked?: string;
  readonly dependencies?: Record<string, string>;
  /** More lines of its `.npmrc`. */
  readonly npmrc?: string;
}

/** A folder with a `package.json`, and the registry that only the `.npmrc` beside it names. */
export class DependencyProject {
  readonly registry: Registry;
  private readonly folder: string;

  private constructor(registry: Registry, folder: string) {
    this.registry = registry;
    this.folder = folder;
  }

  static async create(): Promise<DependencyProject> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "layers-")));
    return new DependencyProject(await Registry.start(), folder);
  }

  /** Writes its files anew. Gives the path of the `package.json`. */
  async write({ locked, dependencies, npmrc = "" }: ProjectShape = {}): Promise<string> {
    const directory = join(this.folder, "project");
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    const content = {
      name: "job",
      dependencies: dependencies ?? { "a-dependency": "^1.0.0" },
      devDependencies: { "no-such-development-tool": "^1.0.0" },
    };
    await writeFile(join(directory, "package.json"), JSON.stringify(content));
    const { url } = this.registry;
    const settings = `registry=${url}/\nfetch-retries=0\ncache=/proc/no-place\n${npmrc}\n`;
    await writeFile(join(directory, ".npmrc"), settings);
    if (locked !== undefined)
      await writeFile(join(directory, "package-lock.json"), this.registry.lockfile(locked));
    return join(directory, "package.json");
  }

  async remove(): Promise<void> {
    await this.registry.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The layer versions of an account, as `name:version`. */
export async function layersIn({ region, clientConfig }: Emulator): Promise<string[]> {
  const clients = await createAwsClients({ region, clientConfig });
  try {
    const lambda = await clients.lambda();
    const { Layers = [] } = await lambda.listLayers({});
    const versions = Layers.map(async ({ LayerName }) => {
      const { LayerVersions = [] } = await lambda.listLayerVersions({ LayerName });
      return LayerVersions.map(({ Version }) => `${LayerName}:${Version}`);
    });
    return (await Promise.all(versions)).flat().sort();
  } finally {
    clients.destroy();
  }
}
