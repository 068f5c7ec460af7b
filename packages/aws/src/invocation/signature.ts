import { createHmac, hash } from "node:crypto";

/** Credentials as the SDK's chain gives them. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What is the same in many requests. */
export interface SigningScope {
  readonly region: string;
  /** AWS's name of the service, in signatures. */
  readonly service: string;
  readonly method: string;
  /** As it is sent. */
  readonly path: string;
  /** By lower-case names, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

const sha256 = (data: string | Uint8Array) => hash("sha256", data, "hex");
const hmac = (key: string | Uint8Array, text: string) =>
  createHmac("sha256", key).update(text).digest();

/**
 * Signs requests that differ in their bodies alone, by AWS's Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-create-signed-request.html).
 *
 * The SDK's own signer makes anew for each request what here is made once: an invocation would take twice the
 * processor time with it.
 */
export class RequestSigner {
  private readonly scope: SigningScope;
  private readonly canonicalPath: string;
  private readonly signed: readonly (readonly [name: string, value: string])[];
  /** Of a day and a secret. */
  private derived: { readonly origin: string; readonly key: Uint8Array } | undefined;

  constructor(scope: SigningScope) {
    this.scope = scope;
    this.canonicalPath = escaped(scope.path).replaceAll("%2F", "/");
    this.signed = Object.entries(scope.headers)
      .filter(([name]) => name === "host" || name === "content-type" || name.startsWith("x-amz-"))
      .map(([name, value]) => [name, value.trim().replace(/\s+/g, " ")] as const);
  }

  /** The headers of a request with this body: those that all have, and what makes its signature. */
  sign(body: Uint8Array, keys: SigningKeys, now: Date): Record<string, string> {
    const { method, region, service, headers } = this.scope;
    const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
    const own: Record<string, string> = {
      "x-amz-content-sha256": sha256(body),
      "x-amz-date": time,
      ...(keys.sessionToken ? { "x-amz-security-token": keys.sessionToken } : {}),
    };
    const signed = [...this.signed, ...Object.entries(own)].sort(([a], [b]) => (a < b ? -1 : 1));
    const names = signed.map(([name]) => name).join(";");
    const lines = signed.map(([name, value]) => `${name}:${value}\n`).join("");
    const canonical = `${method}\n${this.canonicalPath}\n\n${lines}\n${names}\n${own["x-amz-content-sha256"]}`;
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac("sha256", this.keyOf(day, keys)).update(text).digest("hex");
    const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...headers, ...own, authorization };
  }

  private keyOf(day: string, { secretAccessKey }: SigningKeys): Uint8Array {
    const origin = `${day} ${secretAccessKey}`;
    if (this.derived?.origin !== origin) {
      const { region, service } = this.scope;
      const steps = [region, service, "aws4_request"];
      const key = steps.reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
      this.derived = { origin, key };
    }
    return this.derived.key;
  }
}

/** What is escaped in the path already is escaped again: S3 alone does without. */
function escaped(path: string): string {
  return encodeURIComponent(path).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
