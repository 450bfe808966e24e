import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import type { Values } from '../../db/values.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';

export interface LedgerDeps {
  db: Database;
  journal: Journal;
  values: Values;
  assets: AssetBook;
  checkpoint?: Checkpoint;
}
