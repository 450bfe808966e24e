import { databaseTime, dueHeads, keepAnchors } from '../../db/repositories/audit-anchors.ts';
import type { ApiDeps } from '../context.ts';
import type { ApiSettings } from '../settings.ts';
import { createReceiptSigner } from './key.ts';

/**
 * Signs the head of each audit chain that grew, once an interval over all processes. Each anchor is logged as well, out of
 * reach of whoever alters the database.
 */
export async function anchorAudit({
  db,
  sealer,
  log,
  settings,
}: Pick<ApiDeps, 'db' | 'sealer' | 'log'> & {
  settings: Pick<ApiSettings, 'auditAnchorEveryMs'>;
}): Promise<void> {
  const { key, signAnchor } = createReceiptSigner(sealer);
  const anchors = await db.transaction(async (client) => {
    const heads = await dueHeads(client, settings.auditAnchorEveryMs);
    if (heads.length === 0) return [];
    const at = await databaseTime(client);
    const signed = heads.map((head) => {
      const signature = signAnchor({ ...head, at: at.toISOString() });
      return { ...head, at, public_key: key.public_key, signature };
    });
    await keepAnchors(client, signed);
    return signed;
  });
  for (const anchor of anchors) log.info({ audit_anchor: anchor }, 'audit: the head of a chain is anchored');
}
