import type { CompensateOutcome } from '../../domain/ports/calling.ts';
import type { BookDeps } from '../reconciliation/tools.ts';

/** What the engine asks of a family whose run has lost its workflow. */
export type UndoOfFamily = (
  family: string,
  runId: string,
) => Promise<{ key: string; outcome: CompensateOutcome }[]>;

export interface RepairDeps extends Pick<BookDeps, 'db' | 'journal' | 'assets' | 'workflowState'> {
  /** Ids of all workflows that run. May lag behind: whoever is not in it is asked about by itself. */
  runningWorkflows(): Promise<ReadonlySet<string>>;
  /** Where this worker looks for workflows. */
  namespace: string;
  undoOfFamily: UndoOfFamily;
  /** A younger run may not be listed at Temporal yet. */
  youngMs?: number;
}
