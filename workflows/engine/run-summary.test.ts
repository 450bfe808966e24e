import { describe, expect, test } from 'vitest';
import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import { summarise } from './run-summary.ts';

const totals = { cost: '1250000', timeMs: 3, asset: 'USDC', decimals: 6 };

describe('the summary of a run', () => {
  test('has its cost in whole units and the only output as it is', () => {
    expect(summarise({ status: 'completed', totals, outputs: { last: { inline: { n: 1 } } } })).toEqual({
      status: 'completed',
      cost: [{ amount: '1.25', asset: 'USDC' }],
      output: { n: 1 },
    });
  });

  test('has several outputs by their keys, and of large ones where they are or how large', () => {
    const ref = { ref: 'run:abc', sha256: 'abc', size: 70_000 };
    const outputs = { stored: ref, long: { inline: 'x'.repeat(2000) }, short: { inline: 'x' } };
    expect(summarise({ status: 'completed', totals, outputs }).output).toEqual({
      stored: ref,
      long: { size: 2002 },
      short: 'x',
    });
  });

  test('of a run that did not complete has no output, which its projection does not show either', () => {
    const error = { code: 'APPROVAL_EXPIRED', message: 'Nobody approved.', recoverable: true };
    const outputs = { last: { inline: 'a result' } };
    expect(summarise({ status: 'cancelled', totals: UNKNOWN_TOTALS, outputs, error })).toEqual({
      status: 'cancelled',
      cost: [],
      error: { code: 'APPROVAL_EXPIRED', message: 'Nobody approved.' },
    });
  });
});
