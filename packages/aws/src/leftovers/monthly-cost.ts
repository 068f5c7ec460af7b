/** What it costs to keep a gigabyte for a month. */
export interface StoragePrice {
  /** US dollars for each GB (2^30 bytes) and month, in `us-east-1`: most other regions are within a third. */
  readonly perGigabyteMonth: number;
  readonly source: string;
  /** The month in which the source said so. */
  readonly asOf: string;
}

/** Queues, topics, functions and layers cost nothing while nobody uses them. */
export const storagePrices = {
  logs: {
    perGigabyteMonth: 0.03,
    source: "https://aws.amazon.com/cloudwatch/pricing/",
    asOf: "2026-11",
  },
  objects: {
    perGigabyteMonth: 0.023,
    source: "https://aws.amazon.com/s3/pricing/",
    asOf: "2026-11",
  },
} as const satisfies Record<string, StoragePrice>;

/** US dollars in a month for so many bytes. */
export function monthlyCost(bytes: number, { perGigabyteMonth }: StoragePrice): number {
  return (bytes / 2 ** 30) * perGigabyteMonth;
}
