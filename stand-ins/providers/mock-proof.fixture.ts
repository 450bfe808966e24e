import { createHash } from 'node:crypto';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** For tests: what mock mode proves a payment with. */
export function mockProof(taskId: string) {
  const serviceCallHash = sha256(taskId);
  return { taskId, serviceCallHash, paymentTx: `0x${sha256(`mock|${serviceCallHash}`)}` };
}
