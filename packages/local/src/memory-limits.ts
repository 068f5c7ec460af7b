/**
 * MB of resident memory that a process has beside what `memorySize` gives the functions: Node itself
 * (about 50), the young generation of V8's heap (up to 48), and `Buffer`s that are garbage already but
 * not collected yet, which V8 tolerates up to a bound. A job whose data fit in `memorySize` is never
 * ended for what is not its own.
 */
export const RESIDENT_ALLOWANCE = 192;

/**
 * MB by which V8's own limit of a thread's heap lies above ours, where we can see to ours ourselves. V8 ends
 * the whole process if one step (an array that grows, a text that is split) takes a thread far beyond its
 * limit; such a step is a gigabyte at most.
 */
export const THREAD_HEADROOM = 1024;

/** What a worker may take. */
export interface MemoryLimits {
  /** MB of V8's heap. */
  readonly heap: number;
  /** MB of resident memory. */
  readonly resident: number;
  /** For the message where the heap is exhausted: completes "the worker ran out of memory". */
  readonly heapAdvice: string;
  /** The message where we have found it exhausted ourselves. */
  readonly heapMessage: string;
  /** The same for resident memory, given its bytes. */
  readonly residentMessage: (bytes: number) => string;
}

/** The limits of a worker, by the options. */
export function memoryLimits(options: {
  readonly memorySize: number;
  readonly childProcessMemoryMb: number;
}): MemoryLimits {
  const { memorySize, childProcessMemoryMb } = options;
  const heap = childProcessMemoryMb === 0 ? memorySize : childProcessMemoryMb;
  const size = Math.max(memorySize, heap);
  const heapOption = childProcessMemoryMb === 0 ? "memorySize" : "childProcessMemoryMb";
  const sizeOption = size > memorySize ? "childProcessMemoryMb" : "memorySize";
  const heapAdvice = `: its JavaScript heap reached the ${heap} MB of the option "${heapOption}"`;
  return {
    heap,
    resident: size + RESIDENT_ALLOWANCE,
    heapAdvice,
    heapMessage: `the worker ran out of memory${heapAdvice}`,
    residentMessage: (bytes) =>
      `the worker ran out of memory: its process took ${Math.ceil(bytes / 2 ** 20)} MB, Buffers and native memory included, of the ${size + RESIDENT_ALLOWANCE} MB that it may take (${size} MB of the option "${sizeOption}" and ${RESIDENT_ALLOWANCE} MB for Node itself)`,
  };
}
