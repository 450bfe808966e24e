import { z } from 'zod';
import { strict } from '../../core/strict.ts';

/** A number of a file as it is written there, so that no digit passes through a double. */
export class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const DECIMAL = /^\+?(\d{1,60})(?:\.(\d*))?$/;
const MAX_DECIMALS = 18;

const said = (value: unknown): string =>
  value instanceof Digits ? value.text : value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);

/** An amount of MNEE as decimal text: 0 or more, at most 18 decimals. */
const amount = (least: 'zero' | 'more') =>
  z.unknown().transform((value, context): string => {
    const match = value instanceof Digits ? DECIMAL.exec(value.text) : null;
    const fraction = (match?.[2] ?? '').replace(/0+$/, '');
    const bound = least === 'zero' ? 'a number of at least 0' : 'a number of more than 0';
    const isZero = match !== null && /^0*$/.test(match[1]!) && fraction === '';
    const problem =
      match === null || (least === 'more' && isZero)
        ? `must be ${bound}, not ${said(value)}`
        : fraction.length > MAX_DECIMALS
          ? `has ${fraction.length} decimals; the token has ${MAX_DECIMALS}`
          : undefined;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    return match === null ? '0' : `${match[1]!.replace(/^0+(?=\d)/, '')}${fraction && `.${fraction}`}`;
  });

/** A share from 0 to 1 with at most 4 decimals. */
const share = z.unknown().transform((value, context): number => {
  const text = value instanceof Digits ? value.text : '';
  if (!/^(0|1)?(\.\d{1,4}0*)?$/.test(text) || text === '' || Number(text) > 1)
    context.addIssue({
      code: 'custom',
      message: `must be a share from 0 to 1 with at most 4 decimals, not ${said(value)}`,
    });
  return Number(text);
});

const id = z
  .string('must be a text')
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, or _ . -')
  .refine((text) => text !== 'health', 'is reserved: /services/health is a route');

const priority = z
  .string('must be HIGH, MEDIUM or LOW')
  .transform((text) => text.toUpperCase())
  .pipe(z.enum(['HIGH', 'MEDIUM', 'NORMAL', 'LOW'], 'must be HIGH, MEDIUM (or NORMAL) or LOW'))
  .transform((text) => (text === 'NORMAL' ? 'MEDIUM' : text));

const Agent = strict({
  id,
  priority,
  dailyBudget: amount('zero'),
  maxPerCall: amount('zero'),
  rollover: strict({ enabled: z.boolean(), cap: amount('zero').nullable().optional() }).optional(),
  alerts: z
    .array(share)
    .max(20)
    .refine((all) => all.every((one, at) => one > (all[at - 1] ?? 0)), 'must ascend, each share once')
    .optional(),
});

const unique = (what: string) => (all: readonly { id: string }[], context: z.RefinementCtx) =>
  all.forEach(({ id: name }, at) => {
    if (all.findIndex((other) => other.id === name) !== at)
      context.addIssue({ code: 'custom', path: [at, 'id'], message: `${name} is the id of another ${what}` });
  });

const ENTRIES = 1000;

export const AgentsFile = strict({
  treasury: strict({
    mockBalance: amount('zero').optional(),
    lowBalance: amount('zero').optional(),
    highReserve: share.optional(),
  }).optional(),
  risk: strict({ burst: z.boolean() }).optional(),
  agents: z.array(Agent).max(ENTRIES).superRefine(unique('agent')),
});
export type AgentsFile = z.output<typeof AgentsFile>;

const Tool = strict({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'),
  description: z.string().min(1).max(1000),
  method: z.enum(['GET', 'POST']).default('POST'),
  path: z.string().regex(/^\/[\w./~%-]{0,200}$/, 'must be a path such as /image/generate'),
  input_schema: z
    .record(z.string(), z.unknown())
    .refine(({ type }) => type === 'object', 'must be the JSON Schema of an object: type: object'),
});

const agentIds = z.array(id).max(ENTRIES);

const Service = strict({
  id,
  unitPrice: amount('more'),
  providerAddress: z.string('must be 0x and 40 hex digits, in quotes'),
  active: z.boolean().default(true),
  url: z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' }),
  isVerified: z.boolean().default(true),
  metadataURI: z.string().max(2000).default(''),
  maxDailySpending: amount('zero').nullable().optional(),
  allowedAgents: agentIds.nullable().optional(),
  blockedAgents: agentIds.default([]),
  tool: Tool.optional(),
});

export const ServicesFile = strict({
  services: z.array(Service).max(ENTRIES).superRefine(unique('service')),
});
export type ServicesFile = z.output<typeof ServicesFile>;

/** One thing that is wrong with a file. `line` counts from 1; `path` is like `agents[1].dailyBudget`. */
export const FileProblem = z.object({
  file: z.string(),
  line: z.int(),
  path: z.string(),
  message: z.string(),
});
export type FileProblem = z.infer<typeof FileProblem>;
