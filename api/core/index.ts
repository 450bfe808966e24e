import type { FamilyModule } from '../family.ts';
import type { Route } from '../route.ts';
import type { StreamRoute } from '../stream/define-stream.ts';
import { approvalRoutes } from './approvals.ts';
import { attentionRoutes } from './attention.ts';
import { budgetRoutes } from './budgets.ts';
import { catalogueRoutes } from './catalogues.ts';
import { feedStream } from './feed.ts';
import { keyRoutes } from './keys.ts';
import { ledgerRoutes } from './ledger.ts';
import { paymentRoutes } from './payments.ts';
import { receiptRoutes } from './receipts.ts';
import { runRoutes, runStream } from './runs.ts';
import { serviceRoutes } from './services.ts';
import { statusRoutes } from './status.ts';
import { ticketRoutes } from './tickets.ts';

/** The engine's own API, over every family (common.md, "Runs"). */
export const coreRoutes = (families: readonly FamilyModule[]): Route[] => [
  ...statusRoutes(families),
  ...runRoutes,
  ...receiptRoutes,
  ...catalogueRoutes(families),
  ...serviceRoutes(families),
  ...approvalRoutes,
  ...paymentRoutes,
  ...budgetRoutes,
  ...attentionRoutes,
  ...ledgerRoutes,
  ...ticketRoutes,
  ...keyRoutes,
];

export const coreStreams: readonly StreamRoute[] = [runStream, feedStream];
