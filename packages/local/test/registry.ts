import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** One file in the format of `tar`. */
function tarEntry(path: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, "0"), at);
  header.write(path, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.fill(" ", 148, 156);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

/** A package of which each version exports its own version. */
function tarball(name: string, version: string): Buffer {
  const manifest = JSON.stringify({ name, version, type: "module", exports: "./index.js" });
  const code = `export const answer = ${JSON.stringify(version)};\n`;
  return gzipSync(
    Buffer.concat([
      tarEntry("package/package.json", manifest),
      tarEntry("package/index.js", code),
      Buffer.alloc(1024),
    ]),
  );
}

/** A registry of npm with one package, in this process. */
export class Registry {
  /** What was asked for, by path. */
  readonly requests: string[] = [];
  /** With which authorization, if with any. */
  readonly authorizations: string[] = [];
  /** Requests wait for it. */
  held: Promise<void> = Promise.resolve();
  private readonly server: Server;
  private readonly name = "a-dependency";
  private readonly tarballs = new Map(
    ["1.0.0", "1.1.0"].map((version) => [version, tarball(this.name, version)]),
  );

  private constructor() {
    this.server = createServer((request, response) => {
      this.requests.push(request.url ?? "");
      this.authorizations.push(request.headers.authorization ?? "");
      void this.held.then(() => {
        const [, version = ""] = /-(\d+\.\d+\.\d+)\.tgz$/.exec(request.url ?? "") ?? [];
        const file = this.tarballs.get(version);
        if (file !== undefined) return response.end(file);
        if (request.url === `/${this.name}`) return response.end(JSON.stringify(this.document()));
        response.writeHead(404).end("{}");
      });
    });
  }

  static async start(): Promise<Registry> {
    const registry = new Registry();
    await new Promise<void>((resolve) => registry.server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A lockfile that holds the package at a version. */
  lockfile(version: string): string {
    const dependencies = { [this.name]: "^1.0.0" };
    return JSON.stringify({
      name: "job",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { name: "job", dependencies },
        [`node_modules/${this.name}`]: { version, ...this.distribution(version) },
      },
    });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private distribution(version: string) {
    const file = this.tarballs.get(version) ?? Buffer.alloc(0);
    return {
      resolved: `${this.url}/${this.name}/-/${this.name}-${version}.tgz`,
      integrity: `sha512-${createHash("sha512").update(file).digest("base64")}`,
    };
  }

  private document() {
    const versions = [...this.tarballs.keys()].map((version) => {
      const { resolved: tarball, integrity } = this.distribution(version);
      return [version, { name: this.name, version, dist: { tarball, integrity } }] as const;
    });
    return {
      name: this.name,
      "dist-tags": { latest: "1.1.0" },
      versions: Object.fromEntries(versions),
    };
  }
}
