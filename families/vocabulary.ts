import { HEALTH_MEMBERS } from '../api/core/health-members.ts';
import { ENGINE_CODES } from '../api/problem-codes.ts';
import { engineSettings } from '../config/config.ts';
import type { Vocabulary } from '../config/parts/worker.ts';
import { ACCOUNT_KINDS } from '../domain/accounts.ts';
import { CRASH_POINTS, REQUEST_POINTS } from '../domain/crash-points.ts';
import { QUERIES, SIGNALS, UPDATES } from '../domain/messages.ts';
import { ENGINE_QUEUES } from '../domain/queues.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { EngineEvent } from '../schemas/core/event.ts';
import type { Family } from './define.ts';

/** One kind of names: what it is called in an error, which are the engine's, which a family claims. */
interface Claim {
  what: string;
  engine: readonly string[];
  of(family: Family): readonly string[];
}

const keys = (record: object = {}): string[] => Object.keys(record);
const POINTS = [...keys(CRASH_POINTS), ...keys(REQUEST_POINTS)];
const MESSAGES = [UPDATES, SIGNALS, QUERIES].flatMap((names) => Object.values<string>(names));
/** The engine's workflows; `workflows/index.ts` exports them as well. */
export const ENGINE_WORKFLOWS: readonly string[] = [
  'booksCheck',
  'escrowDeposit',
  'escrowWithdrawal',
  'paymentCheck',
  'paymentDecision',
  'repairRun',
  'runWatch',
  'settlementSweep',
];

const openNames = ({ settings }: Family): string[] => (settings?.open ? [settings.open.name] : []);

const CLAIMS: readonly Claim[] = [
  { what: 'name', engine: ['engine'], of: ({ name }) => [name] },
  {
    what: 'setting',
    engine: settingNames(),
    of: (family) => [...keys(family.settings?.shape), ...openNames(family)],
  },
  { what: 'event', engine: EngineEvent.options, of: ({ events = [] }) => events },
  { what: 'problem code', engine: ENGINE_CODES, of: ({ problems }) => keys(problems) },
  { what: 'queue', engine: ENGINE_QUEUES, of: ({ queues = [] }) => queues.map(({ name }) => name) },
  {
    // An update and a signal may not share a name.
    what: 'message',
    engine: MESSAGES,
    of: ({ messages: { updates = [], signals = [], queries = [] } = {} }) => [
      ...updates,
      ...signals,
      ...queries,
    ],
  },
  {
    what: 'search attribute',
    engine: keys(SEARCH_ATTRIBUTES),
    of: ({ searchAttributes }) => keys(searchAttributes),
  },
  { what: 'crash point', engine: POINTS, of: ({ crashPoints }) => keys(crashPoints) },
  { what: 'kind of account', engine: ACCOUNT_KINDS, of: ({ accounts = [] }) => accounts },
  { what: 'workflow', engine: ENGINE_WORKFLOWS, of: ({ workflows }) => workflows },
  {
    what: 'check of /health',
    engine: HEALTH_MEMBERS.checks,
    of: ({ name, health }) => [name, ...(health?.checks ?? [])],
  },
  { what: 'metric of /health', engine: HEALTH_MEMBERS.metrics, of: ({ health }) => health?.metrics ?? [] },
  { what: 'member of /health', engine: HEALTH_MEMBERS.fields, of: ({ health }) => health?.fields ?? [] },
];

/** The names of the engine's settings do not depend on what their values may be. */
function settingNames(): string[] {
  const { first, last } = engineSettings({ queues: ['-'], crashPoints: ['-'], stopPoints: ['-'] });
  return [...first, ...last].flatMap(({ shape }) => keys(shape));
}

/** Throws where two families, or a family and the engine, claim one name: neither could be told from the other. */
export function refuseClashes(families: readonly Family[]): void {
  for (const { what, engine, of } of CLAIMS) {
    const owners = new Map(engine.map((name) => [name, 'the engine']));
    for (const family of families)
      for (const name of of(family)) {
        const owner = owners.get(name);
        if (owner !== undefined)
          throw new Error(
            `The ${what} "${name}" is claimed by ${owner} and by the family ${family.name}: give one of them another name in families/.`,
          );
        owners.set(name, `the family ${family.name}`);
      }
  }
}

/** What settings may name: the engine's kinds of work and points, and the families'. */
export function vocabularyOf(families: readonly Family[]): Vocabulary {
  const points = families.flatMap(({ crashPoints }) => keys(crashPoints));
  return {
    queues: [...ENGINE_QUEUES, ...families.flatMap(({ queues = [] }) => queues.map(({ name }) => name))],
    crashPoints: [...keys(CRASH_POINTS), ...points],
    stopPoints: [...POINTS, ...points],
  };
}

/** By what runs can be searched, the engine's attributes and the families'. */
export const searchAttributesOf = (families: readonly Family[]): Family['searchAttributes'] & object =>
  Object.assign({}, SEARCH_ATTRIBUTES, ...families.map(({ searchAttributes = {} }) => searchAttributes));
