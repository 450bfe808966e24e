import { isAnchorSignedBy } from '../api/receipts/key.ts';
import type { Queryable } from '../db/ledger.ts';
import {
  anchorsOf,
  hashAt,
  lostReceiptHead,
  verifyAudit,
  type KeptAnchor,
} from '../db/repositories/audit-check.ts';

/** The id of a line of the chain, and what is wrong with it. */
export interface Problem {
  line: number;
  what: string;
}

/** The verdict on a tenant's chain. `anchors` counts the anchors that hold; `anchored` is the line of the last of them. */
export interface TrailVerdict {
  tenant: string;
  lines: number;
  anchors: number;
  anchored: number | null;
  problems: Problem[];
}

/** A head of a chain that is known from another place: a receipt or a log. */
export interface KnownHead {
  tenant: string;
  line: number;
  hash: string;
  /** Where it is known from, in words. */
  from: string;
}

/** Recomputes one chain and compares it with every head that was anchored or is known from elsewhere. */
export async function verifyTrail(
  db: Queryable,
  tenant: string,
  known: readonly KnownHead[],
  trusted: string | undefined,
): Promise<TrailVerdict> {
  const chain = await verifyAudit(db, tenant);
  const kept = await checkAnchors(db, tenant, trusted);
  const problems = [
    chain.valid ? undefined : { line: chain.brokenAt, what: chain.what },
    kept.problem,
    await checkReceiptHeads(db, tenant),
    ...(await Promise.all(known.filter((head) => head.tenant === tenant).map((head) => checkHead(db, head)))),
  ];
  return {
    tenant,
    lines: chain.lines,
    anchors: kept.anchors,
    anchored: kept.anchored,
    problems: problems.filter((problem) => problem !== undefined),
  };
}

async function checkAnchors(
  db: Queryable,
  tenant: string,
  trusted: string | undefined,
): Promise<{ anchors: number; anchored: number | null; problem: Problem | undefined }> {
  let anchors = 0;
  let anchored: number | null = null;
  for await (const anchor of anchorsOf(db, tenant)) {
    const problem = anchorProblem(anchor, trusted);
    if (problem !== undefined) return { anchors, anchored, problem };
    anchors += 1;
    anchored = anchor.line;
  }
  return { anchors, anchored, problem: undefined };
}

function anchorProblem(anchor: KeptAnchor, trusted: string | undefined): Problem | undefined {
  const { tenant, line, hash, public_key, signature } = anchor;
  const at = anchor.at.toISOString();
  if (!isAnchorSignedBy(trusted ?? public_key, { tenant, line, hash, at }, signature))
    return { line, what: `its anchor of ${at} is not signed by the installation's key` };
  return headProblem(line, hash, anchor.found, `the anchor of ${at}`);
}

function headProblem(line: number, hash: string, found: string | null, from: string): Problem | undefined {
  if (found === null) return { line, what: `it is missing: ${from} has it` };
  if (found !== hash)
    return { line, what: `it, or a line before it, was rewritten: ${from} has another hash` };
  return undefined;
}

async function checkReceiptHeads(db: Queryable, tenant: string): Promise<Problem | undefined> {
  const lost = await lostReceiptHead(db, tenant);
  return lost && headProblem(lost.line, '', lost.found, `the receipt of run ${lost.run_id}`);
}

async function checkHead(
  db: Queryable,
  { tenant, line, hash, from }: KnownHead,
): Promise<Problem | undefined> {
  return headProblem(line, hash, await hashAt(db, tenant, line), from);
}
