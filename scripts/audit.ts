import { createReceiptSigner } from '../api/receipts/key.ts';
import type { Database } from '../db/database.ts';
import { auditedTenants } from '../db/repositories/audit-check.ts';
import { checkSchema } from '../families/schema.ts';
import { createSealer } from '../db/sealing.ts';
import { headOfReceipt, headsOfLog } from './audit-heads.ts';
import { trailLines } from './audit-lines.ts';
import { verifyTrail, type KnownHead, type TrailVerdict } from './audit-verify.ts';
import { runScript, UsageError } from './command-line.ts';
import { installationOf, openInstallation } from './open-database.ts';

await runScript({
  name: 'audit',
  about: `Says whether the audit trail is as it was written. Reads every line in the database of DATABASE_URL, computes each
tenant's chain again, and compares it with every anchor (a signed head of the chain) and every receipt that was issued.
Names the first line that does not fit.`,
  arguments: { verify: 'what there is to do' },
  options: {
    tenant: { value: 'NAME', about: "only this tenant's chain" },
    receipt: {
      value: 'FILE',
      many: true,
      about: 'a receipt that was kept elsewhere; may be given several times',
    },
    log: {
      value: 'FILE',
      many: true,
      about: 'a log of an API process (JSON lines), for the anchors in it; may be given several times',
    },
    'public-key': {
      value: 'KEY',
      about: 'the key of GET /receipts/key, base64; else the one that STEWARD_DATA_KEY makes',
    },
    data: {
      value: 'DIR',
      about:
        'folder of the local stack whose database it is (DATABASE_URL, else the stack of DATA_DIR, ./data)',
    },
    json: { about: 'the verdict as JSON' },
  },
  examples: [
    'steward audit verify',
    'steward audit verify --tenant default --receipt receipt.json --log api.log --json',
  ],
  notes: `Exit code 0: everything fits. 1: something does not, or could not be read. 2: the command line is wrong.`,
  async run({ values, positionals: [action] }) {
    if (action !== 'verify') throw new UsageError('Say verify; --help shows how.');
    const installation = installationOf(values.data);
    const trusted = values['public-key'] ?? keyFrom(installation.dataKey);
    const known = await knownHeads(values, trusted);
    const db = await openInstallation(installation, checkSchema);
    try {
      const verdicts = await verifyAll(db, values.tenant, known, trusted);
      const valid = verdicts.every(({ problems }) => problems.length === 0);
      process.exitCode = valid ? 0 : 1;
      const said = values.json
        ? JSON.stringify({ valid, key_trusted: trusted !== undefined, tenants: verdicts }, null, 2)
        : trailLines(verdicts, trusted !== undefined).join('\n');
      process.stdout.write(`${said}\n`);
    } finally {
      await db.close();
    }
  },
});

function keyFrom(dataKey: string | undefined): string | undefined {
  return dataKey === undefined ? undefined : createReceiptSigner(createSealer(dataKey)).key.public_key;
}

async function knownHeads(
  { receipt, log }: { receipt: string[]; log: string[] },
  trusted: string | undefined,
): Promise<KnownHead[]> {
  const ofReceipts = receipt.map((file) => headOfReceipt(file, trusted)).filter((head) => head !== null);
  const ofLogs = await Promise.all(log.map((file) => headsOfLog(file, trusted)));
  return [...ofReceipts, ...ofLogs.flat()];
}

/** One snapshot for everything, so that lines added meanwhile are in neither the chain nor the anchors. */
function verifyAll(
  db: Database,
  tenant: string | undefined,
  known: readonly KnownHead[],
  trusted: string | undefined,
): Promise<TrailVerdict[]> {
  return db.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read read only');
    const all = new Set([...(await auditedTenants(client)), ...known.map((head) => head.tenant)]);
    const verdicts: TrailVerdict[] = [];
    for (const one of tenant === undefined ? [...all].toSorted() : [tenant])
      verdicts.push(await verifyTrail(client, one, known, trusted));
    return verdicts;
  });
}
