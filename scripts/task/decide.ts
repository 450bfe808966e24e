import type { Approval } from '../../sdk/index.ts';
import type { Plan } from '../../schemas/families/reasoning/plan.ts';
import { readDuration } from './wish.ts';
import { payeesOf, wholeLines } from './show-plan.ts';
import { UsageError } from '../command-line.ts';

export type Decision =
  | { kind: 'approve'; approval: Approval }
  | { kind: 'edit'; task: string }
  | { kind: 'decline' }
  /** Nobody answered. */
  | { kind: 'silent' };

export interface Asked {
  ask(prompt: string): Promise<string | undefined>;
  say(line: string): void;
}

const MENU = '[a]pprove, approve with [l]imits, show the [w]hole plan, [e]dit, [d]ecline: ';

/** Asks until something is decided. Nothing is decided by an empty line. */
export async function decide(plan: Plan, canEdit: boolean, asked: Asked): Promise<Decision> {
  for (;;) {
    const typed = await asked.ask(canEdit ? MENU : MENU.replace('[e]dit, ', ''));
    if (typed === undefined) return { kind: 'silent' };
    const decision = await decideOne(typed.trim().toLowerCase(), plan, canEdit, asked);
    if (decision !== undefined) return decision;
  }
}

async function decideOne(
  word: string,
  plan: Plan,
  canEdit: boolean,
  asked: Asked,
): Promise<Decision | undefined> {
  const { planHash } = plan;
  if (['a', 'approve', 'y', 'yes'].includes(word)) return { kind: 'approve', approval: { planHash } };
  if (['d', 'decline', 'n', 'no'].includes(word)) return { kind: 'decline' };
  if (['l', 'limits'].includes(word)) {
    const limits = await askLimits(plan, asked);
    return limits === undefined ? { kind: 'silent' } : { kind: 'approve', approval: { planHash, ...limits } };
  }
  if (['e', 'edit'].includes(word) && canEdit) return edit(asked);
  if (['w', 'whole'].includes(word)) wholeLines(plan).forEach(asked.say);
  else asked.say('Type one of the letters in brackets.');
  return undefined;
}

async function edit({ ask, say }: Asked): Promise<Decision> {
  for (;;) {
    const task = (await ask('The task in other words: '))?.trim();
    if (task === undefined) return { kind: 'silent' };
    if (Array.from(task).length >= 10) return { kind: 'edit', task };
    say('Say it in at least 10 characters.');
  }
}

type Limits = Pick<Approval, 'limits' | 'expiresAt'>;

/** An empty line keeps what the plan says. Undefined when nobody answers any more. */
async function askLimits(plan: Plan, { ask, say }: Asked): Promise<Limits | undefined> {
  const { asset, limits } = plan;
  const total = await askFor(
    `At most in total, ${asset} [${JSON.stringify(limits.maxTotalAmount)}]: `,
    amount,
    ask,
    say,
  );
  const each = await askFor(`At most each payment, ${asset} [no other limit]: `, amount, ask, say);
  const payees = payeesOf(plan);
  payees.forEach((payee, index) => say(`  ${index + 1}  ${payee}`));
  const recipients = await askFor(
    'Pay only to, numbers or addresses with commas [those of the plan]: ',
    (text) => recipientsOf(text, payees),
    ask,
    say,
  );
  const until = await askFor(
    'Sign payments for, e.g. 10m [as long as the server says]: ',
    duration,
    ask,
    say,
  );
  if ([total, each, recipients, until].includes(ENDED)) return undefined;
  const given = {
    ...(typeof total === 'string' && { maxTotalAmount: total }),
    ...(typeof each === 'string' && { maxPerTransaction: each }),
    ...(Array.isArray(recipients) && { allowedRecipients: recipients }),
  };
  return {
    ...(Object.keys(given).length > 0 && { limits: given }),
    ...(typeof until === 'number' && { expiresAt: Date.now() + until }),
  };
}

const ENDED = Symbol('nobody answers any more');

/** Undefined for an empty line. `read` throws a UsageError for what it does not understand. */
async function askFor<T>(
  prompt: string,
  read: (text: string) => T,
  ask: Asked['ask'],
  say: Asked['say'],
): Promise<T | undefined | typeof ENDED> {
  for (;;) {
    const typed = (await ask(`  ${prompt}`))?.trim();
    if (typed === undefined) return ENDED;
    if (typed === '') return undefined;
    try {
      return read(typed);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      say(`  ${error.message}`);
    }
  }
}

const duration = (text: string): number => readDuration(text, 'This');

function amount(text: string): string {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError('Type a plain decimal number, e.g. 0.5');
  return text;
}

function recipientsOf(text: string, payees: readonly string[]): string[] {
  return text.split(',').map((part) => {
    const one = part.trim();
    const found = /^\d{1,3}$/.test(one) ? payees[Number(one) - 1] : one;
    if (found === undefined || found.length < 20)
      throw new UsageError(`"${one}" is no number of the list and no address.`);
    return found;
  });
}
