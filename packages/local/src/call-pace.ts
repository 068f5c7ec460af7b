/** A function whose calls take less than this (ms) is over sooner than a process is woken for it. */
const SHORT = 0.15;
/** Share of the newest of a function's times, where it has become shorter. */
const WEIGHT = 1 / 8;
/** Calls of a function before anything is expected of it. */
const MIN_CALLS = 8;

/** What a function has taken so far. */
interface Pace {
  calls: number;
  /** Milliseconds. */
  expected: number;
}

/** Knows which functions return at once, from what their calls have taken. */
export class CallPace {
  private readonly paces = new Map<string, Pace>();

  /**
   * Takes note of a call.
   *
   * @param executionTime - milliseconds.
   * @returns as `ifShort()`, for the next one.
   */
  note(functionName: string, executionTime: number): number | undefined {
    const pace = this.paces.get(functionName);
    if (pace === undefined) {
      this.paces.set(functionName, { calls: 1, expected: executionTime });
      return undefined;
    }
    pace.calls++;
    // One that takes long is heeded at once, and for a while.
    const { expected } = pace;
    pace.expected =
      executionTime > expected ? executionTime : expected + (executionTime - expected) * WEIGHT;
    return isShort(pace) ? pace.expected : undefined;
  }

  /** Milliseconds that a call of the function is expected to take, if it is over at once; else undefined. */
  ifShort(functionName: string): number | undefined {
    const pace = this.paces.get(functionName);
    return pace !== undefined && isShort(pace) ? pace.expected : undefined;
  }
}

function isShort({ calls, expected }: Pace): boolean {
  return calls >= MIN_CALLS && expected < SHORT;
}
