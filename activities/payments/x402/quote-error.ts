import { decodePaymentRequiredHeader, decodePaymentResponseHeader } from '@x402/core/http';
import { readBody } from '../../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import { storableText } from '../../../domain/storable.ts';

/**
 * Why a paid call was answered 402, in the facilitator's words: of the settlement, or else of the next quote. It may well
 * mean that the same payment has settled before ("..._simulation_failed"), so it is told to people and decides nothing.
 */
export function readQuoteError(answer: HttpAnswer): string | undefined {
  if (answer.status !== 402) return undefined;
  const why = settlementError(answer) ?? quoteError(answer);
  return why && `The payment was not accepted: ${storableText(why.replaceAll(/\s+/g, ' ').slice(0, 200))}`;
}

function settlementError({ headers }: HttpAnswer): string | undefined {
  const header = headers['payment-response'] ?? headers['x-payment-response'];
  if (header === undefined) return undefined;
  try {
    const { errorReason, errorMessage } = decodePaymentResponseHeader(header) as Record<string, unknown>;
    const said = [errorReason, errorMessage].filter((word) => typeof word === 'string' && word !== '');
    return said.length > 0 ? said.join(': ') : undefined;
  } catch {
    return undefined;
  }
}

function quoteError(answer: HttpAnswer): string | undefined {
  const header = answer.headers['payment-required'];
  try {
    const document =
      header === undefined ? readBody(answer) : (decodePaymentRequiredHeader(header) as object);
    const { error } = document as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
