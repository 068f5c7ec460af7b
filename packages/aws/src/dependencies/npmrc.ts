/** Characters that a text must have to be struck out wherever it occurs. */
const SECRET_LENGTH = 4;

/** Settings whose values are secrets, for all registries or (after a colon) for one. */
const secretKey = /(?:^|:)(?:_auth|_authToken|_password|password|_secret|otp|key|cert)$/i;

/**
 * Puts the values of this program's environment into a `.npmrc`, as npm would: `${NPM_TOKEN}` is set here,
 * and not where npm runs. What is not set stays as it is; `${NAME?}` becomes nothing then.
 */
export function expandedNpmrc(npmrc: string, env: NodeJS.ProcessEnv): string {
  return npmrc.replace(
    /(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}/g,
    (whole, slashes: string, name: string, optional: string | undefined) => {
      if (slashes.length % 2 === 1) return whole;
      return slashes + (env[name] ?? (optional === undefined ? whole.slice(slashes.length) : ""));
    },
  );
}

/** Takes the secrets of a `.npmrc` out of a text, such as npm's output; and passwords out of any URL. */
export function withoutSecrets(text: string, npmrc: string): string {
  let clean = text.replace(/(\/\/)[^/\s@]+@/g, "$1***@");
  // The longest first: one may be a part of another.
  const secrets = secretsOf(npmrc).sort((left, right) => right.length - left.length);
  for (const secret of secrets) clean = clean.replaceAll(secret, "***");
  return clean;
}

function secretsOf(npmrc: string): string[] {
  return npmrc.split(/[\r\n]+/).flatMap((line) => {
    const at = line.indexOf("=");
    if (at === -1 || !secretKey.test(iniText(line.slice(0, at)))) return [];
    const written = line.slice(at + 1).trim();
    // As npm reads it; and as it is written, with and without quotes, for output of others than npm.
    const read = iniText(written);
    return [...new Set([read, iniText(read), written])].flatMap((value) => {
      // `_password` is encoded, and so is `_auth`, with the name of the user before it.
      const decoded = Buffer.from(value, "base64").toString();
      const parts = [value, decoded, ...decoded.split(":").slice(1)];
      return parts.filter(({ length }) => length >= SECRET_LENGTH);
    });
  });
}

/** A key or a value as npm's ini files have it: in quotes, or up to a comment. */
function iniText(text: string): string {
  const trimmed = text.trim();
  const [, quote, quoted] = /^(["'])(.*)\1$/.exec(trimmed) ?? [];
  if (quoted === undefined) {
    const [bare = ""] = /^(?:\\.?|[^;#\\])*/.exec(trimmed) ?? [];
    return bare.replace(/\\([\\;#])/g, "$1").trim();
  }
  try {
    return String(JSON.parse(quote === '"' ? trimmed : quoted));
  } catch {
    return quoted; // as it should be in single quotes
  }
}
