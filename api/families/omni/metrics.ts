import { countCalls } from '../../../db/omni/read-calls.ts';
import { toMnee } from '../../../domain/omni/money.ts';
import type { ApiDeps } from '../../context.ts';
import { labelled, metric } from '../../core/prometheus.ts';
import type { OmniOptions } from './options.ts';

/** The family's figures for Prometheus (omni.md, section 7). Doubles are what Prometheus has. */
export async function metricsOf({ db }: ApiDeps, { tenant }: OmniOptions): Promise<string[]> {
  const { transactions, actions, spent } = await countCalls(db.pool, tenant);
  return [
    metric('omni_spend_mnee_total', 'counter', 'MNEE that agents have paid.', Number(toMnee(spent))),
    labelled('omni_policy_total', 'counter', 'Decisions of the policy.', 'action', actions),
    labelled('omni_tx_total', 'counter', 'Payments of agents.', 'status', transactions),
  ];
}
