/**
 * Instants that must follow each other with enough time between them (architecture decision 9). Some are fixed, because
 * somebody promised or observed them; the others lie where the rules let them. One look says whether all of it can
 * happen, how late each instant may be, and otherwise which two fixed instants contradict each other, and why.
 * This is a simple temporal network without upper gaps, so longest paths decide it.
 */

/** `later` happens at least `gapMs` after `earlier`; `why` says what takes that time, for people. */
export interface DeadlineRule<Name extends string> {
  earlier: Name;
  later: Name;
  gapMs: number;
  why: string;
}

/** Instants somebody fixed (ms since epoch); what is left out or undefined is free. */
export type FixedInstants<Name extends string> = { readonly [name in Name]?: number | undefined };

/** Two fixed instants that cannot both hold: what must happen between them takes `lackMs` more than there is. */
export interface DeadlineConflict<Name extends string> {
  earlier: Name;
  later: Name;
  lackMs: number;
  /** What takes the time between them, in order. */
  why: string[];
}

export type Feasibility<Name extends string> =
  | {
      feasible: true;
      /** How much all fixed instants may be late before something contradicts; Infinity where nothing is bounded. */
      slackMs: number;
      /** The last moment at which an instant may happen so that the rest still can. */
      latest(name: Name): number;
    }
  | { feasible: false; conflict: DeadlineConflict<Name> };

interface Reach<Name> {
  /** The earliest possible moment. */
  atMs: number;
  /** The fixed instant that forces it, and the reasons on the way. */
  from: Name;
  why: string[];
}

/** Throws when rules go round in a circle: that is a bug in the rules, not in somebody's times. */
export function checkDeadlines<Name extends string>(
  fixed: FixedInstants<Name>,
  rules: readonly DeadlineRule<Name>[],
): Feasibility<Name> {
  const order = inOrder(rules);
  const reached = reachOf(fixed, order, rules);
  let slackMs = Infinity;
  let worst: DeadlineConflict<Name> | undefined;
  for (const name of order) {
    const at = fixed[name];
    const reach = reached.get(name);
    if (at === undefined || reach === undefined || reach.from === name) continue;
    const spareMs = at - reach.atMs;
    slackMs = Math.min(slackMs, spareMs);
    if (spareMs < 0 && (worst === undefined || -spareMs > worst.lackMs))
      worst = { earlier: reach.from, later: name, lackMs: -spareMs, why: reach.why };
  }
  if (worst !== undefined) return { feasible: false, conflict: worst };
  const latest = latestOf(fixed, order, rules);
  return { feasible: true, slackMs, latest: (name) => latest.get(name) ?? fixed[name] ?? Infinity };
}

/** Forwards: the earliest moment of each instant, as the fixed ones before it force it. */
function reachOf<Name extends string>(
  fixed: FixedInstants<Name>,
  order: readonly Name[],
  rules: readonly DeadlineRule<Name>[],
): Map<Name, Reach<Name>> {
  const reached = new Map<Name, Reach<Name>>();
  for (const name of order) {
    const forced = rules
      .filter(({ later }) => later === name)
      .flatMap((rule): Reach<Name>[] => {
        const at = fixed[rule.earlier];
        const before =
          at === undefined ? reached.get(rule.earlier) : { atMs: at, from: rule.earlier, why: [] };
        if (before === undefined) return [];
        return [{ atMs: before.atMs + rule.gapMs, from: before.from, why: [...before.why, rule.why] }];
      })
      .reduce<Reach<Name> | undefined>(
        (most, one) => (most && most.atMs >= one.atMs ? most : one),
        undefined,
      );
    if (forced !== undefined) reached.set(name, forced);
  }
  return reached;
}

/** Backwards: the last moment of each instant that leaves room for what must follow. */
function latestOf<Name extends string>(
  fixed: FixedInstants<Name>,
  order: readonly Name[],
  rules: readonly DeadlineRule<Name>[],
): Map<Name, number> {
  const latest = new Map<Name, number>();
  for (const name of order.toReversed()) {
    const bounds = rules
      .filter(({ earlier }) => earlier === name)
      .map(({ later, gapMs }) => Math.min(latest.get(later) ?? Infinity, fixed[later] ?? Infinity) - gapMs);
    latest.set(name, Math.min(fixed[name] ?? Infinity, ...bounds));
  }
  return latest;
}

/** Every instant after all that must be before it. */
function inOrder<Name extends string>(rules: readonly DeadlineRule<Name>[]): Name[] {
  const order: Name[] = [];
  const state = new Map<Name, 'open' | 'done'>();
  const visit = (name: Name): void => {
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') throw new Error(`The deadline rules go round in a circle at ${name}.`);
    state.set(name, 'open');
    for (const { earlier, later } of rules) if (later === name) visit(earlier);
    state.set(name, 'done');
    order.push(name);
  };
  for (const { earlier, later } of rules) [earlier, later].forEach(visit);
  return order;
}

/** A conflict as a sentence: what people are told. `say` names instants in their words. */
export function describeConflict<Name extends string>(
  { earlier, later, lackMs, why }: DeadlineConflict<Name>,
  say: { readonly [name in Name]: string },
): string {
  return `${say[later]} comes ${readMs(lackMs)} too early after ${say[earlier]}: ${why.join(', then ')}.`;
}

const readMs = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${Math.ceil(ms / 1000)} s`);
