import { Worker } from 'node:worker_threads';

/** What the thread is given: a run's `final`, and the most bytes that its output may have. */
export interface LargeFinal {
  final: string;
  mostBytes: number;
}

/**
 * The JSON text of the `FlowResult` in a large `final`; undefined when its output is too large. A thread of its own reads it:
 * that takes seconds, in which this process does other work.
 */
export function readFinalInThread(final: string, mostBytes: number): Promise<Uint8Array | undefined> {
  const workerData: LargeFinal = { final, mostBytes };
  const thread = new Worker(new URL('large-final-thread.ts', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) =>
      reject(new Error(`The thread that reads a result ended without it (exit code ${code}).`)),
    );
  });
}
