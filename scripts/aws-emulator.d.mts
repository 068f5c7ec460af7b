/** A running emulator. */
export interface RunningEmulator {
  readonly endpoint: string;
  readonly region: string;
  readonly pid: number;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** The end of what it printed. */
  log(): string;
  /** Ends it and all workers of its functions, and removes its files. May be called again. */
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Settings of the emulator's own; `AUTH: "true"` has it enforce IAM policies. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
}

export declare const EMULATOR_REGION: string;
export declare function startEmulator(options?: EmulatorOptions): Promise<RunningEmulator>;
export declare function emulatorEnvironment(
  emulator: Pick<RunningEmulator, "endpoint" | "region">,
  account?: string,
): Record<string, string>;
