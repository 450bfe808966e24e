import type { Values } from '../../db/values.ts';
import { EngineError } from '../../domain/errors.ts';
import { isNotReached } from '../../domain/outside-errors.ts';
import { outputsFor } from '../../domain/plan/outputs.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { Seller, SellerAnswer, StatusReader } from '../../domain/payments/seller.ts';
import { serviceRequest, type ServiceRequest } from '../../domain/payments/service-request.ts';
import type { Outputs } from '../../domain/ports/values.ts';
import { resolveParams } from '../../domain/plan/paths.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

export function createSeller(deps: { fetch: HttpFetch; values: Values }): Seller & StatusReader {
  return {
    async call({ step, outputs, idempotencyKey, timeoutMs, headers }) {
      const loaded = await loadOutputs(deps.values, outputs, step.inputMapping);
      const resolved = resolveParams(step, loaded);
      if (!resolved.ok) {
        const why = unreadable(loaded);
        const message = `Nothing to pass on for ${resolved.missing.join(', ')}: an earlier step did not return it.${why}`;
        return { kind: 'blocked', code: 'INPUT_MISSING', message };
      }
      const { url, method } = step;
      const request = serviceRequest({ url, method, params: resolved.params, idempotencyKey });
      return send(deps.fetch, { ...request, headers: { ...request.headers, ...headers } }, timeoutMs);
    },
    ask: (url, timeoutMs) =>
      send(deps.fetch, { url, method: 'GET', headers: { accept: 'application/json' } }, timeoutMs),
  };
}

/** Says which of the outputs are texts: a path leads into JSON alone. */
function unreadable(outputs: JsonObject): string {
  const texts = Object.entries(outputs).filter(([, value]) => typeof value === 'string');
  return texts.map(([key, text]) => ` ${key} is ${describeText(text as string)}.`).join('');
}

function describeText(text: string): string {
  if (text === '') return 'empty';
  const constant = /(?<=[:[,\s]|^)-?(?:NaN|Infinity)\b/.exec(text)?.[0];
  return constant === undefined
    ? 'text that is not JSON'
    : `text that is not JSON: JSON has no number ${constant}`;
}

async function send(fetch: HttpFetch, request: ServiceRequest, timeoutMs: number): Promise<SellerAnswer> {
  const started = performance.now();
  const { url, ...rest } = request;
  try {
    const answer = await fetch(url, { ...rest, timeoutMs });
    return { kind: 'answered', answer, timeMs: Math.round(performance.now() - started) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof EngineError) return { kind: 'blocked', code: error.code.toUpperCase(), message };
    return {
      kind: 'silent',
      code: 'NETWORK',
      message: `No answer from ${URL.parse(url)?.host ?? url}: ${message}`,
      away: isNotReached(error),
    };
  }
}

/** Only the outputs that a mapping reads are loaded. */
async function loadOutputs(
  values: Values,
  outputs: Outputs,
  mapping: { readonly [param: string]: string } | undefined,
): Promise<JsonObject> {
  const wanted = Object.entries(outputsFor(mapping, outputs));
  return Object.fromEntries(
    await Promise.all(wanted.map(async ([key, ref]) => [key, await values.load(ref)] as const)),
  );
}
