import { isObject } from '../../../domain/json.ts';
import { readBody } from '../../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import { plainText } from '../../../domain/plain-text.ts';
import { readSettlement, readTerms } from './headers.ts';

/**
 * Why a paid call was answered 402, in the facilitator's words: of the settlement, or else of the next quote. It may well
 * mean that the same payment has settled before ("..._simulation_failed"), so it is told to people and decides nothing.
 */
export function readQuoteError(answer: HttpAnswer): string | undefined {
  if (answer.status !== 402) return undefined;
  const why = readSettlement(answer).why ?? readTerms(answer)?.error ?? errorIn(answer);
  return why && `The payment was not accepted: ${plainText(why).slice(0, 200).toWellFormed()}`;
}

function errorIn(answer: HttpAnswer): string | undefined {
  const body = readBody(answer);
  const error = isObject(body) ? body['error'] : undefined;
  return typeof error === 'string' ? error : undefined;
}
