import type { CompensateOutcome } from '../../domain/ports/calling.ts';

/** One undo, registered before its act. `key` is the step it belongs to. */
export interface Undo {
  key: string;
  run(): Promise<CompensateOutcome>;
}

/** `certain`: its act is known to have happened; the others run because theirs may have. */
export interface PlannedUndo {
  key: string;
  certain: boolean;
}

export interface UndoRecord {
  key: string;
  outcome: CompensateOutcome;
}

/** Undos in the order their acts were completed; acts that may have happened count as completed last. */
export interface Saga {
  register(undo: Undo): void;
  /** The act is known to have happened now. */
  completed(key: string): void;
  /** Forgets an undo whose act certainly did not happen. */
  forget(key: string): void;
  /** What `compensate` would run now, in its order. */
  planned(): PlannedUndo[];
  /** Runs the undos in reverse, records each outcome, goes on after a failed one. Each undo runs once. */
  compensate(onOutcome?: (record: UndoRecord) => void): Promise<UndoRecord[]>;
}

export function createSaga(): Saga {
  const undos = new Map<string, Undo>();
  const order: string[] = [];
  const planned = (): PlannedUndo[] => {
    const uncertain = [...undos.keys()].filter((key) => !order.includes(key));
    return [
      ...uncertain.toReversed().map((key) => ({ key, certain: false })),
      ...order.toReversed().flatMap((key) => (undos.has(key) ? [{ key, certain: true }] : [])),
    ];
  };
  return {
    planned,
    register: (undo) => void undos.set(undo.key, undo),
    completed: (key) => void (undos.has(key) && order.push(key)),
    forget: (key) => void undos.delete(key),
    async compensate(onOutcome) {
      const records: UndoRecord[] = [];
      for (const { key } of planned()) {
        const undo = undos.get(key);
        if (undo === undefined) continue;
        undos.delete(key);
        const record = { key, outcome: await attempt(undo) };
        records.push(record);
        onOutcome?.(record);
      }
      return records;
    },
  };
}

async function attempt(undo: Undo): Promise<CompensateOutcome> {
  try {
    return await undo.run();
  } catch (error) {
    return {
      kind: 'failed',
      code: 'UNDO_FAILED',
      message: error instanceof Error ? error.message : String(error),
    };
  }
}
