import { decodePaymentRequiredHeader } from '@x402/core/http';
import { readBody } from '../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import { storableText } from '../../domain/storable.ts';

/**
 * Why a paid call was answered 402, in the facilitator's words. It may well mean that the same payment has settled
 * before ("..._simulation_failed"), so it is told to people and decides nothing.
 */
export function readQuoteError(answer: HttpAnswer): string | undefined {
  if (answer.status !== 402) return undefined;
  const header = answer.headers['payment-required'];
  try {
    const document =
      header === undefined ? readBody(answer) : (decodePaymentRequiredHeader(header) as object);
    const { error } = document as { error?: unknown };
    return typeof error === 'string'
      ? `The payment was not accepted: ${storableText(error.slice(0, 200))}`
      : undefined;
  } catch {
    return undefined;
  }
}
