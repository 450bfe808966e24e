import type { FamilyModule } from '../../family.ts';
import { listFlows } from './catalogue.ts';
import { createHealth } from './health.ts';
import { mip003Routes } from './mip003.ts';
import { FAMILY } from './names.ts';
import { nativeRoutes } from './native.ts';
import type { MasumiOptions } from './options.ts';
import { workflowStart } from './order.ts';
import { problemStyle } from './problems.ts';
import { giveInput } from './provide-input.ts';
import { openShop } from './shop.ts';

/** The family of agents sold over MIP-003: paid in advance through a Masumi payment service, done by Kodosumi's flows. */
export function createMasumi(options: MasumiOptions): FamilyModule {
  const shop = openShop(options);
  return {
    name: FAMILY,
    description:
      'Agents sold over MIP-003: paid in advance through a Masumi payment service, done by Kodosumi flows.',
    routes: [...mip003Routes(shop), ...nativeRoutes(shop)],
    problems: problemStyle,
    prefixes: ['/mip003'],
    restart: workflowStart(options.taskQueue),
    sweep: () => shop.directory.refresh(),
    health: createHealth(options),
    inputErrors: ['kodosumi_unavailable'],
    giveInput: (ctx, run, input) => giveInput(ctx, options, run, input),
    flows: () => listFlows(shop),
  };
}
