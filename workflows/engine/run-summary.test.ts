import { describe, expect, test } from 'vitest';
import { summarise } from './run-summary.ts';

const run = { runId: 'wf_1', status: 'completed' as const };
const paid = { cost: [{ amount: '1.25', asset: 'USDC' }] };

describe('the summary of a run', () => {
  test('has its cost in whole units, the only output as it is, and where the rest is', () => {
    expect(summarise({ ...run, outputs: { last: { inline: { n: 1 } } } }, paid)).toEqual({
      status: 'completed',
      cost: [{ amount: '1.25', asset: 'USDC' }],
      see: '/runs/wf_1',
      output: { n: 1 },
    });
  });

  test('has several outputs by their keys, and of large ones where they are or how large', () => {
    const ref = { ref: 'run:abc', sha256: 'abc', size: 70_000 };
    const outputs = { stored: ref, long: { inline: 'x'.repeat(2000) }, short: { inline: 'x' } };
    expect(summarise({ ...run, outputs }, paid).output).toEqual({
      stored: ref,
      long: { size: 2002 },
      short: 'x',
    });
  });

  test('of a run that did not complete has no output, which its projection does not show either', () => {
    const error = { code: 'APPROVAL_EXPIRED', message: 'Nobody approved.', recoverable: true };
    const outputs = { last: { inline: 'a result' } };
    expect(summarise({ runId: 'wf_1', status: 'cancelled', outputs, error }, { cost: [] })).toEqual({
      status: 'cancelled',
      cost: [],
      see: '/runs/wf_1',
      error: { code: 'APPROVAL_EXPIRED', message: 'Nobody approved.' },
    });
  });
});
