import type { Seller, StatusReader } from '../../domain/payments/seller.ts';
import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { IncomingRail, PayingRail, RailBook } from '../../domain/payments/rail.ts';

export interface CallingDeps {
  db: Database;
  journal: Journal;
  values: Values;
  sealer: Sealer;
  fetch: HttpFetch;
  assets: AssetBook;
  rails: RailBook<PayingRail & IncomingRail>;
  now?: () => number;
  checkpoint?: Checkpoint;
}

/** What a call needs, every default filled in. */
export type CallTools = CallingDeps & {
  seller: Seller & StatusReader;
  now: () => number;
  checkpoint: Checkpoint;
};
