/** Kinds of work of the engine itself; families add theirs. Each has a task queue of its own (architecture decision 14). */
export const ENGINE_QUEUES = ['engine', 'money', 'llm'] as const;

export type EngineQueue = (typeof ENGINE_QUEUES)[number];

/** The task queue for a kind of work, named after the queue that workflows run on. */
export const queueOf = (base: string, kind: string): string => (kind === 'engine' ? base : `${base}-${kind}`);

/** The engine's own task queues. */
export const taskQueues = (base: string): { [kind in EngineQueue]: string } => ({
  engine: queueOf(base, 'engine'),
  money: queueOf(base, 'money'),
  llm: queueOf(base, 'llm'),
});
