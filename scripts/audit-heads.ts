import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { isAnchorSignedBy } from '../api/receipts/key.ts';
import { bodiesOf } from '../domain/receipts/bodies.ts';
import type { KnownHead } from './audit-verify.ts';
import { checkOnPaper } from '../api/receipts/verify.ts';
import { readReceipt } from '../api/receipts/read-receipt.ts';

/** The head that a receipt names; null when it names none. Throws when the receipt itself is not valid. */
export function headOfReceipt(file: string, trusted: string | undefined): KnownHead | null {
  const receipt = readReceipt(file);
  const wrong = checkOnPaper(receipt, { publicKey: trusted }).find(({ verdict }) => verdict === 'failed');
  if (wrong !== undefined)
    throw new Error(
      `${file} is not to be believed: ${wrong.link}: ${wrong.detail}. steward verify says more.`,
    );
  const { run, audit } = bodiesOf(receipt);
  return audit.head && { ...audit.head, tenant: run.tenant, from: `the receipt of run ${run.id} (${file})` };
}

const Logged = z.object({
  audit_anchor: z.object({
    tenant: z.string(),
    line: z.int(),
    hash: z.string(),
    at: z.string(),
    public_key: z.string(),
    signature: z.string(),
  }),
});

/** The anchors in a log file of API processes (JSON lines). Lines that are signed by another key are skipped. */
export async function headsOfLog(file: string, trusted: string | undefined): Promise<KnownHead[]> {
  const heads: KnownHead[] = [];
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (!text.includes('"audit_anchor"')) continue;
    const logged = Logged.safeParse(parseOrNull(text)).data?.audit_anchor;
    if (logged === undefined) continue;
    const { public_key, signature, ...head } = logged;
    if (isAnchorSignedBy(trusted ?? public_key, head, signature))
      heads.push({ ...head, from: `the anchor of ${head.at} in ${file}` });
  }
  return heads;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
