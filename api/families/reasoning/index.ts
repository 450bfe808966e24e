import type { FamilyModule } from '../../family.ts';
import { approveRoute } from './approve.ts';
import { cancelRoute } from './cancel.ts';
import { createRoute, workflowStart } from './create.ts';
import { accountRoutes } from './escrow/accounts.ts';
import { depositRoute } from './escrow/deposit.ts';
import { sweepEscrow } from './escrow/sweep.ts';
import { withdrawRoute } from './escrow/withdraw.ts';
import { withdrawQuoteRoute } from './escrow/withdraw-quote.ts';
import { health } from './health.ts';
import { FAMILY } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { problemStyle } from './problems.ts';
import { readRoutes } from './reads.ts';
import { rerunWorkflow } from './rerun.ts';
import { listServices } from './services.ts';
import { startHere } from './start-here.ts';
import { workflowStream } from './stream.ts';

/** The family of tasks in plain words: planned, priced, approved against escrow, executed as a paid graph. */
export function createReasoning(options: ReasoningOptions): FamilyModule {
  return {
    name: FAMILY,
    description:
      'Tasks in plain words: planned, priced, approved against escrow, executed as a graph of paid steps.',
    startHere,
    routes: [
      createRoute(options),
      ...readRoutes(options),
      approveRoute(options),
      cancelRoute,
      ...accountRoutes(options),
      depositRoute(options),
      withdrawQuoteRoute(options),
      withdrawRoute(options),
    ],
    streams: [workflowStream(options)],
    problems: problemStyle,
    prefixes: ['/workflows', '/users', '/escrow'],
    restart: workflowStart(options),
    rerun: (ctx, run, wanted) => rerunWorkflow(ctx, options, run, wanted),
    services: () => listServices(options),
    sweep: (deps) => sweepEscrow(deps, options),
    health: (deps) => health(deps, options),
  };
}
