import { parseExact } from '../../../domain/exact-json.ts';
import { isObject } from '../../../domain/json.ts';
import { readBody } from '../../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import { readPaymentRequired, type PaymentRequired } from '../../../domain/payments/x402/offers.ts';
import { storableJson } from '../../../domain/storable.ts';
import type { Json } from '../../../schemas/core/json.ts';

/** A payment echoes its terms in a header of its own, and servers take 16 KiB of headers. */
const LARGEST_TERMS = 12 * 1024;

/**
 * The terms of a 402: version 2 has them in a header, version 1 in the body. A header that is malformed, names no offer or
 * is too large to be echoed gives way to a body that does better.
 */
export function readTerms(answer: HttpAnswer): PaymentRequired | undefined {
  const header = answer.headers['payment-required'];
  const inHeader = header === undefined ? undefined : readPaymentRequired(readHeader(header));
  const isUsable = inHeader !== undefined && inHeader.offers.length > 0;
  if (isUsable && header!.length <= LARGEST_TERMS) return inHeader;
  const inBody = readPaymentRequired(readBody(answer));
  return inBody !== undefined && inBody.offers.length > 0 ? inBody : (inHeader ?? inBody);
}

/** What a seller says of the settlement. `transaction` is a hint where to look, and nothing of it is proof. */
export interface Settlement {
  transaction: string | null;
  /** The settlement goes on: its facilitator has sent it and does not know yet what became of it. */
  pending: boolean;
  /** The facilitator's words for why it is not settled. */
  why: string | undefined;
}

const PENDING = 'settlement_pending';
const TRANSACTION = /^[A-Za-z0-9]{16,128}$/; // 0x and hex, or base58

/** Reads PAYMENT-RESPONSE, whatever the status of the answer is. Bodies and terms may say "pending", too. */
export function readSettlement(answer: HttpAnswer): Settlement {
  const header = answer.headers['payment-response'] ?? answer.headers['x-payment-response'];
  const said = settlementIn(header === undefined ? undefined : readHeader(header));
  if (said.transaction !== null || said.pending || isFine(answer)) return said;
  const inBody = settlementIn(readBody(answer));
  if (inBody.pending) return inBody;
  return readTerms(answer)?.error === PENDING ? { ...said, pending: true } : said;
}

const isFine = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

function settlementIn(value: Json | undefined): Settlement {
  if (!isObject(value)) return { transaction: null, pending: false, why: undefined };
  const { transaction, errorReason, errorMessage, error } = value;
  const words = [errorReason, errorMessage].filter((word) => typeof word === 'string' && word !== '');
  return {
    transaction: typeof transaction === 'string' && TRANSACTION.test(transaction) ? transaction : null,
    pending: errorReason === PENDING || error === PENDING,
    why: words.length > 0 ? words.join(': ') : undefined,
  };
}

/** The JSON that a header carries as base64, in either alphabet; undefined when it is none. */
function readHeader(header: string): Json | undefined {
  if (!/^[\w+/=-]+$/.test(header.trim())) return undefined;
  try {
    return storableJson(parseExact(Buffer.from(header.trim(), 'base64').toString('utf8')));
  } catch {
    return undefined;
  }
}
