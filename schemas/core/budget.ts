import { z } from 'zod';
import { strict } from './strict.ts';
import { Words } from './words.ts';

/** Whole units as a number or a decimal string; the API hands over the source text, so no digit is lost. */
const WholeUnitsIn = z
  .string()
  .max(100)
  .regex(/^\d+(\.\d+)?$/, 'must be a plain decimal number of 0 or more, e.g. 25.5')
  .meta({
    description: 'Whole units, as a number or a decimal string',
    example: '25.5',
    override: { type: ['number', 'string'], minimum: 0 },
  });

/** Whole units as a decimal string, digit for digit, e.g. "25.5". */
const WholeUnits = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .meta({ example: '25.5' });

const SignedWholeUnits = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ example: '-25.5' });

/** Which calendar period (UTC, ISO weeks) a cap renews with; `run`: each run has its own; `total`: it never renews. */
export const BudgetPeriod = z.enum(['run', 'hour', 'day', 'week', 'month', 'total']);
export type BudgetPeriod = z.infer<typeof BudgetPeriod>;

/** `hard`: without room nothing is held. `warn`: it is counted and told, and never in the way. */
export const BudgetMode = z.enum(['hard', 'warn']);
export type BudgetMode = z.infer<typeof BudgetMode>;

const subject = z.string().regex(/^[\w.:@-]{1,128}$/, 'must be 1 to 128 letters, digits, or _ . : @ -');
const family = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be the name of a family that is served');
/** Sellers choose the names of their services, so these may have spaces. */
const NAME = 'must be a name without line breaks and without spaces at its ends';
const named = z
  .string()
  .max(250)
  .regex(/^\S(.*\S)?$/u, NAME)
  .refine((text) => !/\p{Cc}/u.test(text), NAME);
const payee = z
  .string()
  .regex(/^[\x21-\x7e]{1,250}$/, 'must be an address: printable ASCII characters, no spaces');

/** Whose payments count. All named must fit; `{}` is every payment of the tenant. */
export const BudgetScope = strict({
  subject: subject.optional(),
  agent: named.optional(),
  family: family.optional(),
  service: named.optional(),
  payee: payee.optional(),
}).meta({ example: { subject: 'user_123' } });
export type BudgetScope = z.infer<typeof BudgetScope>;

const name = Words(200).meta({ example: 'Research, a month' });

/** What is left of a period goes into the next one, up to `cap` (null: all of it). */
const RolloverIn = strict({
  enabled: z.boolean(),
  cap: WholeUnitsIn.nullable().default(null),
}).nullable();

const Share = z
  .number()
  .gt(0, 'must be more than 0')
  .max(1, 'must be at most 1')
  .refine((share) => /^[01](\.\d{1,4})?$/.test(String(share)), 'must have at most 4 decimals');

const AlertsIn = z
  .array(Share)
  .max(20)
  .refine(
    (shares) => shares.every((share, at) => at === 0 || share > shares[at - 1]!),
    'must ascend, each share once, e.g. [0.5, 0.8, 1]',
  )
  .meta({ description: 'Shares of the cap at which it is told how much is used', example: [0.5, 0.8, 1] });

const COUNTED = 'it is counted from payments; POST /budgets/{id}/reset sets spent to 0';
const counted = { spent: COUNTED, held: COUNTED, unknown: COUNTED, left: COUNTED, carried: COUNTED };

/**
 * `POST /budgets`. Exactly one of `asset` (CAIP-19 id, or a code that only one asset has) and `unit` (a group of
 * ASSET_GROUPS). `approve_above`: dearer payments ask a person, cheaper ones need none within the cap.
 */
export const BudgetBody = strict(
  {
    name,
    applies_to: BudgetScope.default({}),
    asset: z.string().min(1).max(300).optional().meta({ example: 'USDC' }),
    unit: z.string().min(1).max(64).optional().meta({ example: 'USD' }),
    amount: WholeUnitsIn,
    period: BudgetPeriod,
    mode: BudgetMode.default('hard'),
    rollover: RolloverIn.default(null),
    alerts: AlertsIn.default([0.5, 0.8, 1]),
    approve_above: WholeUnitsIn.nullable().default(null),
  },
  { ...counted, id: 'ids are given by Steward', renews_at: 'it follows from `period`' },
)
  .superRefine(({ asset, unit, period, rollover }, issues) => {
    const refuse = (path: string, message: string): void =>
      issues.addIssue({ code: 'custom', path: [path], message });
    if (asset === undefined && unit === undefined) refuse('asset', 'say what is counted: `asset` or `unit`');
    if (asset !== undefined && unit !== undefined)
      refuse('unit', 'give `asset` or `unit`, not both: `unit` stands for several assets');
    if (rollover?.enabled && (period === 'run' || period === 'total'))
      refuse('rollover', `a budget for ${period === 'run' ? 'each run' : 'all time'} has no next period`);
  })
  .meta({
    example: {
      name: 'Research, a month',
      applies_to: { subject: 'user_123' },
      unit: 'USD',
      amount: '100',
      period: 'month',
      rollover: { enabled: true, cap: '50' },
      approve_above: '5',
    },
  });
export type BudgetBody = z.output<typeof BudgetBody>;

const FIXED = 'what was counted until now was counted by it. Make another budget and delete this one';

/** `PATCH /budgets/{id}`: what is absent stays. A lower amount than is spent leaves 0. */
export const BudgetPatch = strict(
  {
    name: name.optional(),
    amount: WholeUnitsIn.optional(),
    mode: BudgetMode.optional(),
    rollover: RolloverIn.optional(),
    alerts: AlertsIn.optional(),
    approve_above: WholeUnitsIn.nullable().optional(),
  },
  {
    ...counted,
    applies_to: FIXED,
    asset: FIXED,
    unit: FIXED,
    period: FIXED,
    id: 'ids stay',
    renews_at: 'it follows from `period`',
  },
)
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field to change')
  .meta({ example: { amount: '50' } });
export type BudgetPatch = z.output<typeof BudgetPatch>;

/** `POST /budgets/{id}/reset`: why; it is kept with the entry. */
export const BudgetResetBody = strict({
  note: Words(2000).meta({ example: 'The refund of invoice 7 came by bank.' }),
});

/**
 * A cap, and how it stands in its current period. Amounts are whole units of `asset` or `unit`. `held` waits for an outcome,
 * `unknown` is held by payments whose outcome is unknown, so `spent + held + unknown + left = amount + carried` while nothing
 * is over. For `period: "run"` the first three are sums over open runs, and `left` is the least that one of them has.
 */
export const Budget = z
  .object({
    id: z.string(),
    name: z.string(),
    applies_to: BudgetScope,
    asset: z.string().optional().meta({ description: 'CAIP-19 id' }),
    unit: z.string().optional().meta({ description: 'Name of a group of ASSET_GROUPS' }),
    amount: WholeUnits,
    period: BudgetPeriod,
    mode: BudgetMode,
    rollover: z.object({ enabled: z.boolean(), cap: WholeUnits.nullable() }).nullable(),
    alerts: z.array(z.number()),
    approve_above: WholeUnits.nullable(),
    carried: WholeUnits,
    spent: WholeUnits,
    held: WholeUnits,
    unknown: WholeUnits,
    left: WholeUnits,
    renews_at: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({
    example: {
      id: 'bud_0f8c2a6b1d4e7f90',
      name: 'Research, a month',
      applies_to: { subject: 'user_123' },
      unit: 'USD',
      amount: '100',
      period: 'month',
      mode: 'hard',
      rollover: { enabled: true, cap: '50' },
      alerts: [0.5, 0.8, 1],
      approve_above: '5',
      carried: '12.5',
      spent: '31.25',
      held: '0.75',
      unknown: '0',
      left: '80.5',
      renews_at: '2026-12-01T00:00:00.000Z',
      created_at: '2026-11-02T09:30:00.000Z',
      updated_at: '2026-11-02T09:30:00.000Z',
    },
  });
export type Budget = z.infer<typeof Budget>;

/** `GET /budgets`, newest first. */
export const BudgetPage = z.object({ budgets: z.array(Budget), next_cursor: z.string().nullable() });

/**
 * One line of a budget's book. `hold` sets aside, `spend` and `release` end a hold, `refund` gives back what was spent,
 * `reset` forgives it (its amount is negative). `window` is the period that it counts in, e.g. "2026-11" or "run:<run id>".
 */
export const BudgetEntry = z
  .object({
    id: z.string(),
    kind: z.enum(['hold', 'spend', 'release', 'refund', 'reset']),
    amount: SignedWholeUnits,
    payment_id: z.string().nullable(),
    run_id: z.string().nullable(),
    window: z.string(),
    by: z.string().nullable(),
    note: z.string().nullable(),
    at: z.string(),
  })
  .meta({
    example: {
      id: '4711',
      kind: 'hold',
      amount: '0.75',
      payment_id: 'pay_1',
      run_id: 'wf_1763690000000_0f8c2a6b1d4e7f90',
      window: '2026-11',
      by: null,
      note: null,
      at: '2026-11-21T02:00:00.000Z',
    },
  });
export type BudgetEntry = z.infer<typeof BudgetEntry>;

/** `GET /budgets/{id}/entries`, newest first. */
export const BudgetEntryPage = z.object({
  entries: z.array(BudgetEntry),
  next_cursor: z.string().nullable(),
});
