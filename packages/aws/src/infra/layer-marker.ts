/** What the tags of other resources say, for a layer version: whose it is, and until when it is needed. */
export interface LayerMarker {
  /** The UUID of the job that has published it. */
  readonly job: string;
  readonly createdAt: Date;
  /** From then on, no job begins to use it. */
  readonly expiresAt: Date;
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const form = new RegExp(
  `^faast:job=([\\da-f-]+) faast:created=(${TIME}) faast:expires=(${TIME})(?: |$)`,
);

/** A marker as the description of a layer version: at most 256 characters. */
export function markerText({ job, createdAt, expiresAt }: LayerMarker): string {
  return `faast:job=${job} faast:created=${createdAt.toISOString()} faast:expires=${expiresAt.toISOString()} (dependencies installed by faast)`;
}

/** The marker in a description; undefined where there is none: the layer version is not ours then. */
export function markerOf(description: string): LayerMarker | undefined {
  const [, job, created, expires] = form.exec(description) ?? [];
  if (job === undefined || created === undefined || expires === undefined) return undefined;
  return { job, createdAt: new Date(created), expiresAt: new Date(expires) };
}
