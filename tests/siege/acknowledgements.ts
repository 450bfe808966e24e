import { expect } from 'vitest';
import type { Acknowledged } from '../kills/customer.ts';

/** Every answer that told a customer of a success, by its Idempotency-Key. */
export interface Acknowledgements {
  add(what: Acknowledged): void;
  all(): Acknowledged[];
}

export function keepAcknowledgements(): Acknowledgements {
  const byKey = new Map<string, Acknowledged>();
  return {
    add(what) {
      const first = byKey.get(what.key);
      if (first !== undefined)
        expect({ key: what.key, ...what.answer }).toEqual({ key: what.key, ...first.answer });
      byKey.set(what.key, first ?? what);
    },
    all: () => [...byKey.values()],
  };
}

/** Repeats every request at every API: each answer must be the first one. */
export async function holdAcknowledgements(acks: Acknowledgements, urls: readonly string[]): Promise<void> {
  const broken: unknown[] = [];
  for (const { path, body, key, answer } of acks.all())
    for (const url of urls) {
      const again = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
      const told: unknown = await again.json();
      const isReplay = again.headers.get('idempotent-replayed') === 'true';
      if (!isReplay || JSON.stringify(told) !== JSON.stringify(answer))
        broken.push({ path, key, status: again.status, answer, told });
    }
  expect(broken).toEqual([]);
}
