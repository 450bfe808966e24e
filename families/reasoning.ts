import { PROBLEMS } from '../api/families/reasoning/problems.ts';
import { ReasoningSettings } from '../schemas/families/reasoning/settings.ts';
import { defineFamily } from './define.ts';

/** Tasks in plain words: planned, priced, approved against escrow, executed as a graph of paid steps. */
export const reasoning = defineFamily<ReasoningSettings>({
  name: 'reasoning',
  settings: {
    title: 'Tasks in plain words',
    shape: ReasoningSettings.shape,
    readers: { MAX_WORKFLOW_COST: 'API', MAX_EXECUTION_TIME: 'API', DEPOSIT_WAIT_MS: 'API' },
  },
  problems: PROBLEMS,
  api: () => import('./reasoning/api.ts'),
  workflows: ['reasoning'],
  health: {
    checks: ['chain', 'facilitator', 'planner'],
    metrics: [
      'workflowSuccessRate',
      'averageExecutionTime',
      'totalCostProcessed',
      'errorRates',
      'paymentsUnknown',
    ],
  },
});
