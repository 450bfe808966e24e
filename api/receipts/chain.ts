import { GENESIS } from '../../domain/receipts/check.ts';
import { isFinal, issuedAt } from '../../domain/receipts/closing.ts';
import type { Receipt, ReceiptBodies } from '../../schemas/core/receipt.ts';
import { hashJson } from './hash.ts';
import type { ReceiptSigner } from './key.ts';

/** Links the sections by their hashes and signs the last one, with what stands beside them. */
export function sealReceipt(bodies: ReceiptBodies, { key, sign }: ReceiptSigner): Receipt {
  let previous = GENESIS;
  const link = <Name extends keyof ReceiptBodies>(section: Name) => {
    const linked = { section, previous, body: bodies[section] };
    const hash = hashJson(linked);
    previous = hash;
    return { ...linked, hash };
  };
  const sections: Receipt['sections'] = [
    link('run'),
    link('plan'),
    link('approvals'),
    link('payments'),
    link('ledger'),
    link('refunds'),
    link('result'),
    link('events'),
    link('audit'),
  ];
  const { jwk: _jwk, ...issuer } = key;
  const head = {
    version: 1 as const,
    final: isFinal(bodies),
    issued_at: issuedAt(bodies),
    issuer,
    root: previous,
  };
  const { root, ...before } = head;
  return { ...before, sections, root, signature: sign(head) };
}
