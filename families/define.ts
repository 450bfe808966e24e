import type { Logger } from 'pino';
import type { FamilyModule, HealthNames } from '../api/family.ts';
import type { CodeMeaning } from '../api/problem-codes.ts';
import type { Config } from '../config/config.ts';
import type { SettingsPart } from '../config/settings.ts';
import type { AssetBook, FamilyAssets } from '../domain/assets.ts';
import type { CatalogueService } from '../domain/plan/catalogue.ts';
import type { SearchAttributes } from '../domain/search-attributes.ts';
import type { MigrationClass } from '../migrations/index.ts';
import type { FamilyQueue, WorkerContext, WorkerPart } from '../workers/family.ts';
import type { DailySchedule } from '../workers/schedules.ts';

/** What an API process shares with a family's routes. `Own` are the family's settings. */
export interface ApiContext<Own extends object = object> {
  config: Config & Own;
  log: Logger;
  assets: AssetBook;
  /** Every service that can be planned with. */
  catalogue(): Promise<readonly CatalogueService[]>;
  /** Says that the catalogue has more than was read; undefined when it is whole. */
  cut?(): Promise<string | undefined>;
}

/** A chain that the embedded stack runs itself, and what agents pay with there. */
export interface LocalChain {
  readonly rpcUrl: string;
  readonly chainId: number;
  /** `owner` writes the registry of the router. */
  readonly mnee: {
    readonly address: string;
    readonly router: string;
    readonly registry: string;
    readonly owner: { readonly privateKey: string };
  };
}

/** What the embedded stack lends to whoever starts stand-ins of a family's outside systems. */
export interface StandInContext<Own extends object = object> {
  config: Config & Own;
  /** The folder of the embedded stack. */
  dir: string;
  log(line: string): void;
  /** Waits until the stack's own EVM chain is set up; undefined where the configuration names another chain. */
  localChain(): Promise<LocalChain | undefined>;
  /** A free port, or the one that is wanted; `setting` is named where that is taken. */
  claimPort(name: string, wanted: number, setting: string): Promise<number>;
  /** A secret that is made once and kept in `dir`. */
  secret(file: string, make: () => string): string;
  /** Runs a script that tells its parent `{type: 'ready', ...info}`, for as long as the stack lives. */
  spawnNode(
    name: string,
    script: string,
    args: readonly string[],
    options: { env: NodeJS.ProcessEnv; logFile?: string | undefined },
  ): Promise<{ info: object; stop(): Promise<void> }>;
}

/** Stand-ins that run now. */
export interface StandIns<Own extends object = object> {
  /** What points Steward to them. */
  settings: Partial<Config & Own>;
  /** Which of the family's `addresses` are stand-ins. */
  names: readonly string[];
}

/** A workflow that runs once for the whole installation. */
export interface Singleton {
  type: string;
  /** Its workflow id, after the task queue's name. */
  id: string;
  args: unknown[];
  /** One line for the Temporal Web UI. */
  summary: string;
}

/** A family's settings; `values` is never set, it carries the type that they are read as. */
export type FamilySettings<Own extends object> = SettingsPart & { readonly values?: Own };

/**
 * One family: all that the engine must know of it. Names it claims (settings, events, problems, queues, messages, search
 * attributes, crash points, account kinds, workflows, members of `/health`) are its own: two families that claim one do not
 * start. Parts that pull in packages are loaded by the process that needs them.
 */
export interface Family<Own extends object = object> {
  /** Of its runs, its tag in the documentation and its part of `/health`. */
  name: string;
  settings?: FamilySettings<Own>;
  /** Event types besides the engine's (`familyEvents`). */
  events?: readonly string[];
  /** Problem codes besides the engine's, as the engine's own routes answer them. */
  problems?: Readonly<Record<string, CodeMeaning>>;
  queues?: readonly FamilyQueue[];
  messages?: {
    updates?: readonly string[];
    signals?: readonly string[];
    queries?: readonly string[];
  };
  searchAttributes?: SearchAttributes;
  /** Points at which tests stop a process, with what must hold there. */
  crashPoints?: Readonly<Record<string, string>>;
  /** Kinds of ledger accounts besides the engine's. */
  accounts?: readonly string[];
  /** What it pays in, besides the assets of the settings. */
  assets?(config: Config & Own): FamilyAssets;
  migrations?(): Promise<{ migrations: readonly MigrationClass[] }>;
  /** Routes, streams, catalogue and health. */
  api(): Promise<{ createApi(context: ApiContext<Own>): FamilyModule | Promise<FamilyModule> }>;
  /** Activities besides the engine's. */
  worker?(): Promise<{ createWorker(context: WorkerContext<Own>): WorkerPart }>;
  /** Workflow types; `workflows/index.ts` exports them into the sandbox's bundle. */
  workflows: readonly string[];
  singletons?(config: Config & Own): readonly Singleton[];
  /** Workflows that are started every day, UTC. */
  schedules?(config: Config & Own): readonly DailySchedule[];
  standIns?(): Promise<{ startStandIns(context: StandInContext<Own>): Promise<StandIns<Own>> }>;
  /** Ports that these stand-ins will take, so that all busy ones are named at once. */
  standInPorts?(config: Config & Own): readonly { name: string; port: number; setting: string }[];
  /** Outside systems that a person may want to look at, by name. */
  addresses?(config: Config & Own): Readonly<Record<string, string | undefined>>;
  /** What it fills at the top of `/health`, for documents that are older than `families`. */
  health?: HealthNames;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** Checks what can be checked of one family alone; `vocabularyOf` checks them together. */
export function defineFamily<Own extends object = object>(family: Family<Own>): Family<Own> {
  if (!NAME.test(family.name))
    throw new Error(
      `"${family.name}" names no family: use up to 32 small letters, digits, - and _, a letter first.`,
    );
  return family;
}
