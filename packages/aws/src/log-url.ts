import { partitionOf } from "./partition.js";

/** What names a stream of a function's log. */
export interface LogPlace {
  readonly region: string;
  readonly functionName: string;
  readonly logStream?: string;
  /** From when it is of interest: milliseconds since the epoch. */
  readonly start?: number;
}

/** The console's page of a function's log group. */
export function logGroupUrl({ region, functionName }: LogPlace): string {
  const group = consoleEncode(`/aws/lambda/${functionName}`);
  return `https://${region}.${partitionOf(region).consoleDomain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${group}`;
}

/** The console's page of one log stream. */
export function logStreamUrl(place: LogPlace): string {
  const stream = consoleEncode(place.logStream ?? "");
  // A query within the fragment: its own signs are encoded once, unlike names.
  const start = place.start === undefined ? "" : `$3Fstart$3D${place.start}`;
  return `${logGroupUrl(place)}/log-events/${stream}${start}`;
}

/** The console's own encoding of a fragment: percent signs, encoded once more, become dollar signs. */
function consoleEncode(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll("%", "$");
}
