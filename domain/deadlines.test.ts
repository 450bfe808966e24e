import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDeadlines, describeConflict, type DeadlineRule, type FixedInstants } from './deadlines.ts';

type Name = 'a' | 'b' | 'c' | 'd' | 'e';
const NAMES: Name[] = ['a', 'b', 'c', 'd', 'e'];
const rule = (earlier: Name, later: Name, gapMs: number): DeadlineRule<Name> => ({
  earlier,
  later,
  gapMs,
  why: `${earlier}${later} takes ${gapMs}`,
});

describe('instants that must follow each other', () => {
  test('are feasible when there is time for all that lies between', () => {
    const result = checkDeadlines({ a: 0, d: 100 }, [rule('a', 'b', 30), rule('b', 'd', 60)]);
    expect(result).toMatchObject({ feasible: true, slackMs: 10 });
    expect(result.feasible && NAMES.slice(0, 3).map((name) => result.latest(name))).toEqual([
      0,
      40,
      Infinity,
    ]);
  });

  test('name the pair that contradicts, what takes the time between them, and how much is missing', () => {
    const result = checkDeadlines({ a: 0, d: 80 }, [rule('a', 'b', 30), rule('b', 'd', 60)]);
    expect(result).toEqual({
      feasible: false,
      conflict: { earlier: 'a', later: 'd', lackMs: 10, why: ['ab takes 30', 'bd takes 60'] },
    });
  });

  test('are told of by the longest way, and the worst contradiction first', () => {
    const rules = [rule('a', 'd', 20), rule('a', 'b', 30), rule('b', 'd', 60), rule('a', 'c', 500)];
    expect(checkDeadlines({ a: 0, d: 80, c: 100 }, rules)).toMatchObject({
      conflict: { earlier: 'a', later: 'c', lackMs: 400 },
    });
  });

  test('are free where nobody fixed them', () => {
    const result = checkDeadlines({}, [rule('a', 'b', 5)]);
    expect(result).toMatchObject({ feasible: true, slackMs: Infinity });
  });

  test('are a bug when they go round', () => {
    expect(() => checkDeadlines({}, [rule('a', 'b', 1), rule('b', 'a', 1)])).toThrow('circle');
  });

  test('are told to people as a sentence', () => {
    const result = checkDeadlines({ a: 0, b: 4000 }, [rule('a', 'b', 6500)]);
    const say = { a: 'now', b: 'the end', c: '', d: '', e: '' };
    expect(!result.feasible && describeConflict(result.conflict, say)).toBe(
      'the end comes 3 s too early after now: ab takes 6500.',
    );
  });
});

/** Acyclic rules over five instants (earlier letters come first), and times for some of them. */
const network = fc.record({
  rules: fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 50 }))
      .filter(([from, to]) => from < to)
      .map(([from, to, gap]) => rule(NAMES[from]!, NAMES[to]!, gap)),
    { minLength: 1, maxLength: 8 },
  ),
  fixed: fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 150 })) as fc.Arbitrary<
    FixedInstants<Name>
  >,
});

const holds = (times: FixedInstants<Name>, rules: readonly DeadlineRule<Name>[]): boolean =>
  rules.every(({ earlier, later, gapMs }) => times[earlier]! + gapMs <= times[later]!);

describe('whatever the rules and times', () => {
  test('feasible means that there are times for all of them, the latest ones among them', () => {
    fc.assert(
      fc.property(network, ({ rules, fixed }) => {
        const result = checkDeadlines(fixed, rules);
        if (!result.feasible) return;
        const far = 10_000;
        const times = Object.fromEntries(
          NAMES.map((name) => [
            name,
            fixed[name] ?? Math.min(result.latest(name), far + 100 * NAMES.indexOf(name)),
          ]),
        ) as FixedInstants<Name>;
        expect(holds(times, rules)).toBe(true);
      }),
    );
  });

  test('a conflict is a proof: its reasons, summed, are longer than the time between its two instants', () => {
    fc.assert(
      fc.property(network, ({ rules, fixed }) => {
        const result = checkDeadlines(fixed, rules);
        if (result.feasible) return;
        const { earlier, later, lackMs, why } = result.conflict;
        const needed = why.reduce((sum, text) => sum + Number(text.split(' ').at(-1)), 0);
        expect(needed - (fixed[later]! - fixed[earlier]!)).toBe(lackMs);
        expect(lackMs).toBeGreaterThan(0);
        const [first, last] = [why[0]![0], why.at(-1)![1]];
        expect([first, last]).toEqual([earlier, later]);
      }),
    );
  });

  test('more time never makes infeasible, and one rule more never makes feasible', () => {
    fc.assert(
      fc.property(network, fc.nat(50), fc.nat(), ({ rules, fixed }, more, pick) => {
        const before = checkDeadlines(fixed, rules);
        const shorter = rules.map((one, index) =>
          index === pick % rules.length ? { ...one, gapMs: Math.max(0, one.gapMs - more) } : one,
        );
        if (before.feasible) expect(checkDeadlines(fixed, shorter).feasible).toBe(true);
        if (!before.feasible)
          expect(checkDeadlines(fixed, [...rules, rule('a', 'e', more)]).feasible).toBe(false);
      }),
    );
  });

  test('slack is exact: every fixed end may come that much earlier, and no unit more', () => {
    fc.assert(
      fc.property(network, ({ rules, fixed }) => {
        const result = checkDeadlines(fixed, rules);
        if (!result.feasible || result.slackMs === Infinity) return;
        const tighter = (by: number) => rules.map((one) => ({ ...one, gapMs: one.gapMs + by }));
        expect(checkDeadlines(fixed, tighter(0)).feasible).toBe(true);
        expect(checkDeadlines(fixed, tighter(result.slackMs + 1)).feasible).toBe(false);
      }),
    );
  });
});
